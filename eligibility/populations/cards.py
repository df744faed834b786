"""The whole decision card of one answer of a run, made again from its snapshot row: nothing is stored twice."""

from eligibility.populations.answering import plan_of
from eligibility.populations.columns import OUTCOMES, packed
from eligibility.populations.models import RunAnswer, SnapshotRow
from eligibility.rules.catalogue import fact_type
from eligibility.rules.evaluate import FactValue, Verdict, decide
from verification.models import Fact


def verdict_of(answer: RunAnswer) -> Verdict:
    """Outcome, reasons with their facts, and the sum, as they were when the run decided."""
    run = answer.rules.run
    row = SnapshotRow.objects.get(snapshot=run.snapshot_id, application=answer.application_id)
    return decide(plan_of(answer.rules), _facts(run.snapshot.facts, row))


def agrees(answer: RunAnswer, verdict: Verdict) -> bool:
    """Whether the evaluator of one family says what the run stored."""
    stored = (OUTCOMES[answer.outcome], answer.amount_per_year, answer.need_score, answer.results)
    results = packed([row.result for row in verdict.trace])
    return stored == (verdict.outcome, verdict.amount_per_year, verdict.need_score, results)


def _facts(names: list[str], row: SnapshotRow) -> dict[str, FactValue]:
    kept = Fact.objects.in_bulk([pk for pk in row.fact_ids if pk is not None])
    found = {}
    for name, value, fact_id in zip(names, row.values, row.fact_ids, strict=True):
        if value is not None and fact_id is not None:
            fact = kept[fact_id]
            typed = bool(value) if fact_type(name).is_flag else value
            found[name] = FactValue(typed, id=fact.pk, source=fact.source, as_of=fact.as_of.isoformat())
    return found
