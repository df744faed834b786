"""What a family received under registrations that ended: it may have to wait, or have used up its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from eligibility import lifetimes
from eligibility.models import Determination, Participation, Programme
from eligibility.rules.clock import Clock
from eligibility.rules.commitments import TimeLimit
from enrollment.models import Application


@dataclass(frozen=True)
class History:
    """Ended participations of a family in one programme, the newest last."""

    programme: Programme
    ended: tuple[Participation, ...]

    @property
    def apply_from(self) -> date | None:
        """First day to receive again after stepping back."""
        return max((one.apply_from for one in self.ended if one.apply_from), default=None)

    @property
    def days(self) -> int:
        """Days received that count for the time limit. Each participation counts those before it."""
        return max((lifetimes.clock_of(one).days_on(one.ended_on) for one in self.ended if one.ended_on), default=0)

    def is_used_up(self, today: date, limit: TimeLimit | None = None) -> bool:
        """Whether nothing is left of `limit` (of the rules the family received by) for who is not exempt."""
        limit = limit or lifetimes.limit_of(self.ended[-1].determination)
        end = Clock(today, days_before=self.days).runs_out_on(limit) if limit else None
        return end is not None and end <= today


def of_family(application: Application, *, but: Application | None = None) -> dict[str, History]:
    """By code of the programme, in one query; `but` leaves out what was received under that registration."""
    ended = Participation.objects.filter(application__family=application.family_id, ended_on__isnull=False)
    if but is not None:
        ended = ended.exclude(application=but)
    by_programme: dict[str, list[Participation]] = {}
    for one in ended.select_related("programme", "determination__rule_set").order_by("programme__code", "pk"):
        by_programme.setdefault(one.programme.code, []).append(one)
    return {code: History(rows[0].programme, tuple(rows)) for code, rows in by_programme.items()}


def bars(histories: Mapping[str, History], determination: Determination) -> dict[str, Any]:
    """The fields of a determination that say what stands against an announcement, whatever its outcome.

    Not known whether the family is exempt from the time limit: then it is not used up.
    """
    history = histories.get(determination.programme.code)
    if history is None:
        return {}
    limit = lifetimes.limit_of(determination)
    is_limited = limit is not None and lifetimes.exempt_by(determination) is False
    today = timezone.localdate()
    return {
        "waits_until": history.apply_from,
        "is_time_used_up": is_limited and history.is_used_up(today, limit),
    }
