"""Waiting lists whose quota is over: nobody moves up in them any more, so their families are announced again."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from eligibility import notices, parameters, permissions, queue
from eligibility.documents import document_of
from eligibility.enums import Placement, RankingCause
from eligibility.models import Batch, BatchEntry, RankedEntry, Ranking, RuleSet
from eligibility.services import batches, decisions
from eligibility.services.holding import hold_applications
from enrollment.models import DECIDED_STATES
from perlinsos.accounts.models import User
from perlinsos.core import access, jobs
from verification.services import stale

AT_ONCE = 50


@transaction.atomic
def end_waiting(batch_id: int, *, by: User) -> Ranking | None:
    """End the waiting list of a final batch whose quota is over; its families can be collected again.

    For the worker. None where nobody waits any more, so it may run twice.
    """
    batch = Batch.objects.select_related("quota").select_for_update(of=("self",), no_key=True).get(pk=batch_id)
    access.ensure(permissions.can_fill(by, batch.quota))
    if batch.pk not in queue.batches_to_end():
        return None
    ranking = batches.rerank(batch, cause=RankingCause.PERIOD, reference="", by=by)
    if ranking is not None:
        jobs.enqueue("eligibility.publish_places", ranking_id=ranking.pk)
    return ranking


@transaction.atomic
def tell_ended(ranking_id: int, *, by: User) -> bool:
    """Tell the next families whose wait ended, and decide them anew; True while some may be left.

    For the worker. The next announcement rests on the rules, the numbers of the region and the data of
    its own period. A few at a time and apart from the drawing, which holds the quota; it may run twice.
    Whoever registered again in between, or is announced again already, hears nothing more of that list.
    """
    access.ensure(permissions.is_worker(by))
    untold = RankedEntry.objects.untold().filter(ranking=ranking_id, placement=Placement.LAPSED).order_by("pk")
    held = untold.select_for_update(of=("self",), skip_locked=True)
    batch = "ranking__batch"
    told = held.select_related("entry__application", "determination", f"{batch}__programme", f"{batch}__quota")
    rows = list(told[:AT_ONCE])
    for place in _still_there(rows):
        _decide_anew(place, by=by)
        notices.tell_place(place)
    RankedEntry.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=timezone.now())
    return len(rows) == AT_ONCE


# --- how ------------------------------------------------------------------------------------------
def _still_there(rows: Sequence[RankedEntry]) -> list[RankedEntry]:
    """Those whose families are where the end of the wait left them, held so that they stay there."""
    held = hold_applications(place.entry.application_id for place in rows)
    programmes = {place.entry.programme_id for place in rows}
    entries = BatchEntry.objects.announced().filter(application__in=held, programme__in=programmes)
    again = set(entries.values_list("application", flat=True))
    open_ones = {pk for pk, application in held.items() if application.state in DECIDED_STATES} - again
    return [place for place in rows if place.entry.application_id in open_ones]


def _decide_anew(place: RankedEntry, *, by: User) -> None:
    """By what is known; where data grew too old the sources are asked, and the answers decide.

    No sweep asks about who is announced everywhere. Where the programme has no rules in force, its first ones
    decide the family again.
    """
    application, batch = place.entry.application, place.ranking.batch
    if stale.ask_anew(application, by=by):
        return
    village = application.village_id or ""
    rule_set = RuleSet.objects.running_in(village).filter(programme=batch.programme_id).first()
    if rule_set is None:
        return
    values = parameters.nearest(parameters.in_force(document_of(rule_set).regional_parameters), village)
    cause = f"period:{batch.quota_id}"
    decisions.redecide(application, batch.programme, rule_set=rule_set, cause=cause, fixed=values, by=by)
