"""Golden families: invented, named, with the answer that people agreed on before any rule was written.

A family says what is known (`facts`, each with its age; a fact that is not there is unknown) and what
the rules must make of it, for each programme. Judging is a pure function: rules and families in,
`Difference`s out. What other programmes say about a family, for overlaps, is what is expected of them,
so that one wrong rule shows once and not in every programme behind it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from eligibility.rules.catalogue import PROGRAMMES
from eligibility.rules.commitments import Measure, broken, is_exempt, payment
from eligibility.rules.definitions import Picking, RuleDocument
from eligibility.rules.evaluate import FactValue, Outcome, TraceRow, Verdict, decide
from eligibility.rules.plan import plan

MEASURED = {
    "attendance.lowest_percent": Measure.ATTENDANCE_PERCENT,
    "posyandu.missed_months": Measure.MISSED_HEALTH_VISITS,
}
CHECKED = ("outcome", "because", "rupiah_per_year", "components", "need_score", "rupiah_per_quarter", "terms")
MaxAge = Callable[[str], int]


@dataclass(frozen=True)
class GoldenFact:
    value: int | bool
    days_old: int = 0


@dataclass(frozen=True)
class Terms:
    """Years of receiving (0: without limit), months until it is looked at again, years until one may return."""

    years: int
    recertify_months: int
    reapply_after_years: int


@dataclass(frozen=True)
class Expectation:
    """What a programme must answer, or what it did answer.

    `because` has the criteria that decide: of a refusal all that are not met, of an open case all that
    are unknown. The rest is checked where it is given: counted members by component (None for a number
    that is not known), the order of need, a quarter's payment after broken duties, and the terms. With
    `picking` the answer is for the rules with their components picked that way, whatever they say themselves.
    """

    outcome: Outcome
    because: frozenset[str] = frozenset()
    rupiah_per_year: int = 0
    components: Mapping[str, int | None] | None = None
    need_score: int | None = None
    rupiah_per_quarter: int | None = None
    terms: Terms | None = None
    picking: Picking | None = None


@dataclass(frozen=True)
class GoldenCase:
    """`parameters` are the regional values where the family lives; `rules_of` is for history: the rules of that day."""

    code: str
    name: str
    story: str
    facts: Mapping[str, GoldenFact]
    expected: Mapping[str, Expectation]
    parameters: Mapping[str, int] = field(default_factory=dict)
    area_code: str = ""
    rules_of: date | None = None

    def is_about(self, document: RuleDocument) -> bool:
        """Whether it has something to say about these rules."""
        if document.programme not in self.expected:
            return False
        day = self.rules_of
        return day is None or (
            document.valid_from <= day and (document.valid_until is None or day < document.valid_until)
        )


@dataclass(frozen=True)
class Difference:
    """Rules that answer a golden family otherwise than agreed. `fields` (of `CHECKED`) say in what."""

    family: GoldenCase
    programme: str
    expected: Expectation
    got: Expectation
    fields: tuple[str, ...]
    trace: tuple[TraceRow, ...]


def in_succession(documents: Iterable[RuleDocument]) -> list[RuleDocument]:
    """Versions in order of time, each open-ended one ending where the next of its programme begins, as when enacted."""
    ordered = sorted(documents, key=lambda document: document.valid_from)
    return [_ended(document, ordered[place + 1 :]) for place, document in enumerate(ordered)]


def newest(documents: Iterable[RuleDocument]) -> dict[str, RuleDocument]:
    """The last version of each programme, by code."""
    return {document.programme: document for document in in_succession(documents)}


def watched(documents: Iterable[RuleDocument], day: date) -> list[RuleDocument]:
    """The versions that a fault must not creep into: those that hold from `day` on, and the last of each programme."""
    ordered = in_succession(documents)
    last = newest(ordered)
    return [one for one in ordered if one is last[one.programme] or one.valid_until is None or one.valid_until > day]


def _ended(document: RuleDocument, later: Iterable[RuleDocument]) -> RuleDocument:
    following = next((one for one in later if one.programme == document.programme), None)
    if following is None or document.valid_until is not None:
        return document
    return replace(document, valid_until=following.valid_from)


def differences(
    document: RuleDocument, families: Iterable[GoldenCase], *, max_age: MaxAge | None = None
) -> Iterator[Difference]:
    """Where `document` does not answer as agreed, family by family. `max_age`: in the place of what it says itself."""
    for family in families:
        if family.is_about(document):
            expected = family.expected[document.programme]
            got, verdict = judge(document, family, max_age=max_age)
            found = tuple(name for name in CHECKED if _differs(getattr(expected, name), getattr(got, name)))
            if found:
                yield Difference(family, document.programme, expected, got, found, verdict.trace)


def judge(document: RuleDocument, family: GoldenCase, *, max_age: MaxAge | None = None) -> tuple[Expectation, Verdict]:
    """What `document` says of the family, in the terms of an expectation, and the reasons."""
    agreed = family.expected.get(document.programme)
    document = picked(document, agreed.picking if agreed else None)
    oldest = max_age or document.max_age
    facts = {
        name: FactValue(fact.value, is_old=fact.days_old > oldest(name)) for name, fact in family.facts.items()
    } | _of_other_programmes(document, family)
    verdict = decide(plan(document, family.parameters), facts)
    values = {name: int(fact.value) for name, fact in facts.items() if not fact.is_old}
    return _answer(document, verdict, values), verdict


def picked(document: RuleDocument, picking: Picking | None) -> RuleDocument:
    """The rules with their components picked that way; None: as they say."""
    if picking is None or picking == document.amount.picking:
        return document
    return replace(document, amount=replace(document.amount, picking=picking))


def _answer(document: RuleDocument, verdict: Verdict, values: Mapping[str, int]) -> Expectation:
    deciding = {"not_eligible": "not_met", "undecided": "unknown"}.get(verdict.outcome)
    records = [(measure, values[name]) for name, measure in MEASURED.items() if name in values]
    is_due = verdict.outcome == "eligible"
    return Expectation(
        outcome=verdict.outcome,
        because=frozenset(row.criterion for row in verdict.trace if row.result == deciding),
        rupiah_per_year=verdict.amount_per_year,
        components={part.component: part.count for part in verdict.amount_parts if part.component != "flat"},
        need_score=verdict.need_score,
        rupiah_per_quarter=payment(verdict.amount_per_year, broken(document.duties, records)) if is_due else None,
        terms=_terms(document, values) if is_due else None,
    )


def _terms(document: RuleDocument, values: Mapping[str, int]) -> Terms | None:
    limit = document.time_limit
    exempt = is_exempt(limit, values) if limit else None
    if limit is None or exempt is None:
        return None
    return Terms(0 if exempt else limit.years, limit.recertify_months, limit.reapply_after_years)


def _differs(expected: object, got: object) -> bool:
    return expected is not None and expected != got


def _of_other_programmes(document: RuleDocument, family: GoldenCase) -> dict[str, FactValue]:
    """A programme that nothing is expected of is not run: a no. One that must stay open is unknown."""
    found = {}
    for name in document.facts:
        kind, *rest = name.split(".")
        if kind != PROGRAMMES:
            continue
        expected = family.expected.get(rest[0])
        if expected is None or expected.outcome != "undecided":
            found[name] = FactValue(expected is not None and _has(expected, rest[1:]))
    return found


def _has(expected: Expectation, components: list[str]) -> bool:
    counted = expected.components or {}
    return expected.outcome == "eligible" and all(counted.get(name) for name in components)
