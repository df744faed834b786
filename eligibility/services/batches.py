"""Announcing decisions of one regency and programme: one officer prepares, another announces."""

import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import obstacles, permissions
from eligibility.enums import BatchState, RankingCause
from eligibility.models import Batch, BatchEntry, Determination, Programme, Quota, Ranking
from eligibility.services import rankings
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.regions.models import Area


@transaction.atomic
def prepare_batch(*, area: Area, programme: Programme, by: User) -> Batch:
    """Collect every decided application of the area that no batch of the programme holds yet.

    For officers of the area. An officer's own draft is topped up instead of doubled. Refused with
    `no_quota`, `nothing_ready`, or `batch_open` while somebody else's batch is under way.
    """
    access.ensure(permissions.can_prepare(by, area))
    quota = _quota(area, programme)
    batch = Batch.objects.open().filter(area=area, programme=programme).first()
    if batch is not None and (batch.state != BatchState.DRAFT or batch.prepared_by_id != by.pk):
        message = _("Batch %(batch)s of this programme is still under way. Finish or cancel it first.")
        raise DomainError(message % {"batch": batch}, code="batch_open")
    ready = Determination.objects.ready_for_batch(programme, area).values_list("application_id", flat=True)
    application_ids = list(ready.order_by("pk"))
    if not application_ids and batch is None:
        raise DomainError(_("There are no new decisions of this programme to announce."), code="nothing_ready")
    if batch is None:
        batch = _create(area, programme, quota, by=by)
    BatchEntry.objects.bulk_create(
        BatchEntry(batch=batch, application_id=pk, programme=programme) for pk in application_ids
    )
    audit.record("eligibility.batch.collected", subject=batch, by=by, entries=len(application_ids))
    return batch


@transaction.atomic
def hand_over(batch: Batch, *, by: User) -> Batch:
    """Give a draft to the second officer. For the officer who prepares it; refused with `not_yours`."""
    access.ensure(permissions.can_work_on(by, batch))
    if batch.prepared_by_id != by.pk:
        message = _("%(officer)s prepares this batch and hands it over.") % {"officer": batch.prepared_by}
        raise DomainError(message, code="not_yours")
    return workflow.move(batch, BatchState.PREPARED, by=by, prepared_at=timezone.now())


@transaction.atomic
def return_batch(batch: Batch, *, reason: str, by: User) -> Batch:
    """Send a prepared batch back to its preparer. For officers of the area."""
    access.ensure(permissions.can_work_on(by, batch))
    return workflow.move(batch, BatchState.DRAFT, by=by, reason=reason, prepared_at=None)


@transaction.atomic
def cancel_batch(batch: Batch, *, reason: str, by: User) -> Batch:
    """Give a batch up before it is announced; its applications are free for another one."""
    access.ensure(permissions.can_work_on(by, batch))
    batch = workflow.move(batch, BatchState.CANCELLED, by=by, reason=reason)
    BatchEntry.objects.live().filter(batch=batch).update(is_cancelled=True)
    return batch


@transaction.atomic
def announce_batch(batch: Batch, *, decree: Decree, by: User) -> Ranking:
    """Announce under a decree: seed revealed, order drawn, places given, families told (see `publish_places`).

    For an officer of the area who did not prepare it. Refused with `same_officer`,
    `decree_not_valid`, `already_announced` (another officer was first) or `bad_transition`; and with the code of
    an obstacle (see `obstacles`) while the batch would mix two versions of the rules, or nobody could be funded.
    """
    access.ensure(permissions.can_work_on(by, batch))
    if batch.prepared_by_id == by.pk:
        raise DomainError(_("You prepared this batch. Another officer must announce it."), code="same_officer")
    if not _may_rest_on(decree, batch):
        raise DomainError(_("This decree does not hold here and today. Choose another one."), code="decree_not_valid")
    _lock_applications(batch)
    quota = Quota.objects.hold(batch.quota_id)
    _ensure_nothing_in_the_way(batch)
    batch = _move_to_announced(batch, decree, by=by)
    ranking = rankings.draw(batch, quota, cause=RankingCause.ANNOUNCEMENT, reference="", by=by)
    _publish(ranking, by=by)
    jobs.enqueue("appeals.open_window", batch_id=batch.pk)
    return ranking


