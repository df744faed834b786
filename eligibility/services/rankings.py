"""Drawing the order of a batch: need first, then a lot with a published seed, never beyond the quota."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from eligibility import notices, taken, waiting_line
from eligibility.enums import BatchState, Outcome, Placement, RankingCause
from eligibility.models import (
    Batch,
    BatchEntry,
    Departure,
    Determination,
    Quota,
    RankedEntry,
    Ranking,
    ReservedShare,
)
from eligibility.models.batches import BatchEntryQuerySet
from eligibility.replaying import fact_values
from eligibility.rules.groups import belongs
from eligibility.rules.ranking import Candidate, Placed, Reserve, place
from eligibility.services.holding import hold_applications
from enrollment import services as enrollment
from enrollment.enums import ApplicationState
from enrollment.models import DECIDED_STATES, Application
from perlinsos.accounts.models import User
from perlinsos.core import audit

AT_ONCE = 50


@dataclass(frozen=True)
class Draw:
    """What one ranking is drawn from: the live entries, the answer of each, what each held before."""

    batch: Batch
    quota: Quota
    entries: Mapping[int, BatchEntry]
    decided: Mapping[int, Determination]
    held: Mapping[int, RankedEntry]
    left: frozenset[int]

    @property
    def staying(self) -> list[int]:
        return [pk for pk in self.entries if pk not in self.left]

    def kept(self) -> int:
        """Places held already by families who still fit: a smaller quota takes none of them away."""
        return sum(self.was_funded(pk) and self.decided[pk].outcome == Outcome.ELIGIBLE for pk in self.staying)

    def was_funded(self, pk: int) -> bool:
        return pk in self.held and self.held[pk].placement == Placement.FUNDED


@transaction.atomic
def draw(
    batch: Batch, quota: Quota, *, cause: RankingCause, reference: str, by: User, most: int | None = None
) -> Ranking:
    """Place every entry anew and keep the earlier ranking as history. The caller holds the quota.

    An entry without an answer leaves before the first ranking; afterwards it keeps the decision it
    was ranked with, because unknown is never no. `most` places are given instead of all that are left
    (see `taken`), and never fewer than are held already. Once the result is final and the period of the
    quota over, nobody waits in it any more.
    """
    earlier = Ranking.objects.filter(batch=batch, is_current=True).first()
    _leave_out(batch, is_first=earlier is None)
    drawn = _gather(batch, quota, earlier)
    left_over = taken.places_left(quota, besides=batch)
    places = max(left_over if most is None else min(most, left_over), drawn.kept())
    shares = list(taken.with_held(quota.shares.exclude(percent=0).select_related("quota")))
    ranking = _next_ranking(batch, earlier, places, cause=cause, reference=reference)
    rows = place(
        (_candidate(drawn, pk, shares) for pk in drawn.staying),
        places=places,
        seed=batch.seed,
        reserves=_reserves(drawn, shares),
    )
    if batch.state == BatchState.FINAL and quota.is_over:
        rows = _without_waiting(rows)
    RankedEntry.objects.bulk_create(_as_entries(drawn, ranking, rows))
    audit.record("eligibility.ranking.drawn", subject=ranking, by=by, cause=cause, number=ranking.number)
    return ranking


@transaction.atomic
def publish_places(ranking_id: int, *, by: User) -> bool:
    """Announce and tell the next families of a ranking; True while some may be left.

    For the worker and the officer who announces. A few families at a time, so that a batch of any
    size keeps no request waiting and a worker that dies loses nothing. It may run twice. Whose wait
    ended is told by `ended_waits`. Who is announced for the first time while somebody else holds the
    application is left to the next sweep: whoever draws an order holds the quota, and waits for no application.
    """
    untold = RankedEntry.objects.untold().filter(ranking=ranking_id).exclude(placement=Placement.LAPSED)
    held = untold.order_by("pk").select_for_update(of=("self",), skip_locked=True)
    told = held.select_related(
        "entry__application", "determination", "ranking__batch__programme", "ranking__batch__quota"
    )
    found = list(told[:AT_ONCE])
    first_times = {row.entry.application_id for row in found if row.entry.application.state == ApplicationState.DECIDED}
    free = hold_applications(first_times, skip_locked=True)
    rows = [row for row in found if row.entry.application_id not in first_times - free.keys()]
    numbers = waiting_line.numbers(rows)
    for place_given in rows:
        application = free.get(place_given.entry.application_id)
        if application is not None and application.state == ApplicationState.DECIDED:
            enrollment.record_announced(application, by=by)
        notices.tell_place(place_given, number=numbers.get(place_given.pk))
    RankedEntry.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=timezone.now())
    return len(rows) == AT_ONCE


def _told_before(earlier: RankedEntry | None, placement: str) -> datetime | None:
    """Whoever keeps the placement need not be told again; a position alone is read on the page."""
    return earlier.told_at if earlier is not None and earlier.placement == placement else None


def _live(batch: Batch) -> BatchEntryQuerySet:
    return BatchEntry.objects.live().filter(batch=batch)


def _leave_out(batch: Batch, *, is_first: bool) -> None:
    """Who withdrew leaves at once. Not announced, but with a place once it is given: who is being checked again, who
    may not receive yet or any more by what is known since, and who lives where the programme runs no longer."""
    gone = Q(application__state=ApplicationState.WITHDRAWN)
    if is_first:
        gone |= ~Q(application__state__in=DECIDED_STATES) | ~batch.programme.where_it_runs("application__village")
        gone |= Q(application__in=Determination.objects.of_batch(batch).barred().values("application"))
    leaving = _live(batch).filter(gone).values_list("pk", flat=True)
    BatchEntry.objects.filter(pk__in=list(leaving)).update(is_cancelled=True)


def _gather(batch: Batch, quota: Quota, earlier: Ranking | None) -> Draw:
    held = _places(earlier)
    decided = _decisions(batch, held)
    _live(batch).exclude(pk__in=decided).update(is_cancelled=True)
    return Draw(
        batch=batch,
        quota=quota,
        entries={entry.pk: entry for entry in _live(batch).select_related("application")},
        decided=decided,
        held=held,
        left=frozenset(Departure.objects.effective().filter(entry__batch=batch).values_list("entry", flat=True)),
    )


def _reserves(drawn: Draw, shares: list[Any]) -> list[Reserve]:
    """The reserved places that neither other batches of the quota gave out nor families hold from an earlier one."""
    others = RankedEntry.objects.current().funded_under(drawn.quota, besides=drawn.batch)
    given = Counter(others.exclude(share=None).values_list("share", flat=True))
    return [Reserve(share.pk, max(0, share.places - given[share.pk] - share.held)) for share in shares]


def _without_waiting(rows: Iterable[Placed]) -> list[Placed]:
    """Who waits no longer does: the entries end, so that the next announcement collects their families again."""
    found = [replace(row, placement="lapsed", position=None) if row.placement == "waiting" else row for row in rows]
    lapsed = [row.key for row in found if row.placement == "lapsed"]
    BatchEntry.objects.filter(pk__in=lapsed).update(is_cancelled=True)
    return found


def _as_entries(drawn: Draw, ranking: Ranking, rows: Iterable[Placed]) -> Iterator[RankedEntry]:
    gone = [Placed(pk, "left", None, "") for pk in drawn.entries if pk in drawn.left]
    # Whose wait ended earlier stays on record in every later order.
    lapsed = [row for row in drawn.held.values() if row.placement == Placement.LAPSED]
    ended = [Placed(row.entry_id, "lapsed", None, row.tie_break) for row in lapsed]
    for row in (*rows, *gone, *ended):
        yield RankedEntry(
            ranking=ranking,
            entry_id=row.key,
            determination=drawn.decided.get(row.key) or drawn.held[row.key].determination,
            placement=row.placement,
            position=row.position,
            share_id=row.share,
            places=ranking.places,
            tie_break=row.tie_break,
            told_at=_told_before(drawn.held.get(row.key), row.placement),
        )


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


def _candidate(drawn: Draw, pk: int, shares: list[ReservedShare]) -> Candidate:
    # Until the result is final the order is provisional; then nobody who was funded is pushed out.
    is_kept = drawn.batch.state == BatchState.FINAL and drawn.was_funded(pk)
    application, answer = drawn.entries[pk].application, drawn.decided[pk]
    return Candidate(
        key=pk,
        public_id=str(application.public_id),
        is_eligible=answer.outcome == Outcome.ELIGIBLE,
        need_score=answer.need_score,
        is_kept=is_kept,
        groups=frozenset(share.pk for share in shares if _is_for(share, application, answer)),
        kept_share=drawn.held[pk].share_id if is_kept else None,
    )


def _is_for(share: ReservedShare, application: Application, answer: Determination) -> bool:
    if share.area_id and not f"{application.village_id}.".startswith(f"{share.area_id}."):
        return False
    return not share.condition or belongs(share.condition, fact_values(answer.facts))


def _next_ranking(
    batch: Batch, earlier: Ranking | None, places: int, *, cause: RankingCause, reference: str
) -> Ranking:
    if earlier is not None:
        earlier.is_current = False
        earlier.save(update_fields=["is_current", "updated_at"])
    number = 1 if earlier is None else earlier.number + 1
    return Ranking.objects.create(batch=batch, number=number, cause=cause, cause_reference=reference, places=places)
