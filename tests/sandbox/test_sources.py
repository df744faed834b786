import base64
import datetime
import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.sandbox_process import Sandbox

UNKNOWN_NIK = "3510169901990001"
BY_NIK = ["dukcapil/v1/family-card", "dukcapil/v1/reference-photo"]
LISTS = {
    "pln/v1/meters": "meters",
    "samsat/v1/vehicles": "vehicles",
    "bpn/v1/parcels": "parcels",
    "bpjs-tk/v1/wages": "records",
    "bkn/v1/employment": "records",
    "dapodik/v1/pupils": "records",
    "kemenkeu/v1/payees": "records",
    "kemendagri/v1/village-officials": "records",
    "kemendikdasmen/v1/teachers": "records",
    "kemenkes/v1/health-workers": "records",
    "ahu/v1/owners": "records",
    "dapodik/v1/attendance": "records",
    "kemenkes/v1/visits": "records",
    "bpjs-kes/v1/memberships": "records",
    "other-aid/v1/recipients": "records",
}
SERVICES = {
    "dukcapil/v1/family-card": "dukcapil",
    "dukcapil/v1/reference-photo": "dukcapil-photo",
    "dtsen/v1/family": "dtsen",
    "pln/v1/meters": "pln",
    "samsat/v1/vehicles": "samsat",
    "bpn/v1/parcels": "bpn",
    "bpjs-tk/v1/wages": "bpjs-tk",
    "bkn/v1/employment": "bkn",
    "dapodik/v1/pupils": "dapodik",
    "kemenkeu/v1/payees": "kemenkeu",
    "kemendagri/v1/village-officials": "kemendagri",
    "kemendikdasmen/v1/teachers": "gtk",
    "kemenkes/v1/health-workers": "kemenkes",
    "ahu/v1/owners": "ahu",
    "dapodik/v1/attendance": "attendance",
    "kemenkes/v1/visits": "posyandu",
    "bpjs-kes/v1/memberships": "bpjs-kes",
    "bank/v1/account-check": "bank",
    "other-aid/v1/recipients": "other-aid",
}
SUYITNO = "3510161204889001"  # heads the family "eligible"
CORRECTION = {
    "source": "pln",
    "fact": "meter_power",
    "subject": {"kk_number": "3510220907169002"},
    "old": 2200,
    "new": 900,
    "evidence_reference": "PSL-2026-000001",
}


def question(sandbox: Sandbox, path: str, family: str) -> dict[str, Any]:
    who = sandbox.residents[family]
    if path in BY_NIK:
        return {"nik": who.nik}
    if path == "dtsen/v1/family":
        return {"kk_number": who.kk_number}
    if path == "bank/v1/account-check":
        return {"bank": "bri", "account_number": "009801023456789", "account_name": who.name}
    return {"niks": list(who.member_niks)}


def answer(sandbox: Sandbox, path: str, family: str) -> dict[str, Any]:
    response = sandbox.ask(path, question(sandbox, path, family))
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("path", SERVICES)
def test_service_finds_a_family(sandbox: Sandbox, path: str) -> None:
    if path.endswith("photo") and not sandbox.environment["SANDBOX_FACES"]:
        pytest.skip("NO PHOTOGRAPHS")
    request_id = str(uuid4())
    response = sandbox.ask(path, question(sandbox, path, "eligible"), **{"X-Request-ID": request_id})
    assert response.status_code == 200
    found = response.json()
    assert found["status"] == "found"
    assert found["request_id"] == request_id
    as_of = datetime.date.fromisoformat(found["as_of"])
    assert datetime.timedelta(-1) <= datetime.datetime.now(datetime.UTC).date() - as_of <= datetime.timedelta(100)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("dukcapil/v1/family-card", {"nik": UNKNOWN_NIK}),
        ("dukcapil/v1/reference-photo", {"nik": UNKNOWN_NIK}),
        ("dtsen/v1/family", {"kk_number": UNKNOWN_NIK}),
    ],
)
def test_register_does_not_find_a_stranger(sandbox: Sandbox, path: str, body: dict[str, str]) -> None:
    response = sandbox.ask(path, body)
    assert response.status_code == 200
    assert set(response.json()) == {"request_id", "status", "as_of"}
    assert response.json()["status"] == "not_found"


