"""Every connector against the running sandbox."""

import inspect
import json
import logging
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from eligibility.rules.catalogue import CATALOGUE
from perlinsos.accounts.models import User
from tests import factories
from tests.support.sandbox_process import Sandbox
from tests.verification.cases import sent
from verification import connectors
from verification.connectors import Correction, Reply, SourceRefused, SourceUnavailable, Subjects
from verification.connectors.base import Account
from verification.enums import ASKED_SOURCES, Source
from verification.services import facts

STRANGER = "3510221203909999"


def about(sandbox: Sandbox, key: str) -> Subjects:
    resident = sandbox.residents[key]
    return Subjects(resident.nik, resident.kk_number, resident.member_niks, account())


def account(ending: str = "89") -> Account:
    return Account("bri", f"0098010234567{ending}", "Siti Rohmah")


def ask(sandbox: Sandbox, key: str, source: str) -> Reply:
    return connectors.ask(source, about(sandbox, key), request_id=uuid4())


def wages(highest: int, *, paid_in: int, months: int) -> dict[str, object]:
    return {"bpjs_tk.highest_wage": highest, "bpjs_tk.paid_in": paid_in, "bpjs_tk.contribution_months": months}


def values(reply: Reply) -> dict[str, object]:
    return {fact.name: fact.value for fact in reply.facts}


@pytest.mark.parametrize(
    ("key", "source", "expected"),
    [
        ("eligible", Source.DTSEN, {"dtsen.decile": 1}),
        ("eligible", Source.PLN, {"pln.power_va": 450, "pln.monthly_kwh": 59}),
        ("eligible", Source.SAMSAT, {"samsat.cars": 0, "samsat.motorcycles": 1}),
        ("eligible", Source.BPN, {"bpn.land_m2": 0}),
        (
            "eligible",
            Source.BPJS_TK,
            {**wages(0, paid_in=0, months=0), "bpjs_tk.employers": 0},
        ),
        ("eligible", Source.BKN, {"bkn.asn": 0, "bkn.tni_polri": 0, "bkn.pensioners": 0}),
        ("eligible", Source.DAPODIK, {"dapodik.pupils_sd": 1, "dapodik.pupils_smp": 0, "dapodik.pupils_sma": 0}),
        ("wrong_meter", Source.PLN, {"pln.power_va": 2200}),
        ("wrong_meter", Source.BPN, {"bpn.land_m2": 96}),
        ("asn", Source.BKN, {"bkn.asn": 1, "bkn.tni_polri": 0, "bkn.pensioners": 0}),
        ("soldier", Source.BKN, {"bkn.asn": 0, "bkn.tni_polri": 1, "bkn.pensioners": 0}),
        ("pensioner", Source.BKN, {"bkn.asn": 0, "bkn.tni_polri": 0, "bkn.pensioners": 1}),
        (
            "wage",
            Source.BPJS_TK,
            {
                "bpjs_tk.highest_wage": 4_500_000,
                "bpjs_tk.paid_in": 1,
                "bpjs_tk.employers": 1,
                "bpjs_tk.contribution_months": 24,
            },
        ),
        (  # a job that has ended is no wage, and nobody pays in any more
            "waiting_2",
            Source.BPJS_TK,
            {
                "bpjs_tk.highest_wage": 0,
                "bpjs_tk.paid_in": 0,
                "bpjs_tk.employers": 0,
                "bpjs_tk.contribution_months": 65,
            },
        ),
        ("car", Source.SAMSAT, {"samsat.cars": 1}),
        ("eligible", Source.KEMENKEU, {"kemenkeu.paid_from_budget": 0}),
        ("asn", Source.KEMENKEU, {"kemenkeu.paid_from_budget": 1}),
        ("power", Source.KEMENDAGRI, {"kemendagri.village_officials": 1}),
        ("asn", Source.GTK, {"gtk.certified_teachers": 1}),
        ("power", Source.KEMENKES, {"kemenkes.health_workers": 1}),
        ("car", Source.AHU, {"ahu.company_owners": 1, "ahu.one_person_companies": 0}),
        ("waiting_1", Source.AHU, {"ahu.company_owners": 0, "ahu.one_person_companies": 1}),
        ("eligible", Source.ATTENDANCE, {"attendance.pupils": 1, "attendance.lowest_percent": 95}),
        ("waiting_3", Source.ATTENDANCE, {"attendance.pupils": 1, "attendance.lowest_percent": 77}),
        ("waiting_2", Source.POSYANDU, {"posyandu.pregnant": 0, "posyandu.missed_months": 2}),
        ("pregnant", Source.POSYANDU, {"posyandu.pregnant": 1, "posyandu.missed_months": 0}),
        ("eligible", Source.BPJS_KES, {"bpjs_kes.premium_paid_by_state": 4, "bpjs_kes.first_class": 0}),
        ("decile_8", Source.BPJS_KES, {"bpjs_kes.premium_paid_by_state": 0, "bpjs_kes.first_class": 3}),
        ("car", Source.OTHER_AID, {"other_aid.cash": 1, "other_aid.food": 0}),
    ],
)
def test_a_source_becomes_facts(ministries: Sandbox, key: str, source: str, expected: dict[str, object]) -> None:
    reply = ask(ministries, key, source)
    assert reply.is_found
    assert expected.items() <= values(reply).items()


