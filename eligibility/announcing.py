"""What the pages of batches show: what could be prepared, what announcing would do, who got which place."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, When, prefetch_related_objects
from django.utils.translation import gettext as _

from eligibility import obstacles, permissions, taken
from eligibility.enums import BatchState, Outcome, Placement
from eligibility.models import Batch, Determination, Quota, RankedEntry, Ranking
from eligibility.models.batches import MOST_QUOTAS
from eligibility.obstacles import Versions
from eligibility.paging import Page, page
from perlinsos.accounts.models import User
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.messages.names import mask_name

PLACE_KINDS = {
    Placement.FUNDED: "success",
    Placement.WAITING: "warning",
    Placement.NOT_ELIGIBLE: "danger",
    Placement.LEFT: "neutral",
    Placement.LAPSED: "neutral",
}


@dataclass(frozen=True)
class Preparable:
    """A quota in force where the viewer may prepare, and how many decisions wait to be announced."""

    quota: Quota
    ready: int


@dataclass(frozen=True)
class Row:
    """One family of a batch: in its place, or before the announcement in the order of need."""

    determination: Determination
    name: str
    placement: str
    kind: str
    position: int | None
    share: str = ""


@dataclass(frozen=True)
class Preview:
    """What announcing now would lead to. `undecided` families are left out and wait for their answer.

    Of the `places` of the quota other announcements gave `given`, and families of earlier quotas hold `held`.
    `versions` tells how many are still decided by other rules than those of today.
    """

    eligible: int
    not_eligible: int
    undecided: int
    places: int
    given: int
    held: int
    free: int
    funded: int
    waiting: int
    versions: Versions


def preview(batch: Batch) -> Preview:
    """The numbers an announcement would give, in five queries."""
    answers = Determination.objects.of_batch(batch).not_barred()
    counts = answers.aggregate(
        eligible=Count("pk", filter=Q(outcome=Outcome.ELIGIBLE)),
        not_eligible=Count("pk", filter=Q(outcome=Outcome.NOT_ELIGIBLE)),
        undecided=Count("pk", filter=Q(outcome=Outcome.UNDECIDED)),
    )
    stock, eligible = taken.of(batch.quota, besides=batch), counts["eligible"]
    free = stock.free if batch.quota.is_in_force else 0
    return Preview(
        eligible=eligible,
        not_eligible=counts["not_eligible"],
        undecided=counts["undecided"],
        places=stock.places,
        given=stock.given,
        held=stock.held,
        free=free,
        funded=min(eligible, free),
        waiting=max(0, eligible - free),
        versions=obstacles.versions_of(batch),
    )


def quotas_of(user: User) -> QuerySet[Quota]:
    return Quota.objects.visible_to(user).in_force().filter(programme__is_active=True)


def preparable(user: User) -> list[Preparable]:
    quotas = quotas_of(user).select_related("programme", "area").prefetch_related("programme__areas")
    quotas = quotas.order_by("area", "programme__code")
    return [
        Preparable(quota, Determination.objects.ready_for_batch(quota.programme, quota.area).count())
        for quota in quotas[:MOST_QUOTAS]
        if permissions.can_prepare(user, quota.area)
    ]


def decrees_for(batch: Batch, user: User) -> QuerySet[Decree]:
    """Decrees a result can be announced under here and today."""
    here = Decree.objects.visible_to(user).in_force().for_area(batch.area_id)
    return here.filter(kind=DecreeKind.RESULT).order_by("-signed_on", "-pk")


def detail(batch: Batch, user: User, query: Mapping[str, str]) -> dict[str, Any]:
    """Everything about one batch: rankings once announced, else the numbers announcing would give."""
    may_work = permissions.can_work_on(user, batch)
    is_preparer = batch.prepared_by_id == user.pk
    context: dict[str, Any] = {
        "batch": batch,
        "may_hand_over": may_work and is_preparer and batch.state == BatchState.DRAFT,
        "may_announce": may_work and not is_preparer and batch.state == BatchState.PREPARED,
        "may_stop": may_work and batch.state in (BatchState.DRAFT, BatchState.PREPARED),
    }
    if batch.state in (BatchState.ANNOUNCED, BatchState.FINAL):
        return context | _announced(batch, query)
    prefetch_related_objects([batch], "programme__areas")
    seen = preview(batch)
    obstacle = obstacles.first_of(batch, seen.versions)
    return context | {"preview": seen, "obstacle": obstacle, "page": _in_order_of_need(batch, query)}


def _announced(batch: Batch, query: Mapping[str, str]) -> dict[str, Any]:
    rankings = list(batch.rankings.order_by("-number"))
    shown = _chosen(rankings, query.get("urutan", ""))
    places = shown.entries.select_related(
        "entry__application__applicant", "entry__application__village", "determination", "share"
    )
    found = page(places.defer("determination__trace", "determination__facts"), query)
    counted = shown.entries.order_by().values_list("placement").annotate(families=Count("pk"))
    counts = Counter[str](dict(counted))
    return {
        "rankings": rankings,
        "ranking": shown,
        "page": Page([_placed(row) for row in found.rows], found.previous, found.next),
        "funded": counts[Placement.FUNDED],
        "waiting": counts[Placement.WAITING],
        "not_eligible": counts[Placement.NOT_ELIGIBLE],
        "lapsed": counts[Placement.LAPSED],
    }


def _chosen(rankings: list[Ranking], number: str) -> Ranking:
    """The ranking of that number, else the current one, which is the newest."""
    return next((ranking for ranking in rankings if str(ranking.number) == number), rankings[0])


def _placed(row: RankedEntry) -> Row:
    determination = row.determination
    determination.application = row.entry.application
    kind = PLACE_KINDS[Placement(row.placement)]
    share = row.share.name if row.share else ""
    return Row(determination, _name(determination), row.get_placement_display(), kind, row.position, share)


def _in_order_of_need(batch: Batch, query: Mapping[str, str]) -> Page[Row]:
    answers = (
        Determination.objects.of_batch(batch)
        .not_barred()
        .select_related("application__applicant", "application__village")
        .defer("trace", "facts")
    )
    answers = answers.annotate(is_out=Case(When(outcome=Outcome.ELIGIBLE, then=0), default=1))
    found = page(answers, query, by=("is_out", "need_score", "pk"))
    rows = [
        Row(answer, _name(answer), answer.get_outcome_display(), _outcome_kind(answer), None) for answer in found.rows
    ]
    return Page(rows, found.previous, found.next)


def _outcome_kind(answer: Determination) -> str:
    return {"eligible": "success", "not_eligible": "danger", "undecided": "warning"}[answer.outcome]


def _name(determination: Determination) -> str:
    applicant = determination.application.applicant
    return mask_name(applicant.name) if applicant else _("unknown")
