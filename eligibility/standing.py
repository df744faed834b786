"""What pages show about places: the way of one family through all orders, and what each quota has given out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Func, OuterRef, Prefetch, Q, QuerySet, Subquery, TextField, Value
from django.utils.translation import gettext as _

from eligibility import taken
from eligibility.enums import Placement
from eligibility.models import Departure, Quota, RankedEntry, ReservedShare
from eligibility.models.batches import MOST_QUOTAS
from eligibility.rules.wording import grouped
from enrollment.models import Application
from perlinsos.accounts.models import User


@dataclass(frozen=True)
class Course:
    """One announcement: the orders the family was in, newest first, and why it left, if it did.

    `last_lot` is there where the lot decided that the family waits: the lot of the last family with a place.
    """

    places: list[RankedEntry]
    departure: Departure | None
    last_lot: str

    @property
    def now(self) -> RankedEntry:
        return self.places[0]

    @property
    def lot(self) -> str:
        """It never changes; who is out of the order has none any more."""
        return next((place.tie_break for place in self.places if place.tie_break), "")


@dataclass(frozen=True)
class Share:
    """Reserved places and how many families have one, also from earlier; the others were open to everybody."""

    name: str
    legal: str
    places: int
    given: int


@dataclass(frozen=True)
class Stock:
    """One quota. `held` counts families who still hold a place from an earlier period, `beyond` those who keep
    one although there are fewer places now."""

    quota: Quota
    held: int
    funded: int
    waiting: int
    shares: list[Share]

    @property
    def free(self) -> int:
        return max(0, self.quota.places - self.held - self.funded)

    @property
    def beyond(self) -> int:
        return max(0, self.held + self.funded - self.quota.places)


def history(application: Application) -> list[Course]:
    """Every order this family was ever in, by announcement, in three queries."""
    batch = "ranking__batch"
    rows = RankedEntry.objects.filter(entry__application=application).select_related(
        f"{batch}__programme", f"{batch}__decree", "share", "entry"
    )
    left = {row.entry_id: row for row in Departure.objects.effective().filter(entry__application=application)}
    by_entry: dict[int, list[RankedEntry]] = {}
    for row in rows.order_by(f"{batch}__programme__code", f"-{batch}__announced_at", "-ranking__number"):
        by_entry.setdefault(row.entry_id, []).append(row)
    now = with_need(RankedEntry.objects.filter(pk__in=[places[0].pk for places in by_entry.values()]))
    decided = {place.entry_id: place.last_lot for place in now if is_by_lot(place)}
    return [Course(places, left.get(pk), decided.get(pk, "")) for pk, places in by_entry.items()]


def with_need(places: QuerySet[RankedEntry]) -> QuerySet[Any]:
    """Annotated with what `why_waiting` reads: the family's own need, and the last family that got a place.

    Reserved places are for their groups, so they are left out. Whose place it is stays unsaid.
    """
    given = RankedEntry.objects.filter(ranking=OuterRef("ranking"), placement=Placement.FUNDED, share=None)
    last = given.order_by("-determination__need_score", "-tie_break")
    found: QuerySet[Any] = places.annotate(
        points=F("determination__need_score"),
        decile=Func(
            F("determination__facts"),
            Value("dtsen.decile"),
            Value("value"),
            function="jsonb_extract_path_text",
            output_field=TextField(),
        ),
        last_points=Subquery(last.values("determination__need_score")[:1]),
        last_lot=Subquery(last.values("tie_break")[:1]),
    )
    return found


def why_waiting(place: Any) -> list[str]:
    """Why a family is on the waiting list, in sentences; nothing elsewhere. `place` comes from `with_need`."""
    if place.placement != Placement.WAITING:
        return []
    names = {"points": grouped(place.points, "id"), "decile": place.decile}
    own = _("Points of the family: %(points)s (decile %(decile)s).") if place.decile else _("Points: %(points)s.")
    own = " ".join([own % names, _("Fewer points mean greater need.")])
    if place.last_points is None:
        return [own, _("No place is open to everybody: all of them are reserved for groups or taken.")]
    last = _("The last family with a place that is open to everybody has %(points)s points.")
    return [own, last % {"points": grouped(place.last_points, "id")}, _compared(place)]


def is_by_lot(place: Any) -> bool:
    """Whether a family waits only because its lot is the higher one. `place` comes from `with_need`."""
    is_equal = place.placement == Placement.WAITING and place.points == place.last_points
    return bool(is_equal and place.tie_break > place.last_lot)


def _compared(place: Any) -> str:
    if is_by_lot(place):
        return _("The need is the same; the lot decided. See both lots under “How your place came about”.")
    if place.points > place.last_points:
        return _("The families with a place have greater need.")
    return _("That place was given earlier, and nobody loses a place. The next free place goes by need.")


def stocks(user: User) -> list[Stock]:
    """The quotas in force where the user looks, with what is given out, in three queries."""
    shares = Prefetch("shares", queryset=taken.with_held(ReservedShare.objects.all()))
    quotas = Quota.objects.visible_to(user).in_force().select_related("programme", "area").prefetch_related(shares)
    found = list(quotas.annotate(held=taken.HELD).order_by("area", "programme__code")[:MOST_QUOTAS])
    given, by_share = _given(found)
    return [_stock(quota, given.get(quota.pk, (0, 0)), by_share) for quota in found]


def proposed(user: User) -> QuerySet[Departure]:
    """Departures that wait for a second officer, oldest first."""
    return (
        Departure.objects.visible_to(user)
        .proposed()
        .select_related("entry__application__village", "entry__batch__programme", "proposed_by")
        .order_by("pk")
    )


def _given(quotas: Iterable[Quota]) -> tuple[dict[int, tuple[int, int]], dict[int, int]]:
    rows = RankedEntry.objects.in_the_running().filter(ranking__batch__quota__in=quotas).order_by()
    counted = rows.values_list("ranking__batch__quota").annotate(
        funded=Count("pk", filter=Q(placement=Placement.FUNDED)),
        waiting=Count("pk", filter=Q(placement=Placement.WAITING)),
    )
    by_share = rows.exclude(share=None).values_list("share").annotate(given=Count("pk"))
    return {pk: (funded, waiting) for pk, funded, waiting in counted}, dict(by_share)


def _stock(quota: Any, given: tuple[int, int], by_share: dict[int, int]) -> Stock:
    shares = []
    for share in quota.shares.all():
        share.quota = quota
        shares.append(Share(share.name, share.legal, share.places, by_share.get(share.pk, 0) + share.held))
    return Stock(quota, quota.held, *given, shares)