@transaction.atomic
def rerank(batch: Batch, *, cause: RankingCause, reference: str, by: User, most: int | None = None) -> Ranking | None:
    """Draw the order again after an appeal or when a place fell free; families whose place changed are told.

    For the worker, officers and verifiers of the area. None for a batch that was never announced:
    its first ranking will use the decisions as they are then. `most` is how many may be funded (see
    `rankings.draw`). What is then still free is given to other batches by `places.fill_free_places`.
    """
    access.ensure(permissions.can_rerank(by, batch))
    quota = Quota.objects.hold(batch.quota_id)
    batch.refresh_from_db()
    if batch.state not in (BatchState.ANNOUNCED, BatchState.FINAL):
        return None
    ranking = rankings.draw(batch, quota, cause=cause, reference=reference, by=by, most=most)
    _publish(ranking, by=by)
    return ranking


# --- how ------------------------------------------------------------------------------------------
def _quota(area: Area, programme: Programme) -> Quota:
    quota = Quota.objects.in_force().select_for_update().filter(area=area, programme=programme).first()
    if quota is None:
        message = _("%(programme)s has no quota for %(area)s today.") % {"programme": programme, "area": area}
        raise DomainError(message, code="no_quota")
    return quota


def _create(area: Area, programme: Programme, quota: Quota, *, by: User) -> Batch:
    prefix = f"{area.code.replace('.', '')}-{programme.code.upper()}-{timezone.localdate().year}-"
    number = Batch.objects.filter(reference__startswith=prefix).count() + 1
    return Batch.objects.create(
        reference=f"{prefix}{number:02d}", area=area, programme=programme, quota=quota, prepared_by=by
    )


def _may_rest_on(decree: Decree, batch: Batch) -> bool:
    decrees = Decree.objects.in_force().for_area(batch.area_id)
    return decrees.filter(pk=decree.pk, kind=DecreeKind.RESULT).exists()


def _lock_applications(batch: Batch) -> None:
    # Applications first, then the quota, as an appeal does: nobody waits in a circle.
    rows = Application.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(rows.filter(batch_entries__in=BatchEntry.objects.live().filter(batch=batch)).values_list("pk"))


def _ensure_nothing_in_the_way(batch: Batch) -> None:
    """Of a batch that waits to be announced. Any other does not get that far, and the move says why."""
    is_waiting = Batch.objects.filter(pk=batch.pk, state=BatchState.PREPARED).exists()
    obstacle = obstacles.first_of(batch, obstacles.versions_of(batch)) if is_waiting else None
    if obstacle is not None:
        raise DomainError(obstacle.message, code=obstacle.code)


def _move_to_announced(batch: Batch, decree: Decree, *, by: User) -> Batch:
    try:
        with transaction.atomic():
            return workflow.move(
                batch,
                BatchState.ANNOUNCED,
                by=by,
                decree=decree,
                announced_by=by,
                announced_at=timezone.now(),
                seed=secrets.token_hex(32),
            )
    except IntegrityError as error:
        raise DomainError(
            _("You prepared this batch. Another officer must announce it."), code="same_officer"
        ) from error
    except DomainError as error:
        first = Batch.objects.select_related("announced_by").get(pk=batch.pk)
        if error.code != "stale" or first.announced_by is None:
            raise
        message = _("%(officer)s announced this batch before you. Nothing was done twice.")
        raise DomainError(message % {"officer": first.announced_by}, code="already_announced") from error


def _publish(ranking: Ranking, *, by: User) -> None:
    """The first families at once, the others by the worker."""
    if rankings.publish_places(ranking.pk, by=by):
        jobs.enqueue("eligibility.publish_places", ranking_id=ranking.pk)
    jobs.enqueue("eligibility.follow_places", programme_id=ranking.batch.programme_id)
