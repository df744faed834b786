"""How many places of a quota are taken: by its own announcements, and by families who still hold one from earlier.

A family receives for years, a quota holds for one. Who is funded or receives under an earlier quota of the
programme and lives in the area counts against the one in force, as the trigger that refuses to overfund
counts too: the function `eligibility_held_from_earlier` of the database lists them for both.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Func, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from eligibility.enums import Placement
from eligibility.models import Batch, Quota, RankedEntry, ReservedShare

# Of a quota that is annotated with it: how many families of an earlier one count against it.
HELD = Func(
    F("pk"),
    template="(SELECT count(*) FROM eligibility_held_from_earlier(%(expressions)s))",
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Taken:
    """Of one quota: `given` by its own announcements, `held` by families of earlier quotas."""

    places: int
    given: int
    held: int

    @property
    def free(self) -> int:
        return max(0, self.places - self.given - self.held)


def of(quota: Quota, *, besides: Batch) -> Taken:
    """What is taken without what `besides` gave."""
    given = RankedEntry.objects.current().funded_under(quota, besides=besides).count()
    return Taken(quota.places, given, held(quota))


def held(quota: Quota) -> int:
    return int(Quota.objects.annotate(held=HELD).values_list("held", flat=True).get(pk=quota.pk))


def places_left(quota: Quota, *, besides: Batch) -> int:
    """Places that `besides` may give. After the period of the quota there are none: they are those of the next one."""
    return of(quota, besides=besides).free if quota.is_in_force else 0


def with_held(shares: QuerySet[ReservedShare]) -> QuerySet[Any]:
    """Annotated with `held`: reserved places of the same name that families hold from earlier quotas."""
    earlier = Func(OuterRef("quota"), template="(SELECT eligibility_held_from_earlier(%(expressions)s))")
    kept = RankedEntry.objects.current().filter(
        placement=Placement.FUNDED, share__name=OuterRef("name"), entry__in=earlier
    )
    counted = kept.order_by().values("share__name").annotate(n=Count("pk")).values("n")
    found: QuerySet[Any] = shares.annotate(held=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
    return found
