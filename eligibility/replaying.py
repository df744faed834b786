"""From stored facts to the stored decision: the same words both ways, so that a decision replays for ever."""

from collections.abc import Mapping
from typing import Any

from eligibility.documents import document_of
from eligibility.models import Determination
from eligibility.rules.evaluate import FactValue, Verdict, evaluate
from verification.models import Fact


def replay(determination: Determination) -> bool:
    """Whether the stored facts, parameters and rule version still give the stored decision, row by row."""
    facts = fact_values(determination.facts)
    found = outcome_fields(evaluate(document_of(determination.rule_set), facts, determination.parameters))
    return found == {name: getattr(determination, name) for name in found}


def snapshot(fact: Fact) -> dict[str, Any]:
    """A fact as a determination keeps it."""
    return {"id": fact.pk, "value": fact.value, "source": fact.source, "as_of": fact.as_of.isoformat()}


def fact_values(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, FactValue]:
    """The kept facts as the rules read them."""
    return {
        name: FactValue(fact["value"], id=fact["id"], source=fact["source"], as_of=fact["as_of"])
        for name, fact in kept.items()
    }


def outcome_fields(verdict: Verdict) -> dict[str, Any]:
    """What a verdict puts into a determination."""
    return {
        "outcome": verdict.outcome,
        "trace": [row.as_json() for row in verdict.trace],
        "amount_per_year": verdict.amount_per_year,
        "amount_parts": [part.as_json() for part in verdict.amount_parts],
        "need_score": verdict.need_score,
    }
