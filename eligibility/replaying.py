"""From stored facts to the stored decision: the same words both ways, so that a decision replays for ever."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from eligibility.documents import document_of
from eligibility.enums import Outcome, Placement
from eligibility.models import Determination
from eligibility.rules.catalogue import PROGRAMMES
from eligibility.rules.evaluate import FactValue, Verdict, evaluate
from verification.models import Fact

CAUSE = 40  # characters of a stored cause


def replay(determination: Determination) -> bool:
    """Whether the stored facts, parameters and rule version still give the stored decision, row by row."""
    facts = fact_values(determination.facts)
    found = outcome_fields(evaluate(document_of(determination.rule_set), facts, determination.parameters))
    return found == {name: getattr(determination, name) for name in found}


def snapshot(fact: Fact, *, on: date, max_age: int) -> dict[str, Any]:
    """A fact as a determination of a day keeps it; `is_old` when it was too old then to count, by `max_age` days."""
    kept = {"id": fact.pk, "value": fact.value, "source": fact.source, "as_of": fact.as_of.isoformat()}
    age = (on - fact.as_of).days
    return kept | {"is_old": True} if age > max_age else kept


def programme_snapshot(name: str, decided: Determination | None, placement: str | None = None) -> dict[str, Any] | None:
    """Whether another programme supports the family, as a fact; None while that is open.

    Once there is a place it counts whether the family receives: who waits, or left, is not supported.
    Before the announcement the decision counts, and a programme that is not run is a no.
    """
    if decided is None:
        return {"id": 0, "value": False, "source": PROGRAMMES, "as_of": ""}
    if placement is None and decided.outcome == Outcome.UNDECIDED:
        return None
    receives = placement == Placement.FUNDED if placement else decided.outcome == Outcome.ELIGIBLE
    component = name.split(".")[2:]
    counted = [part["component"] for part in decided.amount_parts if part["count"]]
    on = timezone.localdate(decided.decided_at).isoformat()
    value = receives and all(one in counted for one in component)
    return {"id": 0, "value": value, "source": PROGRAMMES, "as_of": on}


def fact_values(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, FactValue]:
    """The kept facts as the rules read them."""
    return {
        name: FactValue(
            fact["value"],
            id=fact["id"],
            source=fact["source"],
            as_of=fact["as_of"],
            is_old=fact.get("is_old", False),
        )
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


def cause_of(new: Determination) -> str:
    """Why a decision follows another: the rules, a number of the region, or a fact that differs from what it used."""
    old = new.supersedes
    if old is None:
        return "first"
    if old.rule_set_id != new.rule_set_id:
        return f"rules:{new.rule_set_id}"
    for kind, before, now in (("parameter", old.parameters, new.parameters), ("fact", old.facts, new.facts)):
        names = differing(before, now)
        if names:
            return f"{kind}:{names[0]}"[:CAUSE]
    return "first"


def differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The names whose value differs, those that only have another date or row last."""
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return sorted(names, key=lambda name: _said(before.get(name)) == _said(now.get(name)))


def _said(kept: Any) -> Any:
    return (kept["value"], kept.get("is_old", False)) if isinstance(kept, dict) else kept
