"""The waiting list of a quota: one line over all its announcements, in the order in which places fall to families."""

from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from eligibility.enums import Placement
from eligibility.models import Quota, RankedEntry

# Need decides, then the earlier announcement, then the order within it, which is that of the lot.
ORDER = ("determination__need_score", "ranking__batch__announced_at", "position")


def of(quota: Quota) -> QuerySet[RankedEntry]:
    """Everybody who waits for a place of the quota, the next one first."""
    waiting = RankedEntry.objects.staying().filter(ranking__batch__quota=quota, placement=Placement.WAITING)
    return waiting.order_by(*ORDER)


def with_number(places: QuerySet[RankedEntry]) -> QuerySet[Any]:
    """Annotated with `number`, the place of a waiting family in that line; `position` is that in its own announcement.

    Within an announcement the order of the line is its own, so only who waits under others is counted.
    """
    others = RankedEntry.objects.current().filter(
        placement=Placement.WAITING, ranking__batch__quota=OuterRef("ranking__batch__quota")
    )
    is_needier = Q(determination__need_score__lt=OuterRef("determination__need_score"))
    is_earlier = Q(
        determination__need_score=OuterRef("determination__need_score"),
        ranking__batch__announced_at__lt=OuterRef("ranking__batch__announced_at"),
    )
    before = others.exclude(ranking=OuterRef("ranking")).filter(is_needier | is_earlier).order_by()
    counted = before.values("ranking__batch__quota").annotate(n=Count("pk")).values("n")
    ahead = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    found: QuerySet[Any] = places.annotate(number=F("position") + ahead)
    return found
