"""Every small thing that could be wrong in a rule document, one at a time.

A mutant is the document with one change: another operator, a threshold one off, `all` for `any`, a
criterion gone, a cap raised. Changes are made on the tree the portal reads, never on text, so every
mutant is a document that could have been enacted. Texts, citations and dates of validity are not touched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bench import amount_mutants, condition_mutants
from bench.condition_mutants import Change
from eligibility.rules.catalogue import Unit, fact_type
from eligibility.rules.definitions import Criterion, RuleDocument
from eligibility.rules.golden import MEASURED
from eligibility.rules.operands import Operand, references
from eligibility.rules.tree import comparisons


@dataclass(frozen=True)
class Mutant:
    """`words` say what was changed. `ages` are the maximum ages that differ from those of the rules."""

    document: RuleDocument
    kind: str
    words: str
    ages: Mapping[str, int]

    def max_age(self, name: str) -> int:
        return self.ages[name] if name in self.ages else self.document.max_age(name)

    def __str__(self) -> str:
        return f"{self.document.programme} {self.document.version}: {self.words}"


def mutants(document: RuleDocument) -> Iterator[Mutant]:
    """All of them, in the order of the document."""
    for kind, words, changed in _changed(document):
        yield Mutant(changed, kind, words, {})
    for name in sorted(document.facts | (set(MEASURED) if document.duties else set())):
        if fact_type(name).max_age_days > 1:  # what other programmes say is of the same day
            for days in (document.max_age(name) - 1, document.max_age(name) + 1):
                yield Mutant(document, "age", f"{name} stays fresh for {days} days", {name: days})


def _changed(document: RuleDocument) -> Iterator[Change[RuleDocument]]:
    yield from _parameters(document)
    yield from _criteria(document)
    for kind, words, amount in amount_mutants.of_amount(document.amount):
        yield kind, words, replace(document, amount=amount)
    for kind, words, need in amount_mutants.of_need(document.need):
        yield kind, words, replace(document, need=need)
    for kind, words, duties in amount_mutants.of_duties(document.duties):
        yield kind, words, replace(document, duties=duties)
    if document.time_limit:
        for kind, words, limit in amount_mutants.of_time_limit(document.time_limit):
            yield kind, words, replace(document, time_limit=limit)


# --- parameters -----------------------------------------------------------------------------------
def _parameters(document: RuleDocument) -> Iterator[Change[RuleDocument]]:
    for name, spec in document.parameters.items():
        found = []
        if spec.default is not None:
            near = condition_mutants.of_operand(spec.default)
            found += [(f"{name} is {words}", replace(spec, default=new)) for words, new in near]
        if spec.is_regional:
            found.append((f"{name} has another default", replace(spec, default=_other_default(spec.default))))
            if spec.default is not None:
                found.append((f"{name} is the same everywhere", replace(spec, is_regional=False)))
                found.append((f"{name} has no default", replace(spec, default=None)))
        for words, new in found:
            yield "parameter", words, replace(document, parameters={**document.parameters, name: new})


def _other_default(default: Operand | None) -> int:
    """A default where there was none; twice the default where there was one."""
    return 2 * default if isinstance(default, int) else 0


# --- criteria -------------------------------------------------------------------------------------
def _criteria(document: RuleDocument) -> Iterator[Change[RuleDocument]]:
    for place, criterion in enumerate(document.criteria):
        before, after = document.criteria[:place], document.criteria[place + 1 :]
        yield "presence", f"{criterion.name} is gone", replace(document, criteria=before + after)
        for kind, words, new in _criterion(document, criterion):
            yield kind, f"{criterion.name}: {words}", replace(document, criteria=(*before, new, *after))
    for overlap in document.overlaps:
        if not overlap.blocks:
            added = (*document.criteria, overlap.as_criterion())
            yield "presence", f"{overlap.fact} blocks", replace(document, criteria=added)


def _criterion(document: RuleDocument, criterion: Criterion) -> Iterator[Change[Criterion]]:
    yield "logic", "is turned around", replace(criterion, is_disqualifier=not criterion.is_disqualifier)
    for kind, words, condition in condition_mutants.of_condition(criterion.condition, _neighbours(document)):
        yield kind, words, replace(criterion, condition=condition)
    if criterion.sole:
        words = "counts without a record" if criterion.only_on_record else "counts only where on record"
        yield "unknown", words, replace(criterion, only_on_record=not criterion.only_on_record)
    if criterion.only_with:
        yield "unknown", "waits for the region's value", replace(criterion, only_with=None)
        return
    for name in {
        name for one in comparisons(criterion.condition) for each in one.operands for name in references(each)
    }:
        if document.parameters[name].default is None:  # any other always has a value
            yield "unknown", f"asks nothing without {name}", replace(criterion, only_with=name)


def _neighbours(document: RuleDocument) -> dict[str, str]:
    """For each fact another of the same unit that the rules ask: what a slip of the pen would ask instead."""
    by_unit: dict[Unit, list[str]] = {}
    for criterion in document.criteria:
        for one in comparisons(criterion.condition):
            by_unit.setdefault(fact_type(one.fact).unit, []).append(one.fact)
    found: dict[str, str] = {}
    for facts in by_unit.values():
        facts = list(dict.fromkeys(facts))
        if len(facts) > 1:
            found |= dict(zip(facts, [*facts[1:], facts[0]], strict=True))
    return found
