"""The whole decision card of one answer of a run, made again from its snapshot row: nothing is stored twice."""

from django.utils import timezone

from eligibility.populations import ages, hearing
from eligibility.populations.answering import plan_of
from eligibility.populations.columns import OUTCOMES, packed
from eligibility.populations.models import RunAnswer, SnapshotRow
from eligibility.rules.catalogue import PROGRAMMES, fact_type
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.evaluate import FactValue, Verdict, decide
from eligibility.rules.overlapping import speaker
from verification.models import Fact


def verdict_of(answer: RunAnswer) -> Verdict:
    """Outcome, reasons with their facts, and the sum, as they were when the run decided."""
    run = answer.rules.run
    row = SnapshotRow.objects.get(snapshot=run.snapshot_id, application=answer.application_id)
    ready = plan_of(answer.rules)
    return decide(ready, _facts(run.snapshot.facts, row, ready.document) | _heard(answer, row))


def agrees(answer: RunAnswer, verdict: Verdict) -> bool:
    """Whether the evaluator of one family says what the run stored."""
    stored = (OUTCOMES[answer.outcome], answer.amount_per_year, answer.need_score, answer.results)
    results = packed([row.result for row in verdict.trace])
    return stored == (verdict.outcome, verdict.amount_per_year, verdict.need_score, results)


def _facts(names: list[str], row: SnapshotRow, document: RuleDocument) -> dict[str, FactValue]:
    kept = Fact.objects.in_bulk([pk for pk in row.fact_ids if pk is not None])
    found = {}
    for name, value, age, fact_id in zip(names, row.values, row.ages or [None] * len(names), row.fact_ids, strict=True):
        if value is not None and fact_id is not None:
            fact = kept[fact_id]
            typed = bool(value) if fact_type(name).is_flag else value
            is_old = ages.is_too_old(document, name, age)
            found[name] = FactValue(typed, fact.pk, fact.source, fact.as_of.isoformat(), is_old)
    return found


def _heard(answer: RunAnswer, row: SnapshotRow) -> dict[str, FactValue]:
    """What other programmes said: those of the same run on the day of its snapshot, others never."""
    names = hearing.heard(plan_of(answer.rules))
    if not names:
        return {}
    run = answer.rules.run
    running = run.rules.filter(villages__contains=[row.village_code]).values_list(
        "rule_set__programme__code", flat=True
    )
    days = dict.fromkeys(running, timezone.localdate(run.snapshot.taken_at).isoformat())
    return {
        name: FactValue(bool(value), source=PROGRAMMES, as_of=days.get(speaker(name), ""))
        for name, value in zip(names, answer.heard or [], strict=True)
        if value is not None
    }
