"""Duties, cuts and the counter as pure functions: tables with both sides of every limit, and what always holds."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.enums import DutyKind, DutyValue
from eligibility.rules.clock import Clock
from eligibility.rules.commitments import TimeLimit
from eligibility.rules.document import parse
from eligibility.rules.duties import Note, Situation, measured, owes, settle, worth
from eligibility.rules.periods import Quarter, months_ended, next_month, quarter_of
from enrollment.enums import Schooling
from tests.eligibility.documents import data

PKH = parse(data("pkh-2026-2"))
assert PKH.time_limit is not None
LIMIT: TimeLimit = PKH.time_limit
SCHOOL, HEALTH = DutyKind.SCHOOL, DutyKind.HEALTH
YES, NO, OPEN = DutyValue.FULFILLED, DutyValue.NOT_FULFILLED, DutyValue.UNKNOWN
OCT, NOV, DEC = Quarter(2026, 4).months


def pupil(month: date, value: DutyValue = OPEN, percent: int | None = None, member: int = 1) -> Note:
    return Note(member, SCHOOL, month, value, percent)


def baby(month: date, value: DutyValue, member: int = 2) -> Note:
    return Note(member, HEALTH, month, value)


# --- months and quarters --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "quarter", "last"),
    [
        (date(2026, 1, 1), Quarter(2026, 1), date(2026, 3, 31)),
        (date(2026, 3, 31), Quarter(2026, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), Quarter(2026, 2), date(2026, 6, 30)),
        (date(2026, 12, 31), Quarter(2026, 4), date(2026, 12, 31)),
        (date(2028, 2, 29), Quarter(2028, 1), date(2028, 3, 31)),
    ],
)
def test_a_day_lies_in_one_quarter(day: date, quarter: Quarter, last: date) -> None:
    assert quarter_of(day) == quarter
    assert quarter.last_day == last
    assert quarter.previous.last_day + timedelta(days=1) == quarter.months[0]


def test_only_months_that_are_over_are_asked_about() -> None:
    assert months_ended(date(2027, 1, 1)) == (DEC, NOV, OCT)
    assert months_ended(date(2026, 12, 31)) == (NOV, OCT, date(2026, 9, 1))
    assert next_month(DEC) == date(2027, 1, 1)


# --- who owes what --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "member", "month", "is_owed"),
    [
        (SCHOOL, {"schooling": Schooling.PRIMARY}, OCT, True),
        (SCHOOL, {}, OCT, False),
        (HEALTH, {"born": date(2019, 10, 2)}, OCT, True),  # turns seven within the month
        (HEALTH, {"born": date(2019, 10, 1)}, OCT, False),  # is seven on its first day
        (HEALTH, {"born": date(2026, 10, 31)}, OCT, True),
        (HEALTH, {"born": date(2026, 11, 1)}, OCT, False),
        (HEALTH, {"is_pregnant": True}, OCT, True),
        (HEALTH, {"is_pregnant": True, "told_on": date(2025, 10, 2)}, OCT, True),
        (HEALTH, {"is_pregnant": True, "told_on": date(2025, 10, 1)}, OCT, False),  # told a year ago
        (HEALTH, {}, OCT, False),
    ],
)
def test_who_owes_a_duty(kind: DutyKind, member: dict[str, object], month: date, is_owed: bool) -> None:
    adult = {"born": date(1990, 1, 1), "schooling": Schooling.NONE, "is_pregnant": False, "told_on": date(2026, 9, 1)}
    assert owes(kind, Situation(**{**adult, **member}), month) is is_owed  # type: ignore[arg-type]


# --- cuts -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("notes", "broken", "rupiah"),
    [
        ([], [], 2_600_000),
        ([pupil(OCT, percent=85, value=YES)], [], 2_600_000),
        ([pupil(OCT, percent=84, value=NO)], ["attendance"], 2_340_000),
        ([pupil(OCT, NO)], ["attendance"], 2_340_000),
        ([pupil(OCT, NO), pupil(NOV, NO), pupil(DEC, NO, member=3)], ["attendance"], 2_340_000),
        ([pupil(OCT, OPEN), pupil(NOV, YES)], [], 2_600_000),
        ([baby(OCT, NO)], [], 2_600_000),
        ([baby(OCT, NO), baby(NOV, NO, member=3)], [], 2_600_000),  # one month each of two children
        ([baby(OCT, NO), baby(NOV, NO)], ["health-visits"], 2_340_000),
        ([baby(OCT, NO), baby(NOV, OPEN), baby(DEC, YES)], [], 2_600_000),
        ([baby(OCT, NO), baby(DEC, NO), pupil(DEC, NO)], ["attendance", "health-visits"], 2_080_000),
        ([pupil(date(2026, 9, 1), NO), pupil(date(2027, 1, 1), NO)], [], 2_600_000),  # other quarters
    ],
)
def test_what_a_quarter_pays(notes: list[Note], broken: list[str], rupiah: int) -> None:
    settled = settle(10_400_000, PKH.duties, notes, Quarter(2026, 4))
    assert [cause.duty.name for cause in settled.causes] == broken
    assert (settled.rupiah, settled.full, settled.cut) == (rupiah, 2_600_000, 2_600_000 - rupiah)


def test_a_cut_names_the_records_it_rests_on() -> None:
    kept, missed = pupil(OCT, YES, 90), pupil(NOV, NO, 40)
    one, two, other = baby(OCT, NO), baby(NOV, NO), baby(DEC, NO, member=3)
    settled = settle(10_400_000, PKH.duties, [kept, missed, one, two, other], Quarter(2026, 4))
    assert [cause.notes for cause in settled.causes] == [(missed,), (one, two)]


@pytest.mark.parametrize(("percent", "value"), [(84, NO), (85, YES), (0, NO), (100, YES), (None, OPEN)])
def test_a_share_of_days_is_judged_by_the_rules(percent: int | None, value: DutyValue) -> None:
    assert worth(OPEN, percent, PKH.duties) == value


NOTES = st.lists(
    st.builds(
        Note,
        member=st.integers(1, 3),
        kind=st.sampled_from(DutyKind),
        month=st.sampled_from([OCT, NOV, DEC, date(2026, 9, 1)]),
        value=st.sampled_from(DutyValue),
    ),
    unique_by=lambda note: (note.member, note.kind, note.month),
    max_size=12,
)


@given(notes=NOTES, rupiah=st.integers(0, 50_000_000))
def test_a_cut_is_never_more_than_the_rules_say(notes: list[Note], rupiah: int) -> None:
    settled = settle(rupiah, PKH.duties, notes, Quarter(2026, 4))
    most = sum(duty.cut_percent for duty in PKH.duties)
    assert settled.full * (100 - most) // 100 <= settled.rupiah <= settled.full
    assert (settled.cut == 0) or settled.causes


@given(notes=NOTES, which=st.integers(0, 11))
def test_unknown_never_cuts(notes: list[Note], which: int) -> None:
    """Whatever becomes unknown, the family is not paid less; unknown alone costs nothing."""
    before = settle(10_400_000, PKH.duties, notes, Quarter(2026, 4)).rupiah
    doubted = [
        Note(note.member, note.kind, note.month, OPEN) if number == which else note for number, note in enumerate(notes)
    ]
    assert settle(10_400_000, PKH.duties, doubted, Quarter(2026, 4)).rupiah >= before
    assert measured([Note(note.member, note.kind, note.month, OPEN) for note in notes]) == []


# --- the counter ----------------------------------------------------------------------------------
START = date(2026, 2, 28)


@pytest.mark.parametrize(
    ("clock", "end"),
    [
        (Clock(START), date(2031, 2, 28)),
        (Clock(date(2024, 2, 29)), date(2029, 2, 28)),
        (Clock(START, days_stopped=10), date(2031, 3, 10)),
        (Clock(START, days_before=28), date(2031, 1, 31)),
        (Clock(START, stopped_since=START), None),
    ],
)
def test_when_the_time_is_used_up(clock: Clock, end: date | None) -> None:
    assert clock.runs_out_on(LIMIT) == end


@pytest.mark.parametrize(
    ("clock", "day", "days"),
    [
        (Clock(START), START, 0),
        (Clock(START), START + timedelta(days=1), 1),
        (Clock(START), START - timedelta(days=1), 0),
        (Clock(START, days_before=100), START + timedelta(days=5), 105),
        (Clock(START, stopped_since=START + timedelta(days=3)), START + timedelta(days=50), 3),
        (Clock(START, days_stopped=10), START + timedelta(days=50), 40),
    ],
)
def test_which_days_count(clock: Clock, day: date, days: int) -> None:
    assert clock.days_on(day) == days


@settings(max_examples=30)
@given(waits=st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=8))
def test_an_exemption_stops_the_counter(waits: list[tuple[int, bool]]) -> None:
    """Days on which the clock stood never count, and push the end back by just as much."""
    clock, day, stood, is_stopped = Clock(START), START, 0, False
    for days, stop in waits:
        later = day + timedelta(days=days)
        stood += days if is_stopped else 0
        clock, day, is_stopped = clock.turned(is_stopped=stop, on=later), later, stop
    assert clock.days_on(day) == (day - START).days - stood
    running = clock.turned(is_stopped=False, on=day)
    assert running.runs_out_on(LIMIT) == date(2031, 2, 28) + timedelta(days=stood)
    assert clock.turned(is_stopped=True, on=day).runs_out_on(LIMIT) is None