@pytest.mark.parametrize(("path", "field"), LISTS.items())
def test_list_of_a_stranger_is_found_and_empty(sandbox: Sandbox, path: str, field: str) -> None:
    found = sandbox.ask(path, {"niks": [UNKNOWN_NIK]}).json()
    assert found["status"] == "found"
    assert found[field] == []


@pytest.mark.parametrize("path", [*SERVICES, "corrections"])
@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic c291cmNlcw=="])
def test_no_token_no_answer(sandbox: Sandbox, path: str, authorization: str) -> None:
    assert sandbox.ask(path, {}, Authorization=authorization).status_code == 401


@pytest.mark.parametrize("path", [*SERVICES, "corrections"])
@pytest.mark.parametrize("body", [{}, [], "x", {"nik": "123"}, {"niks": []}, {"niks": ["3510"]}, {"kk_number": 0}])
def test_malformed_question_is_refused(sandbox: Sandbox, path: str, body: Any) -> None:
    response = sandbox.ask(path, body)
    assert response.status_code == 422
    assert response.json()["error"] == "malformed"


@pytest.mark.parametrize("path", [*SERVICES, "corrections"])
def test_request_id_must_be_a_uuid(sandbox: Sandbox, path: str) -> None:
    response = sandbox.ask(path, {"nik": UNKNOWN_NIK}, **{"X-Request-ID": "42"})
    assert response.json() == {"error": "malformed", "field": "X-Request-ID"}


def test_questions_are_posted_to_known_services_only(sandbox: Sandbox) -> None:
    assert sandbox.http.get("/sources/pln/v1/meters").status_code == 405
    assert sandbox.ask("bank/v1/accounts", {}).status_code == 404


@pytest.mark.parametrize("path", [*SERVICES, "corrections"])
def test_service_that_is_down_answers_503_and_others_go_on(sandbox: Sandbox, path: str) -> None:
    sandbox.set(SERVICES.get(path, path), down=True)
    response = sandbox.ask(path, {"nik": UNKNOWN_NIK})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    other = "bkn/v1/employment" if path != "bkn/v1/employment" else "pln/v1/meters"
    assert sandbox.ask(other, {"niks": [UNKNOWN_NIK]}).status_code == 200


@pytest.mark.parametrize("path", ["pln/v1/meters", "corrections"])
def test_latency_delays_the_answer(sandbox: Sandbox, path: str) -> None:
    sandbox.set(SERVICES.get(path, path), latency_ms=400)
    started = time.monotonic()
    sandbox.ask(path, {})
    assert time.monotonic() - started >= 0.4


def test_error_rate_of_a_hundred_always_fails(sandbox: Sandbox) -> None:
    sandbox.set("dtsen", error_rate=100)
    assert {sandbox.ask("dtsen/v1/family", {}).status_code for _ in range(5)} == {500}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("dtsen/v1/family", {"decile": 10}),
        ("pln/v1/meters", {"meters": [{"power_va": 2200, "tariff": "R-1M/TR"}]}),
        ("samsat/v1/vehicles", {"vehicles": [{"kind": "motor", "year": 2011}, {"kind": "mobil", "year": 2012}]}),
        ("bpn/v1/parcels", {"parcels": [{"area_m2": 12000}]}),
        (
            "bpjs-tk/v1/wages",
            {"records": [{"nik": "3510161204889001", "status": "active", "monthly_wage": 6500000}]},
        ),
        ("bkn/v1/employment", {"records": [{"nik": "3510161204889001", "kind": "asn"}]}),
        ("dapodik/v1/pupils", {"records": []}),
        (
            "kemenkeu/v1/payees",
            {"records": [{"nik": SUYITNO, "budget": "apbn", "role": "ppnpn", "active": True}]},
        ),
        (
            "kemendagri/v1/village-officials",
            {"records": [{"nik": SUYITNO, "position": "perangkat_desa", "active": True}]},
        ),
        ("kemendikdasmen/v1/teachers", {"records": [{"nik": SUYITNO, "certified": True, "active": True}]}),
        ("ahu/v1/owners", {"records": [{"nik": SUYITNO, "company_form": "cv", "role": "direktur", "active": True}]}),
        (
            "bank/v1/account-check",
            {"account": {"exists": True, "name_matches": False, "active": True, "can_receive_transfer": True}},
        ),
    ],
)
def test_wrong_record_is_wrong_and_plausible(sandbox: Sandbox, path: str, wrong: dict[str, Any]) -> None:
    right = answer(sandbox, path, "eligible")
    sandbox.set(SERVICES[path], wrong_record=True)
    said = answer(sandbox, path, "eligible")
    assert said["status"] == "found"
    assert wrong.items() <= said.items()
    sandbox.reset()
    restored = answer(sandbox, path, "eligible")
    assert {**restored, "request_id": ""} == {**right, "request_id": ""}


