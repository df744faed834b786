"""Places that fall free: who left and why, and who gets the place next."""

from collections import Counter

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from eligibility import permissions, taken, waiting_line
from eligibility.enums import DepartureReason, DepartureState, Placement, RankingCause
from eligibility.models import Batch, Departure, Quota, RankedEntry, Ranking
from eligibility.services import batches
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError

NAMED = 3  # families a ranking names as its cause


@transaction.atomic
def release_place(
    entry: RankedEntry, *, reason: str, by: User, note: str = "", agreed_with: User | None = None
) -> Departure:
    """Record that a family leaves its current place or its place on the waiting list.

    In effect at once: by the family itself (`opted_out`), by the worker of the portal, on the waiting
    list, or when a second officer `agreed_with` it. Otherwise it waits for `confirm_departure`. For
    the owner, officers of the area and the worker. Refused with `no_place`, `already_left`,
    `same_officer`, or `objection_open` while the family objects and did not ask for this itself.
    """
    access.ensure(permissions.can_release(by, entry.entry, reason=reason))
    _hold_application(entry.entry.application_id)
    place = RankedEntry.objects.in_the_running().filter(entry=entry.entry_id).first()
    if place is None:
        raise DomainError(_("This family has no place and waits for none."), code="no_place")
    is_own_wish = permissions.is_own(by, place.entry) and reason == DepartureReason.OPTED_OUT
    _ensure_no_objection(place.entry.application_id, reason)
    takes_money = place.placement == Placement.FUNDED and not is_own_wish and not permissions.is_worker(by)
    departure = _create(place, reason=reason, note=note, takes_money=takes_money, by=by)
    if agreed_with is not None and takes_money:
        access.ensure(permissions.can_work_on(agreed_with, place.entry.batch))
        return confirm_departure(departure, by=agreed_with)
    return departure if takes_money else _take_effect(departure, by=by)


@transaction.atomic
def confirm_departure(departure: Departure, *, by: User) -> Departure:
    """Agree that a family leaves; its place goes to the next one.

    For an officer of the area who did not propose it. Refused with `same_officer`, `objection_open`,
    `bad_transition` or `stale`.
    """
    access.ensure(permissions.can_work_on(by, departure.entry.batch))
    if departure.proposed_by_id == by.pk:
        raise DomainError(_("You proposed this. Another officer must agree."), code="same_officer")
    _hold_application(departure.entry.application_id)
    _ensure_no_objection(departure.entry.application_id, departure.reason)
    return _take_effect(departure, by=by, decided_by=by)


@transaction.atomic
def refuse_departure(departure: Departure, *, reason: str, by: User) -> Departure:
    """Disagree, or take the own proposal back: the family keeps its place. For officers of the area."""
    access.ensure(permissions.can_work_on(by, departure.entry.batch))
    return workflow.move(departure, DepartureState.REFUSED, by=by, reason=reason, decided_by=by)


@transaction.atomic
def fill_free_places(quota_id: int, *, by: User) -> list[Ranking]:
    """Give every free place of a quota to the neediest families who wait; the new rankings.

    For the worker. All batches of the quota are looked at together: need decides, then the earlier
    announcement. Families who left are taken out of their order. Without anything to do nothing is
    drawn, so it may run twice. After the period of the quota nobody is promoted any more; what falls
    free then is a place of the quota in force.
    """
    quota = Quota.objects.hold(quota_id)
    access.ensure(permissions.can_fill(by, quota))
    leaving = list(RankedEntry.objects.leaving().filter(ranking__batch__quota=quota).select_related(*_NAMES))
    staying = RankedEntry.objects.staying().filter(ranking__batch__quota=quota)
    funded = Counter(staying.filter(placement=Placement.FUNDED).values_list("ranking__batch", flat=True))
    free = max(0, quota.places - funded.total() - taken.held(quota)) if quota.is_in_force else 0
    next_ones = Counter(waiting_line.of(quota).values_list("ranking__batch", flat=True)[:free])
    touched = {row.ranking.batch_id for row in leaving} | next_ones.keys()
    if leaving:
        _wake_later_quotas(quota)
    drawn = [
        batches.rerank(
            batch,
            cause=RankingCause.VACANCY if leaving else RankingCause.QUOTA,
            reference=", ".join(row.entry.application.reference for row in leaving[:NAMED])[:60],
            most=funded[batch.pk] + next_ones[batch.pk],
            by=by,
        )
        for batch in Batch.objects.filter(pk__in=touched).order_by("announced_at", "pk")
    ]
    return [ranking for ranking in drawn if ranking is not None]


# --- how ------------------------------------------------------------------------------------------
_NAMES = ("ranking", "entry__application")


def _wake_later_quotas(quota: Quota) -> None:
    """What falls free of an earlier period counts no longer against the one in force."""
    for later in Quota.objects.counting_the_same(quota).in_force().exclude(pk=quota.pk).order_by("pk"):
        jobs.enqueue("eligibility.fill_free_places", quota_id=later.pk)


def _hold_application(pk: int) -> None:
    Application.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _ensure_no_objection(application_id: int, reason: str) -> None:
    """Nobody loses a place while it is still asked whether the reason is true."""
    objects = import_string(settings.OPEN_OBJECTIONS)
    if reason != DepartureReason.OPTED_OUT and objects(application_id):
        message = _("This family has an objection that is not answered yet. It keeps its place until then.")
        raise DomainError(message, code="objection_open")


def _create(place: RankedEntry, *, reason: str, note: str, takes_money: bool, by: User) -> Departure:
    try:
        with transaction.atomic():
            departure = Departure.objects.create(
                entry=place.entry, reason=reason, note=note, takes_money=takes_money, proposed_by=by
            )
    except IntegrityError as error:
        raise DomainError(_("It is on record already that this family leaves."), code="already_left") from error
    audit.record("eligibility.departure.proposed", subject=departure, by=by, reason=reason, entry=place.entry_id)
    return departure


def _take_effect(departure: Departure, *, by: User, decided_by: User | None = None) -> Departure:
    departure = workflow.move(
        departure, DepartureState.EFFECTIVE, by=by, reason=departure.reason, decided_by=decided_by
    )
    jobs.enqueue("eligibility.fill_free_places", quota_id=departure.entry.batch.quota_id)
    return departure
