"""Arithmetic of verification: ages, back-off, which source outranks which, thresholds. No rows here."""

import secrets
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from verification.enums import Source
from verification.faces.thresholds import STRICT, FaceThresholds

FIRST_WAIT = timedelta(seconds=5)

# Whose word stands when two speak about the same fact. What somebody saw on the spot outranks a
# register: a meter that PLN recorded wrongly stays corrected however often PLN is asked again. Only
# a person corrects it once more, after another visit (`facts.supersede_fact` asks for no rank).
SOURCE_RANK = {Source.CITIZEN: 0, Source.GROUND_CHECK: 2}
REGISTER_RANK = 1


def age_on(day: date, *, born: date) -> int:
    """Whole years lived on `day`; negative before birth. Born on 29 February, a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def outranks(source: str, as_of: date, *, current_source: str, current_as_of: date) -> bool:
    """Whether a new statement replaces the current one: never a lower rank, never older data."""
    return (rank(source), as_of) >= (rank(current_source), current_as_of)


def rank(source: str) -> int:
    return SOURCE_RANK.get(Source(source), REGISTER_RANK)


def back_off(attempts: int, *, longest: timedelta) -> timedelta:
    """Twice as long after every attempt, up to `longest`, plus up to a quarter so that nobody marches in step."""
    wait = min(FIRST_WAIT * (1 << min(max(attempts - 1, 0), 20)), longest)
    return wait + jitter(wait / 4)


def is_drawn(percent: int) -> bool:
    """By chance, `percent` times in a hundred."""
    return secrets.randbelow(100) < percent


def jitter(most: timedelta) -> timedelta:
    return most * (secrets.randbelow(1000) / 1000)


def thresholds_of(value: Any) -> FaceThresholds:
    """The stricter edge a region has set for itself, as `{"version": …, "accept_raw_alone": …}`; else STRICT.

    Raises ValueError for a value that cannot be meant, and for one that would accept more people than
    STRICT does: that takes two administrators (`services.thresholds`).
    """
    if value is None:
        return STRICT
    known = {field.name for field in fields(FaceThresholds)} - {"recogniser"}
    if not isinstance(value, dict) or not set(value) <= known or not isinstance(value.get("version"), str):
        raise ValueError("not a set of face thresholds")
    edges = {name: edge for name, edge in value.items() if name != "version"}
    if not all(isinstance(edge, (int, float)) and not isinstance(edge, bool) for edge in edges.values()):
        raise ValueError("face thresholds are numbers")
    found = FaceThresholds(version=value["version"], **edges)
    if found.accept_raw_alone > STRICT.accept_raw_alone:
        raise ValueError("a region alone may only be stricter")
    return found
