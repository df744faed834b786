"""Deciding one family by a plan: three-valued, a reason per criterion, no side effects.

*Unknown is never no*: a fact that is missing, too old on the day of the decision, or outside what
the catalogue admits (a decile of 11, a negative power) is unknown, and so is a comparison with a
missing parameter. The outcome is `undecided` unless it is the same whatever the unknown facts turn
out to be; each row of the trace is exact for its own criterion in the same way (see `plan.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from eligibility.rules.catalogue import Unit, fact_type
from eligibility.rules.definitions import Component, Criterion, RuleDocument
from eligibility.rules.logic import Truth, Values, answer
from eligibility.rules.plan import Plan, PlannedCriterion, plan
from eligibility.rules.wording import LANGUAGES, fill, quantity

Result = Literal["met", "not_met", "unknown"]
Outcome = Literal["eligible", "not_eligible", "undecided"]
RESULTS: Mapping[Truth, Result] = {True: "met", False: "not_met", None: "unknown"}


class FactValue(NamedTuple):
    """A fact as a decision uses it; `as_of` is an ISO date, `id` the row it came from.

    `is_old`: older on the day of the decision than the rules believe. It is shown, and counts as unknown.
    """

    value: int | bool
    id: int = 0
    source: str = ""
    as_of: str = ""
    is_old: bool = False


class Input(NamedTuple):
    """One fact a criterion looked at, or would have if it were known."""

    fact: str
    fact_id: int | None
    value: int | bool | None
    unit: str
    source: str
    as_of: str
    is_old: bool = False

    def as_json(self) -> dict[str, Any]:
        """As traces keep it; the age is only spoken of where it matters."""
        kept = self._asdict()
        if not self.is_old:
            del kept["is_old"]
        return kept


NOTHING = Input("", None, None, "", "", "")


class TraceRow(NamedTuple):
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
        kept = self._asdict()
        kept["inputs"] = [one.as_json() for one in self.inputs]
        return kept


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
        return dict(vars(self))


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    trace: tuple[TraceRow, ...]
    amount_per_year: int
    amount_parts: tuple[AmountPart, ...]
    need_score: int


def evaluate(document: RuleDocument, facts: Mapping[str, FactValue], parameters: Mapping[str, int]) -> Verdict:
    """Decide one family. `parameters` are the regional values in force; defaults are the document's."""
    return decide(plan(document, parameters), facts)


def decide(ready: Plan, facts: Mapping[str, FactValue]) -> Verdict:
    """Decide one family by a plan that is ready. Whoever brings the facts says which are too old for its document."""
    on_record: dict[str, FactValue] = {}
    values: dict[str, int] = {}
    for name, column in ready.on_record:
        fact = facts.get(name)
        if fact is None or not column.admits(fact.value):
            continue
        on_record[name] = fact
        if not fact.is_old:
            values[column.name] = int(fact.value)
    answers = tuple(answer(criterion.question, values) for criterion in ready.criteria)
    outcome = _outcome(ready, answers, values)
    parts = tuple(_amount_parts(ready, values)) if outcome == "eligible" else ()
    return Verdict(
        outcome=outcome,
        trace=tuple(
            _row(*entry, on_record) for entry in zip(ready.document.criteria, ready.criteria, answers, strict=True)
        ),
        amount_per_year=sum(part.rupiah for part in parts),
        amount_parts=parts,
        need_score=_need_score(ready, values),
    )


def _outcome(ready: Plan, answers: tuple[Truth, ...], values: Values) -> Outcome:
    found = {
        answers[bundle.positions[0]] if len(bundle.positions) == 1 else answer(bundle.question, values)
        for bundle in ready.bundles
    }
    if False in found:
        return "not_eligible"
    return "undecided" if None in found else "eligible"


# --- reasons --------------------------------------------------------------------------------------
def _row(criterion: Criterion, planned: PlannedCriterion, found: Truth, facts: Mapping[str, FactValue]) -> TraceRow:
    looked_at = tuple([_input(name, facts) for name in criterion.facts])
    shown = looked_at[0] if criterion.sole else NOTHING
    said = _said(planned, shown, found)
    text_id, text_en = (getattr(criterion.texts[language], said) for language in LANGUAGES)
    return TraceRow(
        criterion.name, *_filled(text_id, text_en, shown.unit, shown.value, planned.limit), RESULTS[found],
        shown.fact, shown.fact_id, shown.value, shown.unit, planned.limit, shown.source, shown.as_of,
        criterion.legal, looked_at,
    )  # fmt: skip


def _input(name: str, facts: Mapping[str, FactValue]) -> Input:
    known = facts.get(name)
    if known is None:
        return _unknown(name)
    return Input(name, known.id or None, known.value, _unit(name), known.source, known.as_of, known.is_old)


@lru_cache(maxsize=1024)
def _unknown(name: str) -> Input:
    return Input(name, None, None, _unit(name), fact_type(name).source, "")


@lru_cache(maxsize=1024)
def _unit(name: str) -> str:
    return fact_type(name).unit.value


def _said(planned: PlannedCriterion, shown: Input, found: Truth) -> str:
    """Which of the criterion's sentences fits."""
    if planned.is_silent:
        return "no_limit"
    if planned.unless_recorded and (shown.value is None or shown.is_old):
        return "no_record"
    if shown.fact and shown.value is None and found is not None:
        return "rule"  # the limit alone answers, such as a decile of at most 10: there is no value to tell
    return RESULTS[found]


@lru_cache(maxsize=20_000, typed=True)
def _filled(
    text_id: str, text_en: str, unit: str, value: int | bool | None, limit: int | bool | None
) -> tuple[str, str]:
    """Few sentences with few numbers: families by the thousand are told the same."""
    said_id, said_en = (
        fill(text, value=_spoken(value, unit, language), limit=_spoken(limit, unit, language))
        for language, text in (("id", text_id), ("en", text_en))
    )
    return said_id, said_en


def _spoken(number: int | bool | None, unit: str, language: str) -> str:
    """A parameter that is not set is a dash; the result is then unknown."""
    return "–" if number is None else quantity(number, Unit(unit), language)


# --- money and order ------------------------------------------------------------------------------
def _amount_parts(ready: Plan, values: Values) -> Iterator[AmountPart]:
    amount, described = ready.amount, ready.document.amount
    if described.flat:
        yield _part(described.flat, 1, amount.flat)
    components = {component.name: component for component in described.components}
    left = min(amount.most, values.get(amount.people or "", amount.most))
    left_in_group = list(amount.groups)
    for picked in amount.components:
        count = values.get(picked.fact)
        room = left if picked.group is None else min(left, left_in_group[picked.group])
        taken = None if count is None else min(count, picked.cap, room)
        if taken == 0 or (taken is None and components[picked.name].only_on_record):
            continue
        yield _part(components[picked.name], taken, picked.each)
        left -= taken or 0
        if picked.group is not None:
            left_in_group[picked.group] -= taken or 0


def _part(component: Component, count: int | None, each: int) -> AmountPart:
    return AmountPart(component.name, component.texts["id"], component.texts["en"], count, each, each * (count or 0))


def _need_score(ready: Plan, values: Values) -> int:
    need = ready.need
    eased = sum(points * min(values.get(fact, 0), cap) for fact, points, cap in need.eased_by)
    return values.get(need.fact, need.beyond) * need.scale + need.base - eased
