"""Decided families whom a change without newer data passed by: where a programme runs, and words that grew old."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from eligibility.documents import document_of
from eligibility.models import Determination, RuleSet, Run
from verification.enums import Source

WORDS = (Source.CITIZEN, Source.GROUND_CHECK)  # what people say: no source is asked when it grows old
NOTHING = Q(pk__in=[])


def applications() -> Q:
    """Families to be decided again, as a condition on applications. Three queries, whatever their number."""
    running = RuleSet.objects.in_force().filter(programme__is_active=True)
    rule_sets = list(running.select_related("programme").prefetch_related("programme__areas"))
    of_them = Determination.objects.current().unannounced().filter(application=OuterRef("pk"))
    outlived = of_them.filter(_rests_on_old_words(rule_sets) | _hears_who_moved(rule_sets))
    return Q(Exists(outlived)) | _lacks_an_answer(rule_sets)


def _lacks_an_answer(rule_sets: Iterable[RuleSet]) -> Q:
    """A programme came to the family after it was decided: another area was named, or it was switched on again.

    What begins has its first day for that, and a full re-decision under way gets there by itself.
    """
    found = NOTHING
    for rule_set in rule_sets:
        if rule_set.begun_at is not None:
            answers = Determination.objects.filter(programme=rule_set.programme_id, supersedes=None)
            found |= Q(~Exists(answers.filter(application=OuterRef("pk"))), _where_it_runs(rule_set))
    for code in Run.objects.due().values_list("area_id", flat=True):
        found &= ~Q(village__code__startswith=code)
    return found


def _rests_on_old_words(rule_sets: Iterable[RuleSet]) -> Q:
    """What somebody said counted when it was decided, and is too old by today for the rules that read it."""
    today, found = timezone.localdate(), NOTHING
    for rule_set in rule_sets:
        document = document_of(rule_set)
        for name in document.facts:
            if name.partition(".")[0] in WORDS:
                oldest = (today - timedelta(days=document.max_age(name))).isoformat()
                is_old = Q(**{f"facts__{name}__as_of__lt": oldest}) & ~Q(facts__contains={name: {"is_old": True}})
                found |= is_old & Q(rule_set=rule_set) & _where_it_runs(rule_set, "application__")
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
                there = _where_it_runs(speaker, "application__")
                found |= unheard & there | (yes & ~there if there else NOTHING)
    return found


def _where_it_runs(rule_set: RuleSet, path: str = "") -> Q:
    """Empty, which is true of everybody, where it runs everywhere."""
    here = Q()
    for area in rule_set.programme.areas.all():
        here |= Q(**{f"{path}village__code__startswith": area.code})
    return here
