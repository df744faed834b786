"""Ages, waits, ranks and thresholds: arithmetic only."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.enums import Source
from verification.faces.thresholds import STRICT
from verification.rules import age_on, back_off, outranks, thresholds_of

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2026, 11, 22), 0),
        (date(2019, 11, 22), 7),
        (date(2019, 11, 23), 6),
        (date(1966, 11, 22), 60),
        (date(1966, 11, 23), 59),
        (date(2027, 1, 1), -1),
    ],
)
def test_age_counts_whole_years(born: date, age: int) -> None:
    assert age_on(DAY, born=born) == age


def test_a_leap_day_child_is_a_year_older_on_the_first_of_march() -> None:
    born = date(2020, 2, 29)
    assert (age_on(date(2026, 2, 28), born=born), age_on(date(2026, 3, 1), born=born)) == (5, 6)


@given(st.integers(1, 10_000))
def test_waits_grow_and_stay_within_their_limit(attempts: int) -> None:
    longest = timedelta(minutes=10)
    wait = back_off(attempts, longest=longest)
    assert timedelta(seconds=5) <= wait <= longest * 1.25


def test_waits_double() -> None:
    waits = [back_off(attempts, longest=timedelta(hours=1)).total_seconds() for attempts in (1, 2, 3, 4)]
    for wait, base in zip(waits, (5, 10, 20, 40), strict=True):
        assert base <= wait <= base * 1.25


EARLY, LATE = date(2026, 1, 1), date(2026, 6, 1)


@pytest.mark.parametrize(
    ("source", "as_of", "current_source", "current_as_of", "wins"),
    [
        (Source.PLN, LATE, Source.PLN, EARLY, True),
        (Source.PLN, EARLY, Source.PLN, EARLY, True),
        (Source.PLN, EARLY, Source.PLN, LATE, False),
        (Source.PLN, LATE, Source.GROUND_CHECK, EARLY, False),
        (Source.GROUND_CHECK, EARLY, Source.PLN, LATE, True),
        (Source.GROUND_CHECK, LATE, Source.GROUND_CHECK, EARLY, True),
        (Source.CITIZEN, LATE, Source.PLN, EARLY, False),
        (Source.CITIZEN, LATE, Source.CITIZEN, EARLY, True),
    ],
)
def test_what_was_seen_outranks_registers_and_registers_outrank_the_form(
    source: str, as_of: date, current_source: str, current_as_of: date, wins: bool
) -> None:
    assert outranks(source, as_of, current_source=current_source, current_as_of=current_as_of) is wins


def test_without_a_parameter_the_strict_thresholds_count() -> None:
    assert thresholds_of(None) == STRICT


def test_a_region_may_set_its_thresholds() -> None:
    found = thresholds_of({"version": "bwi-2026-1", "accept_raw_alone": 0.36})
    assert (found.version, found.accept_raw_alone, found.review_raw) == ("bwi-2026-1", 0.36, STRICT.review_raw)


@pytest.mark.parametrize(
    "value",
    [
        0.6,
        "strict",
        [],
        {"accept_raw_alone": 0.6},
        {"version": 3},
        {"version": "x", "accept_raw_alone": "0.6"},
        {"version": "x", "accept_raw_alone": True},
        {"version": "x", "tolerance": 0.6},
        {"version": "x", "accept_raw_alone": 0.9},
    ],
)
def test_thresholds_that_cannot_be_meant_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="threshold"):
        thresholds_of(value)
