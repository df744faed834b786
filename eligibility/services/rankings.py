"""Drawing the order of a batch: need first, then a lot with a published seed, never beyond the quota."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from eligibility import notices
from eligibility.enums import BatchState, Outcome, Placement, RankingCause
from eligibility.models import Batch, BatchEntry, Determination, Quota, RankedEntry, Ranking
from eligibility.models.batches import BatchEntryQuerySet
from eligibility.rules.ranking import Candidate, place
from enrollment import services as enrollment
from enrollment.enums import ApplicationState
from perlinsos.accounts.models import User
from perlinsos.core import audit

AT_ONCE = 50


@transaction.atomic
def draw(batch: Batch, quota: Quota, *, cause: RankingCause, reference: str, by: User) -> Ranking:
    """Place every entry anew and keep the earlier ranking as history. The caller holds the quota.

    An entry without an answer leaves before the first ranking; afterwards it keeps the decision it
    was ranked with, because unknown is never no.
    """
    earlier = Ranking.objects.filter(batch=batch, is_current=True).first()
    _leave_out(batch, is_first=earlier is None)
    held = _places(earlier)
    decided = _decisions(batch, held)
    _live(batch).exclude(pk__in=decided).update(is_cancelled=True)
    places = RankedEntry.objects.places_left(quota, besides=batch)
    ranking = _next_ranking(batch, earlier, places, cause=cause, reference=reference)
    entries = {entry.pk: entry for entry in _live(batch).select_related("application")}
    rows = place(
        (_candidate(entries[pk], decided[pk], batch, held) for pk in entries), places=ranking.places, seed=batch.seed
    )
    RankedEntry.objects.bulk_create(
        RankedEntry(
            ranking=ranking,
            entry=entries[row.key],
            determination=decided[row.key],
            placement=row.placement,
            position=row.position,
            places=ranking.places,
            tie_break=row.tie_break,
            told_at=_told_before(held.get(row.key), row.placement),
        )
        for row in rows
    )
    audit.record("eligibility.ranking.drawn", subject=ranking, by=by, cause=cause, number=ranking.number)
    return ranking


@transaction.atomic
def publish_places(ranking_id: int, *, by: User) -> bool:
    """Announce and tell the next families of a ranking; True while some may be left.

    For the worker and the officer who announces. A few families at a time, so that a batch of any
    size keeps no request waiting and a worker that dies loses nothing. It may run twice.
    """
    untold = RankedEntry.objects.untold().filter(ranking=ranking_id).order_by("pk")
    held = untold.select_for_update(of=("self",), skip_locked=True)
    rows = list(held.select_related("entry__application", "determination", "ranking__batch__programme")[:AT_ONCE])
    for place_given in rows:
        if place_given.entry.application.state == ApplicationState.DECIDED:
            enrollment.record_announced(place_given.entry.application, by=by)
        notices.tell_place(place_given)
    RankedEntry.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=timezone.now())
    return len(rows) == AT_ONCE


def _told_before(earlier: RankedEntry | None, placement: str) -> datetime | None:
    """Whoever keeps the placement need not be told again; a position alone is read on the page."""
    return earlier.told_at if earlier is not None and earlier.placement == placement else None


def _live(batch: Batch) -> BatchEntryQuerySet:
    return BatchEntry.objects.live().filter(batch=batch)


def _leave_out(batch: Batch, *, is_first: bool) -> None:
    """Who withdrew leaves at once; who is being checked again is not announced, but keeps a place once given."""
    gone = Q(application__state=ApplicationState.WITHDRAWN)
    if is_first:
        gone |= ~Q(application__state__in=[ApplicationState.DECIDED, ApplicationState.ANNOUNCED])
    leaving = _live(batch).filter(gone).values_list("pk", flat=True)
    BatchEntry.objects.filter(pk__in=list(leaving)).update(is_cancelled=True)


def _places(ranking: Ranking | None) -> dict[int, RankedEntry]:
    if ranking is None:
        return {}
    return {row.entry_id: row for row in ranking.entries.select_related("determination")}


def _decisions(batch: Batch, held: Mapping[int, RankedEntry]) -> dict[int, Determination]:
    """The answer that places each live entry, by entry."""
    answers = Determination.objects.current().known().filter(programme=batch.programme_id)
    current = {row.application_id: row for row in answers.filter(application__in=_live(batch).values("application"))}
    found = {}
    for pk, application_id in _live(batch).values_list("pk", "application_id"):
        answer = current.get(application_id) or (held[pk].determination if pk in held else None)
        if answer is not None:
            found[pk] = answer
    return found


def _candidate(entry: BatchEntry, answer: Determination, batch: Batch, held: Mapping[int, RankedEntry]) -> Candidate:
    # Until the result is final the order is provisional; then nobody who was funded is pushed out.
    is_final = batch.state == BatchState.FINAL
    was_funded = entry.pk in held and held[entry.pk].placement == Placement.FUNDED
    return Candidate(
        key=entry.pk,
        public_id=str(entry.application.public_id),
        is_eligible=answer.outcome == Outcome.ELIGIBLE,
        need_score=answer.need_score,
        is_kept=is_final and was_funded,
    )


def _next_ranking(
    batch: Batch, earlier: Ranking | None, places: int, *, cause: RankingCause, reference: str
) -> Ranking:
    if earlier is not None:
        earlier.is_current = False
        earlier.save(update_fields=["is_current", "updated_at"])
    number = 1 if earlier is None else earlier.number + 1
    return Ranking.objects.create(batch=batch, number=number, cause=cause, cause_reference=reference, places=places)
