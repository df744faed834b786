"""What the invented families are made to show; the numbers other tests lean on."""

import csv
import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.sandbox_process import FAMILIES, Sandbox

PLAN = yaml.safe_load(FAMILIES.read_text(encoding="utf-8"))
BY_KEY = {family["key"]: family for family in PLAN["families"]}
MEMBERS = [(family, member) for family in PLAN["families"] for member in family["members"]]
AREAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "areas" / "villages.csv"


def age(born: datetime.date) -> int:
    today = datetime.datetime.now(datetime.UTC).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def ask(sandbox: Sandbox, path: str, key: str) -> dict[str, Any]:
    who = sandbox.residents[key]
    body = {"kk_number": who.kk_number} if path.startswith("dtsen") else {"niks": list(who.member_niks)}
    return sandbox.ask(path, body).json()


def card(sandbox: Sandbox, key: str) -> dict[str, Any]:
    found = sandbox.ask("dukcapil/v1/family-card", {"nik": sandbox.residents[key].nik}).json()
    assert found["status"] == "found"
    return found["family_card"]


def test_there_are_enough_families_in_both_regencies() -> None:
    regencies = [family["village"][:5] for family in PLAN["families"]]
    assert regencies.count("35.10") >= 20
    assert regencies.count("51.02") >= 2
    places = " ".join(PLAN["villages"][family["village"]] for family in PLAN["families"])
    for named in ("Lateng", "Kemiren", "Gombengsari", "Kesilir"):
        assert named in places
    assert all(family["story"] and family["expected"] for family in PLAN["families"])


def test_villages_are_real() -> None:
    if not AREAS.exists():
        pytest.skip(f"NO AREA CODES: {AREAS} is absent")
    with AREAS.open(encoding="utf-8", newline="") as lines:
        names = {row["code"]: row["name"] for row in csv.DictReader(lines)}
    for code, shown in PLAN["villages"].items():
        assert names[code] in shown


def test_numbers_are_invented_and_unique() -> None:
    numbers = [member["nik"] for _, member in MEMBERS] + [family["kk"] for family in PLAN["families"]]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert len(number) == 16
        assert number.isdigit()
        assert number[:4] in {"3510", "5102"}
        assert number[12] == "9"
    pins = [member["pin"] for _, member in MEMBERS if "pin" in member]
    assert len(set(pins)) == len(pins)


@pytest.mark.parametrize(("family", "member"), MEMBERS, ids=lambda value: value.get("name") or value["key"])
def test_nik_tells_district_birth_and_sex(family: dict[str, Any], member: dict[str, Any]) -> None:
    born = member["birth_date"]
    day = born.day + (40 if member["sex"] == "P" else 0)
    composed = f"{family['village'].replace('.', '')[:6]}{day:02}{born:%m%y}"
    if family["key"] == "nik_mismatch" and member["relation"] == "kepala":
        assert member["nik"][:12] != composed
    else:
        assert member["nik"][:12] == composed


def test_clearly_eligible_family(sandbox: Sandbox) -> None:
    found = card(sandbox, "eligible")
    assert found["kk_number"] == sandbox.residents["eligible"].kk_number
    assert (found["village_code"], found["rt"], found["rw"]) == ("35.10.16.1014", "002", "001")
    assert found["head_nik"] == found["members"][0]["nik"]
    assert found["members"][0] == {
        "nik": "3510161204889001",
        "name": "Suyitno",
        "sex": "L",
        "birth_place": "Banyuwangi",
        "birth_date": "1988-04-12",
        "relation": "kepala",
        "marital_status": "kawin",
        "alive": True,
        "deceased_on": None,
    }
    assert ask(sandbox, "dtsen/v1/family", "eligible")["decile"] == 1
    assert ask(sandbox, "pln/v1/meters", "eligible")["meters"] == [{"power_va": 450, "tariff": "R-1/TR"}]
    pupils = ask(sandbox, "dapodik/v1/pupils", "eligible")["records"]
    assert pupils == [{"nik": "3510160309179003", "level": "sd", "active": True}]
    assert age(BY_KEY["eligible"]["members"][3]["birth_date"]) < 6


