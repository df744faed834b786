"""Programmes that look at each other: a place that is given or falls free decides the other programme again."""

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from eligibility import permissions
from eligibility.documents import document_of
from eligibility.enums import BatchState, Placement, RankingCause
from eligibility.models import Batch, BatchEntry, Determination, Programme, RankedEntry, RuleSet
from eligibility.models.decisions import DeterminationQuerySet
from eligibility.rules.definitions import Overlap
from eligibility.services import batches, decisions
from eligibility.services.holding import hold_applications
from enrollment.models import DECIDED_STATES
from perlinsos.accounts.models import User
from perlinsos.core import access

AT_ONCE = 50


@transaction.atomic
def follow_places(programme_id: int, *, by: User) -> bool:
    """Decide anew what rested on an earlier place in this programme; True while more may be left.

    For the worker. Each decision is made under its own rule version; batches it belongs to are drawn
    again. Nobody is decided anew while an objection of the family is open. It may run twice.
    """
    programme = Programme.objects.get(pk=programme_id)
    access.ensure(permissions.is_worker(by))
    has_objection = import_string(settings.OPEN_OBJECTIONS)
    found = [one for one in _held(programme) if not has_objection(one.application_id)]
    made = [one for one in found if _decide(one, programme, by=by) != one]
    changed = Q(pk__in=[])
    for one in made:
        changed |= Q(application=one.application_id, programme=one.programme_id)
    entries = BatchEntry.objects.live().filter(changed)
    announced = Batch.objects.filter(entries__in=entries, state__in=[BatchState.ANNOUNCED, BatchState.FINAL])
    # In the order in which quotas are held: nobody waits in a circle.
    for batch in announced.distinct().order_by("programme_id", "area_id", "quota_id", "pk"):
        batches.rerank(batch, cause=RankingCause.OVERLAP, reference=programme.code, by=by)
    return len(made) == AT_ONCE


# --- how ------------------------------------------------------------------------------------------
def _held(programme: Programme) -> DeterminationQuerySet:
    """The next of these, asked again with their applications held: what was decided meanwhile, perhaps by newer
    rules, is not decided by its own earlier ones."""
    found = list(_outdated(programme)[:AT_ONCE])
    hold_applications(one.application_id for one in found)
    return _outdated(programme).filter(pk__in=[one.pk for one in found])


def _outdated(programme: Programme) -> DeterminationQuerySet:
    """Current decisions that took this programme for given where it is not, or the other way round."""
    places = RankedEntry.objects.current().filter(ranking__batch__programme=programme, entry__is_cancelled=False)
    placed = places.values("entry__application")
    wrong = nobody = Q(pk__in=[])
    # Elsewhere nobody hears it, as in a first decision.
    runs = programme.where_it_runs("application__village") if programme.is_active else nobody
    for hearing, overlap in _looking_at(programme):
        funded = places.filter(placement=Placement.FUNDED)
        if overlap.component:
            funded = funded.filter(determination__amount_parts__contains=[{"component": overlap.component}])
        is_funded = Q(application__in=funded.values("entry__application")) & runs
        said = {value: Q(facts__contains={overlap.fact: {"value": value}}) for value in (True, False)}
        unheard = ~Q(facts__has_key=overlap.fact)
        wrong |= Q(programme=hearing) & (said[True] & ~is_funded | said[False] & is_funded | unheard)
    decided = Determination.objects.current().filter(
        wrong, application__in=placed, application__state__in=DECIDED_STATES
    )
    return decided.select_related("application", "programme", "rule_set").order_by("application_id", "pk")


def _looking_at(programme: Programme) -> list[tuple[int, Overlap]]:
    """The programmes in force that this one blocks, and by what."""
    rule_sets = RuleSet.objects.in_force()
    blocks = (
        (rule_set.programme_id, overlap) for rule_set in rule_sets for overlap in document_of(rule_set).blocked_by
    )
    return [(hearing, overlap) for hearing, overlap in blocks if overlap.programme == programme.code]


def _decide(outdated: Determination, programme: Programme, *, by: User) -> Determination:
    return decisions.redecide(
        outdated.application, outdated.programme, rule_set=outdated.rule_set, cause=f"place:{programme.code}", by=by
    )
