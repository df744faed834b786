"""Deciding one family under one rule document: three-valued, a reason per criterion, no side effects.

*Unknown is never no*: a fact that is missing, or that lies outside what the catalogue admits (a
decile of 11, a negative power), leaves its criterion unknown, and so does a missing parameter.
AND, OR and NOT follow Kleene. When two criteria ask the same unknown fact, a completion of the
facts could settle both at once; this evaluator looks at one criterion at a time and then says
`undecided` where a cleverer one might already know. It never errs the other way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from eligibility.rules.catalogue import CATALOGUE
from eligibility.rules.document import Component, Criterion, RuleDocument
from eligibility.rules.tree import All, Comparison, Condition, Not, Operand, Reference, comparisons
from eligibility.rules.wording import fill, quantity

Result = Literal["met", "not_met", "unknown"]
Outcome = Literal["eligible", "not_eligible", "undecided"]
Truth = bool | None


@dataclass(frozen=True)
class FactValue:
    """A fact as a decision uses it; `as_of` is an ISO date, `id` the row it came from."""

    value: int | bool
    id: int = 0
    source: str = ""
    as_of: str = ""


@dataclass(frozen=True)
class Input:
    """One fact a criterion looked at, or would have if it were known."""

    fact: str
    fact_id: int | None
    value: int | bool | None
    unit: str
    source: str
    as_of: str


@dataclass(frozen=True)
class TraceRow:
    """Why one criterion came out as it did. `inputs` has every fact; the flat fields its only one."""

    criterion: str
    text_id: str
    text_en: str
    result: Result
    fact: str
    fact_id: int | None
    value: int | bool | None
    unit: str
    limit: int | bool | None
    source: str
    as_of: str
    legal: str
    inputs: tuple[Input, ...]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "inputs": [asdict(one) for one in self.inputs]}


@dataclass(frozen=True)
class AmountPart:
    """`count` members of one component at `each` rupiah a year; None when the count is not known."""

    component: str
    text_id: str
    text_en: str
    count: int | None
    each: int
    rupiah: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    trace: tuple[TraceRow, ...]
    amount_per_year: int
    amount_parts: tuple[AmountPart, ...]
    need_score: int


@dataclass(frozen=True)
class _Inputs:
    facts: Mapping[str, FactValue]
    parameters: Mapping[str, int] = field(default_factory=dict)

    def number(self, operand: Operand) -> int | bool | None:
        return self.parameters.get(operand.parameter) if isinstance(operand, Reference) else operand

    def count(self, fact: str) -> int | None:
        return int(self.facts[fact].value) if fact in self.facts else None


def evaluate(document: RuleDocument, facts: Mapping[str, FactValue], parameters: Mapping[str, int]) -> Verdict:
    """Decide one family. `parameters` are the regional values in force; defaults are the document's."""
    admitted = {name: fact for name, fact in facts.items() if name in CATALOGUE and CATALOGUE[name].admits(fact.value)}
    inputs = _Inputs(admitted, _in_force(document, parameters))
    trace = tuple(_row(criterion, inputs) for criterion in document.criteria)
    outcome = _outcome(row.result for row in trace)
    parts = _amount_parts(document, inputs) if outcome == "eligible" else ()
    return Verdict(outcome, trace, sum(part.rupiah for part in parts), parts, _need_score(document, inputs))


def _in_force(document: RuleDocument, regional: Mapping[str, int]) -> dict[str, int]:
    values = {name: spec.default for name, spec in document.parameters.items()}
    for name in document.regional_parameters & regional.keys():
        value = regional[name]
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            values[name] = value
    return {name: value for name, value in values.items() if value is not None}


def _outcome(results: Iterable[Result]) -> Outcome:
    found = set(results)
    if "not_met" in found:
        return "not_eligible"
    return "undecided" if "unknown" in found else "eligible"


# --- three-valued truth ---------------------------------------------------------------------------
def truth(condition: Condition, inputs: _Inputs) -> Truth:
    """True, False, or None for not known."""
    if isinstance(condition, Comparison):
        return _compare(condition, inputs)
    if isinstance(condition, Not):
        inner = truth(condition.part, inputs)
        return None if inner is None else not inner
    settling = not isinstance(condition, All)  # one False settles an all, one True an any
    found = [truth(part, inputs) for part in condition.parts]
    if settling in found:
        return settling
    return None if None in found else not settling


