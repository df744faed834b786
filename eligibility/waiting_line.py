"""The waiting list of a quota: one line over all its announcements, in the order in which places fall to families."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
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
    others = _waiting().filter(ranking__batch__quota=OuterRef("ranking__batch__quota"))
    is_needier = Q(determination__need_score__lt=OuterRef("determination__need_score"))
    is_earlier = Q(
        determination__need_score=OuterRef("determination__need_score"),
        ranking__batch__announced_at__lt=OuterRef("ranking__batch__announced_at"),
    )
    before = others.exclude(ranking=OuterRef("ranking")).filter(is_needier | is_earlier).order_by()
    counted = before.values("ranking__batch__quota").annotate(n=Count("pk")).values("n")
    ahead = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    number = Case(When(placement=Placement.WAITING, then=F("position") + ahead), output_field=IntegerField())
    found: QuerySet[Any] = places.annotate(number=number)
    return found


def numbers(places: Sequence[RankedEntry]) -> dict[int, int]:
    """The same numbers for waiting families of one ranking, by key, in one query however many they are."""
    waiting = [place for place in places if place.placement == Placement.WAITING]
    if not waiting:
        return {}
    ranking = waiting[0].ranking
    others = _waiting().filter(ranking__batch__quota=ranking.batch.quota_id).exclude(ranking=ranking).order_by()
    counted = others.values_list("determination__need_score", "ranking__batch__announced_at").annotate(n=Count("pk"))
    ahead = [((need, announced_at), n) for need, announced_at, n in counted]
    mine = {place.pk: (place.determination.need_score, ranking.batch.announced_at) for place in waiting}
    return {
        place.pk: (place.position or 0) + sum(n for before, n in ahead if before < mine[place.pk]) for place in waiting
    }


def _waiting() -> QuerySet[RankedEntry]:
    return RankedEntry.objects.current().filter(placement=Placement.WAITING)