def test_wrong_meter_family_is_headed_by_a_woman_in_kesilir(sandbox: Sandbox) -> None:
    found = card(sandbox, "wrong_meter")
    assert (found["members"][0]["sex"], found["village_code"]) == ("P", "35.10.22.2003")
    assert ask(sandbox, "pln/v1/meters", "wrong_meter")["meters"][0]["power_va"] == 2200
    assert ask(sandbox, "dtsen/v1/family", "wrong_meter")["decile"] == 2


@pytest.mark.parametrize(
    ("key", "kind"), [("asn", "asn"), ("pensioner", "pensiunan"), ("soldier", "tni"), ("eligible", None)]
)
def test_state_employees(sandbox: Sandbox, key: str, kind: str | None) -> None:
    kinds = [record["kind"] for record in ask(sandbox, "bkn/v1/employment", key)["records"]]
    assert kinds == ([kind] if kind else [])


def test_other_exclusions(sandbox: Sandbox) -> None:
    wage = ask(sandbox, "bpjs-tk/v1/wages", "wage")["records"][0]
    assert (wage["status"], wage["monthly_wage"]) == ("active", 4_500_000)
    assert "mobil" in [vehicle["kind"] for vehicle in ask(sandbox, "samsat/v1/vehicles", "car")["vehicles"]]
    assert ask(sandbox, "dtsen/v1/family", "decile_8")["decile"] == 8
    assert ask(sandbox, "pln/v1/meters", "power")["meters"][0]["power_va"] == 3500
    assert ask(sandbox, "dtsen/v1/family", "not_in_dtsen")["status"] == "not_found"
    assert ask(sandbox, "bpjs-tk/v1/wages", "waiting_2")["records"][0]["status"] == "inactive"


def test_odd_family_cards(sandbox: Sandbox) -> None:
    relations = [member["relation"] for member in card(sandbox, "two_heads")["members"]]
    assert relations.count("kepala") == 2
    alone = card(sandbox, "elder_alone")["members"]
    assert [age(datetime.date.fromisoformat(member["birth_date"])) >= 78 for member in alone] == [True]
    head, wife, _ = card(sandbox, "deceased_member")["members"]
    assert (head["alive"], head["deceased_on"], wife["alive"]) == (False, "2026-03-17", True)
    assert wife["nik"] == sandbox.residents["deceased_member"].nik


def test_five_components_and_pregnancy(sandbox: Sandbox) -> None:
    levels = [record["level"] for record in ask(sandbox, "dapodik/v1/pupils", "five_components")["records"]]
    assert sorted(levels) == ["sd", "sma", "smp"]
    ages = [age(member["birth_date"]) for member in BY_KEY["five_components"]["members"]]
    assert min(ages) < 6
    assert max(ages) >= 60
    assert [member["relation"] for member in card(sandbox, "pregnant")["members"]] == ["kepala", "istri"]


def test_enough_families_for_a_waiting_list(sandbox: Sandbox) -> None:
    keys = ["waiting_1", "waiting_2", "waiting_3", "waiting_4"]
    assert all(sandbox.residents[key].village_code.startswith("35.10") for key in keys)
    assert [ask(sandbox, "dtsen/v1/family", key)["decile"] for key in keys] == [2, 3, 3, 4]


def test_couple_for_the_agent_has_no_ikd(sandbox: Sandbox) -> None:
    assert sandbox.residents["no_phone"].pin == ""
    assert all(age(member["birth_date"]) >= 60 for member in BY_KEY["no_phone"]["members"])


def test_seeding_again_changes_nothing(sandbox: Sandbox) -> None:
    before = card(sandbox, "five_components")
    printed = sandbox.manage("seed_residents")
    assert printed.startswith("25 families")
    assert card(sandbox, "five_components") == before
    meters = ask(sandbox, "pln/v1/meters", "wrong_meter")["meters"]
    assert len(meters) == 1