@pytest.mark.parametrize(
    ("path", "family", "old"),
    [
        ("dtsen/v1/family", "eligible", {"decile": 3}),
        ("pln/v1/meters", "wrong_meter", {"meters": [{"power_va": 450, "tariff": "R-1/TR"}]}),
        ("samsat/v1/vehicles", "car", {"vehicles": []}),
        ("bpn/v1/parcels", "power", {"parcels": []}),
        ("bkn/v1/employment", "asn", {"records": []}),
        (
            "bpjs-tk/v1/wages",
            "wage",
            {"records": [{"nik": "3510211708879018", "status": "active", "monthly_wage": 3150000}]},
        ),
        (
            "bank/v1/account-check",
            "eligible",
            {"account": {"exists": False, "name_matches": False, "active": False, "can_receive_transfer": False}},
        ),
        ("bpjs-kes/v1/memberships", "decile_8", {"records": []}),
        ("dapodik/v1/pupils", "waiting_3", {"records": [{"nik": "3510210404139065", "level": "sd", "active": True}]}),
    ],
)
def test_old_record_is_old_by_date_and_by_value(sandbox: Sandbox, path: str, family: str, old: dict[str, Any]) -> None:
    now = datetime.date.fromisoformat(answer(sandbox, path, family)["as_of"])
    sandbox.set(SERVICES[path], stale_record=True)
    said = answer(sandbox, path, family)
    assert now - datetime.date.fromisoformat(said["as_of"]) == datetime.timedelta(days=800)
    assert old.items() <= said.items()


def test_usage_and_contributions_are_of_the_months_before_their_date(sandbox: Sandbox) -> None:
    """Twelve bills that end a month before; what an old record says is as old as its date."""
    for is_old in (False, True):
        sandbox.set("pln", stale_record=is_old)
        sandbox.set("bpjs-tk", stale_record=is_old)
        bills = answer(sandbox, "pln/v1/meters", "wrong_meter")
        assert len(bills["usage"]) == len({bill["month"] for bill in bills["usage"]}) == 12
        assert bills["usage"][-1]["month"] < bills["as_of"][:7]
        assert sum(bill["is_estimated"] for bill in bills["usage"]) == 2
        assert (bills["usage"][0]["kwh"] < 100) == is_old  # 450 VA then, 2,200 VA today
        work = answer(sandbox, "bpjs-tk/v1/wages", "wage")
        (paid,) = work["contributions"]
        assert {"nik", "employer", "months", "last_contribution"} == paid.keys()
        assert paid["last_contribution"] < work["as_of"]
    assert sandbox.ask("pln/v1/meters", {"niks": [UNKNOWN_NIK]}).json()["usage"] == []


def test_wrong_family_card_lacks_the_youngest(sandbox: Sandbox) -> None:
    sandbox.set("dukcapil", wrong_record=True)
    members = answer(sandbox, "dukcapil/v1/family-card", "eligible")["family_card"]["members"]
    assert [member["name"] for member in members] == ["Suyitno", "Siti Rohmah", "Dimas Prayoga"]
    card = answer(sandbox, "dukcapil/v1/family-card", "elder_alone")["family_card"]
    assert (card["rt"], len(card["members"])) == ("099", 1)


