"""Decided families whom a change without newer data passed by: where a programme runs, and words that grew old."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from eligibility.documents import document_of
from eligibility.models import Determination, RuleSet, Run
from enrollment.models import DECIDED_STATES, Application
from verification.enums import Source

WORDS = (Source.CITIZEN, Source.GROUND_CHECK)  # what people say: no source is asked when it grows old
NOTHING = Q(pk__in=[])


def within(first: int, last: int) -> set[int]:
    """Applications of a range of ids that are to be decided again. Six queries, each of that range only."""
    running = RuleSet.objects.in_force().filter(programme__is_active=True)
    rule_sets = list(running.select_related("programme").prefetch_related("programme__areas"))
    current = Determination.objects.current().unannounced().filter(application__gte=first, application__lte=last)
    outlived = current.filter(_rests_on_old_words(rule_sets) | _hears_who_moved(rule_sets))
    return {*outlived.values_list("application", flat=True), *_without_an_answer(rule_sets, first, last)}


def _without_an_answer(rule_sets: Iterable[RuleSet], first: int, last: int) -> Iterable[int]:
    """A programme came to the family after it was decided: another area was named, or it was switched on again.

    What begins has its first day for that, and a full re-decision under way gets there by itself.
    """
    decided = Application.objects.filter(pk__range=(first, last), state__in=DECIDED_STATES)
    villages = dict(decided.values_list("pk", "village_id"))
    firsts = Determination.objects.filter(application__gte=first, application__lte=last, supersedes=None)
    answered = set(firsts.values_list("programme", "application"))
    under_way = tuple(f"{code}." for code in Run.objects.due().values_list("area_id", flat=True))
    for rule_set in rule_sets:
        for application, village in villages.items():
            is_here = rule_set.programme.runs_in(village) and not f"{village}.".startswith(under_way)
            if rule_set.begun_at and is_here and (rule_set.programme_id, application) not in answered:
                yield application


def _rests_on_old_words(rule_sets: Iterable[RuleSet]) -> Q:
    """What somebody said counted when it was decided, and is too old by today for the rules that read it."""
    today, found = timezone.localdate(), NOTHING
    for rule_set in rule_sets:
        document = document_of(rule_set)
        for name in document.facts:
            if name.partition(".")[0] in WORDS:
                oldest = (today - timedelta(days=document.max_age(name))).isoformat()
                is_old = Q(**{f"facts__{name}__as_of__lt": oldest}) & ~Q(facts__contains={name: {"is_old": True}})
                found |= is_old & Q(rule_set=rule_set) & rule_set.programme.where_it_runs("application__village")
    return found


def _hears_who_moved(rule_sets: Iterable[RuleSet]) -> Q:
    """Heard a programme that runs there no longer, or took it for one that does not run and it does."""
    speakers, found = {rule_set.programme.code: rule_set for rule_set in rule_sets}, NOTHING
    for rule_set in rule_sets:
        for overlap in document_of(rule_set).blocked_by:
            yes = Q(rule_set=rule_set, facts__contains={overlap.fact: {"value": True}})
            unheard = Q(rule_set=rule_set, facts__contains={overlap.fact: {"as_of": ""}})
            speaker = speakers.get(overlap.programme)
            if speaker is None:
                found |= yes
            else:
                there = speaker.programme.where_it_runs("application__village")
                found |= unheard & there | (yes & ~there if there else NOTHING)
    return found
