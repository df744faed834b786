"""Duties, cuts and the time limit: rule data of PKH 2026-2 (attendance 85 %, two missed visits, five years)."""

from datetime import date

import pytest

from eligibility import presenters
from eligibility.rules.commitments import (
    Measure,
    broken,
    ends_on,
    is_exempt,
    later,
    may_apply_from,
    payment,
    recertify_on,
)
from eligibility.rules.document import DocumentError, parse
from tests.eligibility.conftest import MakeFamily, answer
from tests.eligibility.documents import data
from tests.eligibility.test_presenters import html

PKH = parse(data("pkh-2026-2"))
NOBODY = {"dukcapil.elderly_60": 0, "citizen.severe_disability": 0}


@pytest.mark.parametrize(
    ("records", "names", "rupiah"),
    [
        ([], [], 2_600_000),
        ([(Measure.ATTENDANCE_PERCENT, 85), (Measure.MISSED_HEALTH_VISITS, 1)], [], 2_600_000),
        ([(Measure.ATTENDANCE_PERCENT, 84)], ["attendance"], 2_340_000),
        ([(Measure.ATTENDANCE_PERCENT, 84), (Measure.ATTENDANCE_PERCENT, 20)], ["attendance"], 2_340_000),
        ([(Measure.MISSED_HEALTH_VISITS, 2)], ["health-visits"], 2_340_000),
        (
            [(Measure.MISSED_HEALTH_VISITS, 3), (Measure.ATTENDANCE_PERCENT, 0)],
            ["attendance", "health-visits"],
            2_080_000,
        ),
    ],
)
def test_each_broken_duty_costs_ten_percent_of_the_quarter(
    records: list[tuple[Measure, int]], names: list[str], rupiah: int
) -> None:
    found = broken(PKH.duties, records)
    assert [duty.name for duty in found] == names
    assert payment(10_400_000, found) == rupiah


@pytest.mark.parametrize(
    ("changes", "exempt", "end"),
    [
        ({}, False, date(2031, 2, 28)),
        ({"dukcapil.elderly_60": 1}, True, None),
        ({"citizen.severe_disability": 2}, True, None),
        ({"ground_check.mental_disorder": 1}, True, None),
        ({"dukcapil.elderly_60": None}, None, None),
    ],
)
def test_five_years_unless_somebody_is_old_or_ill(
    changes: dict[str, int | None], exempt: bool | None, end: date | None
) -> None:
    assert PKH.time_limit is not None
    values = {name: value for name, value in {**NOBODY, **changes}.items() if value is not None}
    assert is_exempt(PKH.time_limit, values) is exempt
    assert ends_on(PKH.time_limit, date(2026, 2, 28), values) == end


def test_looking_again_and_coming_back() -> None:
    assert PKH.time_limit is not None
    assert recertify_on(PKH.time_limit, date(2026, 10, 31)) == date(2027, 10, 31)
    assert may_apply_from(PKH.time_limit, date(2024, 2, 29)) == date(2026, 2, 28)
    assert later(date(2026, 11, 30), months=3) == date(2027, 2, 28)


def test_a_duty_says_when_it_is_broken_and_by_which_law() -> None:
    written = data("pkh-2026-2")
    written["duties"][0].pop("below")
    written["duties"][1] |= {"from": 4, "legal": ""}
    with pytest.raises(DocumentError) as caught:
        parse(written)
    assert [(problem.path, problem.message) for problem in caught.value.problems] == [
        ("duties[0]", "A duty says either “below” or “from”."),
        ("duties[1].legal", "The law this rule rests on must be named."),
    ]


@pytest.mark.django_db
def test_the_family_reads_what_it_commits_to(decided: MakeFamily) -> None:
    determination = answer(decided())
    shown = html(presenters.card(determination))
    assert determination.amount_per_year == 3_900_000
    assert "Dibayar tiap tiga bulan: Rp975.000." in shown
    assert "Kehadiran sekolah di bawah 85 persen: menjadi Rp877.500." in shown
    assert "Bantuan paling lama 5 tahun." in shown
    assert "boleh mendaftar lagi setelah 2 tahun" in shown