def test_photographs_are_of_the_person_or_of_another(sandbox: Sandbox) -> None:
    if not sandbox.environment["SANDBOX_FACES"]:
        pytest.skip("NO PHOTOGRAPHS")
    right, other = (answer(sandbox, "dukcapil/v1/reference-photo", who) for who in ("eligible", "refused_face"))
    assert right["content_type"] == "image/jpeg"
    assert base64.b64decode(right["image_base64"]).startswith(b"\xff\xd8\xff")
    assert right["image_base64"] != other["image_base64"]
    assert answer(sandbox, "dukcapil/v1/reference-photo", "elder_alone")["status"] == "not_found"
    sandbox.set("dukcapil-photo", wrong_record=True)
    assert answer(sandbox, "dukcapil/v1/reference-photo", "eligible")["image_base64"] == other["image_base64"]


def test_correction_is_received_once_and_shown(sandbox: Sandbox) -> None:
    request_id = str(uuid4())
    for _ in range(2):
        response = sandbox.ask("corrections", CORRECTION, **{"X-Request-ID": request_id})
        assert response.status_code == 202
        assert response.json() == {"request_id": str(UUID(request_id)), "status": "received"}
    assert sandbox.http.get("/").text.count("PSL-2026-000001") == 1


@pytest.mark.parametrize("field", CORRECTION)
def test_correction_needs_every_field(sandbox: Sandbox, field: str) -> None:
    body = {name: value for name, value in CORRECTION.items() if name != field}
    assert sandbox.ask("corrections", body).json() == {"error": "malformed", "field": field}


def test_shares_and_visits_go_wrong_too(sandbox: Sandbox) -> None:
    sandbox.http.post("/switches/api/presets/wrong", json={})
    absent = answer(sandbox, "dapodik/v1/attendance", "eligible")["records"][0]
    assert (absent["school_days"], absent["days_present"]) == (110, 44)
    months = answer(sandbox, "kemenkes/v1/visits", "eligible")["records"][0]["months"]
    assert [month["visited"] for month in months] == [False, False, False]
    insured = answer(sandbox, "bpjs-kes/v1/memberships", "eligible")["records"]
    assert {record["membershipClass"] for record in insured} == {"1"}
    for path in ("kemenkes/v1/health-workers", "other-aid/v1/recipients"):
        assert answer(sandbox, path, "eligible")["records"][0]["nik"] == SUYITNO


def test_the_months_of_a_visit_are_the_last_three_whole_ones(sandbox: Sandbox) -> None:
    told = answer(sandbox, "kemenkes/v1/visits", "waiting_2")
    (record,) = told["records"]
    as_of = datetime.date.fromisoformat(told["as_of"])
    expected = sorted(f"{as_of - datetime.timedelta(days=days):%Y-%m}" for days in (15, 45, 76))
    assert [month["month"] for month in record["months"]] == expected
    assert [month["visited"] for month in record["months"]] == [False, False, True]


@pytest.mark.parametrize(
    ("ending", "exists", "matches", "active", "receives"),
    [
        ("00", True, True, True, True),
        ("01", False, False, False, False),
        ("02", True, False, True, True),
        ("03", True, True, False, False),
        ("04", True, True, True, False),
    ],
)
def test_the_end_of_an_account_number_says_what_the_bank_will_say(
    sandbox: Sandbox, ending: str, exists: bool, matches: bool, active: bool, receives: bool
) -> None:
    body = {"bank": "bri", "account_number": f"0098010234567{ending}", "account_name": "Siti"}
    told = sandbox.ask("bank/v1/account-check", body).json()["account"]
    assert told == {"exists": exists, "name_matches": matches, "active": active, "can_receive_transfer": receives}
    assert sandbox.ask("bank/v1/account-check", {**body, "account_name": ""}).json()["field"] == "account_name"
    assert sandbox.ask("bank/v1/account-check", {**body, "account_number": "12-34"}).json()["field"] == "account_number"