@pytest.mark.parametrize(
    ("key", "size", "children", "elderly", "head_alive"),
    [
        ("eligible", 4, 1, 0, True),
        ("elder_alone", 1, 0, 1, True),
        ("five_components", 7, 1, 1, True),
        ("two_heads", 3, 0, 0, True),
        ("deceased_member", 2, 0, 0, False),
    ],
)
def test_dukcapil_counts_the_living(
    ministries: Sandbox, key: str, size: int, children: int, elderly: int, head_alive: bool
) -> None:
    assert values(ask(ministries, key, Source.DUKCAPIL)) == {
        "dukcapil.family_size": size,
        "dukcapil.children_0_6": children,
        "dukcapil.elderly_60": elderly,
        "dukcapil.head_alive": head_alive,
    }


def test_electricity_used_is_as_certain_as_the_meter_was_read(ministries: Sandbox) -> None:
    said = {fact.name: fact.confidence for fact in ask(ministries, "eligible", Source.PLN).facts}
    assert said == {"pln.power_va": 100, "pln.monthly_kwh": 83}  # in two months of twelve nobody could read it


def test_an_old_record_of_contributions_is_a_job_that_was_new_then(ministries: Sandbox) -> None:
    ministries.set("bpjs-tk", stale_record=True)
    said = values(ask(ministries, "waiting_2", Source.BPJS_TK))
    assert (said["bpjs_tk.paid_in"], said["bpjs_tk.contribution_months"]) == (1, 65 - 27)


def test_a_wrong_record_of_contributions_is_a_job_that_has_ended(ministries: Sandbox) -> None:
    ministries.set("bpjs-tk", wrong_record=True)
    assert values(ask(ministries, "eligible", Source.BPJS_TK))["bpjs_tk.paid_in"] == 1


@pytest.mark.django_db
def test_what_only_newer_words_speak_of_is_kept_of_nobody_who_agreed_to_older_ones(
    ministries: Sandbox, worker: User
) -> None:
    application = sent(ministries.residents["eligible"], state="matching")
    asked = factories.SourceRequestFactory(application=application, source=Source.PLN)
    reply = ask(ministries, "eligible", Source.PLN)
    (power,) = facts.record_facts(asked, reply.facts, as_of=reply.as_of, by=worker)
    assert power.name == "pln.power_va"
    factories.ConsentFactory(application=application, text=factories.ConsentTextFactory(source="pln", version=2))
    (used,) = facts.record_facts(asked, reply.facts, as_of=reply.as_of, by=worker)
    assert (used.name, used.value, used.confidence) == ("pln.monthly_kwh", 59, 83)


def test_every_fact_is_in_the_catalogue_of_the_rules_with_its_unit(ministries: Sandbox) -> None:
    found = [fact for source in ASKED_SOURCES for fact in ask(ministries, "five_components", source).facts]
    assert {fact.name for fact in found} == {
        name for name in CATALOGUE if not name.startswith(("citizen.", "ground_check."))
    }
    for fact in found:
        assert fact.unit == CATALOGUE[fact.name].unit
        assert CATALOGUE[fact.name].admits(fact.value)


def test_as_of_is_the_day_of_the_sources_copy(ministries: Sandbox) -> None:
    today = timezone.localdate()
    assert ask(ministries, "eligible", Source.DUKCAPIL).as_of == today
    assert ask(ministries, "eligible", Source.PLN).as_of == today.replace(day=1)
    assert ask(ministries, "eligible", Source.BKN).as_of == today - timedelta(days=7)


def test_a_family_without_pupils_has_no_share_of_attendance(ministries: Sandbox) -> None:
    """Nobody was ever absent is not the same as nobody goes to school."""
    assert values(ask(ministries, "no_phone", Source.ATTENDANCE)) == {"attendance.pupils": 0}


@pytest.mark.parametrize(
    ("ending", "receives", "matches"), [("89", True, True), ("02", True, False), ("03", False, True)]
)
def test_the_bank_says_whether_money_would_arrive(
    ministries: Sandbox, ending: str, receives: bool, matches: bool
) -> None:
    asked = Subjects(None, None, (), account(ending))
    found = values(connectors.ask(Source.BANK, asked, request_id=uuid4()))
    assert (found["bank.can_receive_transfer"], found["bank.name_matches"]) == (receives, matches)


def test_a_family_unknown_to_dtsen_has_no_decile(ministries: Sandbox) -> None:
    reply = ask(ministries, "not_in_dtsen", Source.DTSEN)
    assert (reply.is_found, reply.facts) == (False, ())
    assert isinstance(reply.as_of, date)


