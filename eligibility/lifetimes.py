"""From a decision to the dates of a participation: exempt or not, when the time is up, when to look again."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from eligibility.documents import document_of
from eligibility.models import Determination, Participation
from eligibility.rules.clock import Clock
from eligibility.rules.commitments import TimeLimit, is_exempt, recertify_on
from eligibility.rules.overlapping import is_heard


@dataclass(frozen=True)
class Was:
    """What held before: paused or over, and exempt as far as was last known."""

    paused: bool = False
    exempt: bool | None = None


@dataclass(frozen=True)
class Dates:
    """What follows for a participation; without a time limit there are no dates."""

    is_exempt: bool | None
    clock: Clock
    ends_on: date | None
    recertify_on: date | None

    def as_fields(self) -> dict[str, Any]:
        return {
            "is_exempt": self.is_exempt,
            "days_stopped": self.clock.days_stopped,
            "stopped_since": self.clock.stopped_since,
            "ends_on": self.ends_on,
            "recertify_on": self.recertify_on,
        }


def clock_of(participation: Participation) -> Clock:
    one = participation
    return Clock(one.started_on, one.days_before, one.days_stopped, one.stopped_since)


def limit_of(determination: Determination) -> TimeLimit | None:
    return document_of(determination.rule_set).time_limit


def exempt_by(determination: Determination) -> bool | None:
    """Whether the data of a decision exempt the family; None while not known, or where there is no limit."""
    limit = limit_of(determination)
    values = {name: fact["value"] for name, fact in determination.facts.items() if not fact.get("is_old")}
    return is_exempt(limit, values) if limit else None


def rests_on_old_data(determination: Determination, on: date) -> bool:
    """Whether data that counted when it was decided is too old by a day for the rules that read it."""
    document = document_of(determination.rule_set)
    return any(
        on - date.fromisoformat(fact["as_of"]) > timedelta(days=document.max_age(name))
        for name, fact in determination.facts.items()
        if fact["as_of"] and not is_heard(name) and not fact.get("is_old")
    )


def dates(clock: Clock, determination: Determination, *, checked_on: date, on: date, was: Was) -> Dates:
    """The dates as known on a day. Not known whether exempt: the last that was known holds, and nothing ends."""
    limit, exempt = limit_of(determination), exempt_by(determination)
    if limit is None:
        return Dates(None, clock, None, None)
    last_known = was.exempt if exempt is None else exempt
    clock = clock.turned(is_stopped=was.paused or last_known is True, on=on)
    end = clock.runs_out_on(limit) if exempt is False else None
    return Dates(last_known, clock, end, recertify_on(limit, checked_on))


def dates_of(participation: Participation, *, is_paused: bool, on: date | None = None) -> Dates:
    """The dates of a participation under its decision, with the clock stopped or running from a day on (today)."""
    return dates(
        clock_of(participation),
        participation.determination,
        checked_on=participation.checked_on,
        on=on or timezone.localdate(),
        was=Was(paused=is_paused, exempt=participation.is_exempt),
    )