def _compare(comparison: Comparison, inputs: _Inputs) -> Truth:
    if comparison.fact not in inputs.facts:
        return None
    value = inputs.facts[comparison.fact].value
    operands = [inputs.number(operand) for operand in comparison.operands]
    if comparison.operator == "in":
        return True if value in operands else None if None in operands else False
    if comparison.operator == "between":
        low, high = (_ordered("le", *pair) for pair in ((operands[0], value), (value, operands[1])))
        return False if False in (low, high) else None if None in (low, high) else True
    return _ordered(comparison.operator, value, operands[0])


def _ordered(operator: str, left: int | bool | None, right: int | bool | None) -> Truth:
    if left is None or right is None:
        return None
    answers = {
        "eq": left == right,
        "ne": left != right,
        "lt": left < right,
        "le": left <= right,
        "gt": left > right,
        "ge": left >= right,
    }
    return answers[operator]


# --- reasons --------------------------------------------------------------------------------------
def _row(criterion: Criterion, inputs: _Inputs) -> TraceRow:
    is_silent = criterion.only_with is not None and criterion.only_with not in inputs.parameters
    result: Result = "met" if is_silent else _result(criterion, inputs)
    looked_at = tuple(_input(name, inputs) for name in _fact_names(criterion.condition))
    sole = criterion.sole
    shown = looked_at[0] if sole else Input("", None, None, "", "", "")
    limit = inputs.number(sole.operands[0]) if sole and len(sole.operands) == 1 else None
    texts = {
        language: _sentence(criterion, language, "no_limit" if is_silent else result, shown, limit)
        for language in criterion.texts
    }
    return TraceRow(
        criterion=criterion.name,
        text_id=texts["id"],
        text_en=texts["en"],
        result=result,
        limit=limit,
        legal=criterion.legal,
        inputs=looked_at,
        **asdict(shown),
    )


def _result(criterion: Criterion, inputs: _Inputs) -> Result:
    answer = truth(criterion.condition, inputs)
    if answer is None:
        return "unknown"
    return "met" if answer != criterion.is_disqualifier else "not_met"


def _fact_names(condition: Condition) -> list[str]:
    return list(dict.fromkeys(one.fact for one in comparisons(condition)))


def _input(name: str, inputs: _Inputs) -> Input:
    known, unit = inputs.facts.get(name), CATALOGUE[name].unit.value
    if known is None:
        return Input(name, None, None, unit, CATALOGUE[name].source, "")
    return Input(name, known.id or None, known.value, unit, known.source, known.as_of)


def _sentence(criterion: Criterion, language: str, which: str, shown: Input, limit: int | bool | None) -> str:
    text: str = getattr(criterion.texts[language], which)
    if criterion.sole is None:
        return text
    unit = CATALOGUE[criterion.sole.fact].unit
    unset = "–"  # a parameter that is not set; the result is then unknown
    return fill(
        text,
        value=unset if shown.value is None else quantity(shown.value, unit, language),
        limit=unset if limit is None else quantity(limit, unit, language),
    )


# --- money and order ------------------------------------------------------------------------------
def _amount_parts(document: RuleDocument, inputs: _Inputs) -> tuple[AmountPart, ...]:
    amount = document.amount
    parts = [_part(amount.flat, 1)] if amount.flat else []
    order = list(amount.components)
    if amount.picking == "amount":
        order.sort(key=lambda component: -component.rupiah_per_year)  # stable: ties stay as listed
    left = amount.most
    for component in order:
        count = inputs.count(component.fact)
        taken = None if count is None else min(count, component.cap, left)
        if taken == 0:
            continue
        parts.append(_part(component, taken))
        left -= taken or 0
    return tuple(parts)


def _part(component: Component, count: int | None) -> AmountPart:
    each = component.rupiah_per_year
    return AmountPart(component.name, component.texts["id"], component.texts["en"], count, each, each * (count or 0))


def _need_score(document: RuleDocument, inputs: _Inputs) -> int:
    need = document.need
    highest = CATALOGUE[need.fact].high or 0
    step = inputs.count(need.fact)
    eased = sum(points * min(inputs.count(fact) or 0, cap) for fact, points, cap in need.eased_by)
    # Who is not known to be poor comes after everybody who is; such a family is not ranked anyway.
    return (highest + 1 if step is None else step) * need.scale + need.base - eased