def test_nobody_is_asked_about_what_is_not_known(ministries: Sandbox) -> None:
    nobody = Subjects(applicant_nik=None, kk_number=None, niks=())
    for source in ASKED_SOURCES:
        assert connectors.ask(source, nobody, request_id=uuid4()) == Reply()


def test_an_unknown_nik_has_no_card_and_no_photograph(ministries: Sandbox) -> None:
    assert connectors.family_card(STRANGER, request_id=uuid4()).card is None
    assert connectors.reference_photograph(STRANGER, request_id=uuid4()) is None


def test_the_family_card_arrives_with_all_members(ministries: Sandbox) -> None:
    resident = ministries.residents["five_components"]
    card = connectors.family_card(resident.nik, request_id=uuid4()).card
    assert card is not None
    assert card.kk_number == resident.kk_number
    assert {member.nik for member in card.members} == set(resident.member_niks)


def test_the_reference_photograph_is_a_picture(ministries: Sandbox) -> None:
    photograph = connectors.reference_photograph(ministries.residents["eligible"].nik, request_id=uuid4())
    assert photograph is not None
    assert photograph.startswith(b"\xff\xd8\xff")


def test_a_wrong_record_is_believed_and_dated(ministries: Sandbox) -> None:
    """Only a person can find out that a register is wrong; then an appeal corrects the fact."""
    ministries.set("pln", wrong_record=True)
    assert values(ask(ministries, "eligible", Source.PLN)) == {"pln.power_va": 2200, "pln.monthly_kwh": 289}


def test_a_source_that_is_down_is_unavailable(ministries: Sandbox) -> None:
    ministries.set("pln", down=True)
    with pytest.raises(SourceUnavailable, match="http_503") as caught:
        ask(ministries, "eligible", Source.PLN)
    assert not caught.value.permanent


def test_a_slow_source_times_out(ministries: Sandbox, settings: object) -> None:
    settings.SOURCES_TIMEOUT_S = {"default": 10, "pln": 0.3}
    ministries.set("pln", latency_ms=1500)
    with pytest.raises(SourceUnavailable, match="timeout"):
        ask(ministries, "eligible", Source.PLN)


def test_nobody_listening_is_unavailable(settings: object) -> None:
    settings.SOURCES_URL = "http://127.0.0.1:9/sources"
    with pytest.raises(SourceUnavailable, match="unreachable"):
        connectors.family_card(STRANGER, request_id=uuid4())


def test_a_token_that_is_refused_can_be_mended(ministries: Sandbox, settings: object) -> None:
    settings.SOURCES_TOKEN = "an-old-token"
    with pytest.raises(SourceUnavailable, match="http_401"):
        ask(ministries, "eligible", Source.PLN)


def test_a_malformed_question_is_refused_for_good(ministries: Sandbox) -> None:
    with pytest.raises(SourceRefused, match="http_422") as caught:
        connectors.family_card("not-a-nik", request_id=uuid4())
    assert caught.value.permanent


def test_a_correction_reaches_the_source_and_may_be_sent_twice(ministries: Sandbox) -> None:
    kk_number = ministries.residents["wrong_meter"].kk_number
    correction = Correction("pln", "pln.power_va", {"kk_number": kk_number}, 2200, 900, "SGH-2026-000001")
    request_id = uuid4()
    before = received(ministries)
    connectors.send_correction(correction, request_id=request_id)
    assert received(ministries) == before + 1
    connectors.send_correction(correction, request_id=request_id)
    assert received(ministries) == before + 1


def received(ministries: Sandbox) -> int:
    """How many corrections of this ruling the sandbox shows on its start page."""
    return ministries.http.get("/").text.count("bukti SGH-2026-000001")


def test_the_log_knows_no_person(ministries: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    resident = ministries.residents["eligible"]
    for source in ASKED_SOURCES:
        ask(ministries, "eligible", source)
    connectors.reference_photograph(resident.nik, request_id=uuid4())
    ministries.set("pln", down=True)
    with pytest.raises(SourceUnavailable):
        ask(ministries, "eligible", Source.PLN)
    written = caplog.text + json.dumps([record.__dict__ for record in caplog.records], default=str)
    assert "pln/v1/meters" in written
    for secret in (*resident.member_niks, resident.kk_number, resident.name, ministries.token):
        assert secret not in written


@pytest.mark.parametrize("source", list(connectors.CONNECTORS))
def test_a_connector_is_one_small_file(source: str) -> None:
    """Endpoint, question, schema, facts: what does not fit into 60 lines is no longer a connector."""
    connector = connectors.CONNECTORS[source]
    file = Path(inspect.getfile(type(connector)))
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 60, (
        f"{file.name}: share what it has in common in base.py"
    )
    assert connector.source == source
    assert connector.path
    assert str(connector.purpose)
    assert connector.max_age > timedelta()
