"""The fairness page: shares of every group with people and intervals, small groups hidden. Reads only."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from perlinsos.accounts import scoping
from perlinsos.accounts.models import User
from verification.fairness import FEWEST_JUDGED, FEWEST_SHOWN, LEAST_APART, LEAST_APART_WRONG, Key, Rate, rates
from verification.fairness_counts import counted
from verification.fairness_enums import Dimension, Measure
from verification.fairness_words import GROUPS, group_label
from verification.models import FairnessAlarm
from verification.models.fairness import FAIRNESS_READERS

PERIODS_DAYS = (30, 90, 365)


@dataclass(frozen=True, slots=True)
class Line:
    """A group in percent, whole numbers or with the tenths of what is rare; `is_hidden` when fewer than ten people
    are in it."""

    label: str
    people: int
    share: float
    low: float
    high: float
    is_hidden: bool
    is_alarming: bool


def of(viewer: User, *, days: int) -> dict[str, Any]:
    """Three queries besides who looks, however many people and groups there are."""
    where = scoping.area_filter(viewer, roles=FAIRNESS_READERS, field="application__village_id")
    found = rates(counted(where, since=timezone.now() - timedelta(days=days)))
    alarms = list(FairnessAlarm.objects.visible_to(viewer).still_open().select_related("area").order_by("-raised_at"))
    alarming = {(alarm.measure, alarm.dimension, alarm.group) for alarm in alarms}
    return {
        "days": days,
        "periods": PERIODS_DAYS,
        "tables": [(measure, list(_parts(measure, found[measure], alarming))) for measure in Measure],
        "alarms": [(alarm, group_label(Dimension(alarm.dimension), alarm.group)) for alarm in alarms],
        "fewest_shown": FEWEST_SHOWN,
        "fewest_judged": FEWEST_JUDGED,
        "least_apart": round(100 * LEAST_APART),
        "least_apart_wrong": round(100 * LEAST_APART_WRONG),
    }


def _parts(measure: Measure, found: dict[Key, Rate], alarming: set[tuple[str, str, str]]) -> Any:
    for dimension in Dimension:
        lines = [
            _line(
                group_label(dimension, group),
                found[dimension, group],
                digits=1 if measure == Measure.WRONG else 0,
                is_alarming=(measure, dimension, group) in alarming,
            )
            for group in GROUPS[dimension].values
            if (dimension, group) in found
        ]
        if lines:
            yield dimension, lines


def _line(label: str, rate: Rate, *, digits: int, is_alarming: bool) -> Line:
    low, high = rate.interval
    return Line(
        label,
        rate.n,
        round(100 * rate.share, digits),
        round(100 * low, digits),
        round(100 * high, digits),
        is_hidden=rate.n < FEWEST_SHOWN,
        is_alarming=is_alarming,
    )
