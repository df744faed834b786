"""A determination as a person reads it: reasons, data with source and date, money. No queries here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eligibility import backing, lifetimes
from eligibility.backing import Backing
from eligibility.documents import document_of
from eligibility.enums import CriterionResult, Outcome
from eligibility.fact_lines import FactLine, Lines
from eligibility.models import Determination
from eligibility.rules.catalogue import CATALOGUE, FactType, fact_type
from eligibility.rules.commitments import TimeLimit, payment
from eligibility.rules.definitions import Criterion, RuleDocument
from eligibility.rules.overlapping import is_heard
from eligibility.rules.wording import LANGUAGES, fill, quantity
from perlinsos.core.templatetags.portal import tanggal
from perlinsos.regions.models import ParameterName
from verification.provenance import Provenance

KINDS = {Outcome.ELIGIBLE: "success", Outcome.NOT_ELIGIBLE: "danger", Outcome.UNDECIDED: "warning"}


@dataclass(frozen=True)
class Reason:
    """One criterion: what came out, in a sentence with its numbers, and the data it rests on."""

    criterion: str
    text: str
    result: str
    result_word: str
    rule: str
    legal: str
    facts: tuple[FactLine, ...]

    @property
    def is_unasked(self) -> bool:
        """Met because nothing is on record that it could be asked about."""
        return self.result == CriterionResult.MET and all(fact.value is None for fact in self.facts)

    @property
    def basis(self) -> str:
        """The rule in plain words and where it is written."""
        return f"{self.rule} ({self.legal})" if self.rule else self.legal

    @property
    def sole(self) -> FactLine | None:
        """The data of a criterion about one fact."""
        return self.facts[0] if len(self.facts) == 1 else None

    @property
    def telling(self) -> tuple[FactLine, ...]:
        """The data on record that says something: of several counts those that are not nought."""
        return tuple(fact for fact in self.facts if fact.value is not None and (fact.value or self.sole))

    @property
    def value(self) -> str:
        """The data in short, for a table: `2.200 VA`, or `Murid SD: 1 orang; Lansia: 2 orang`."""
        if self.sole:
            return self.sole.display if self.telling else ""
        return "; ".join(f"{fact.label}: {fact.display}" for fact in self.telling)

    @property
    def source(self) -> str:
        return ", ".join(dict.fromkeys(fact.source for fact in self.telling))

    @property
    def as_of(self) -> date | None:
        """The day the oldest of the data was true."""
        return min((fact.as_of for fact in self.telling if fact.as_of), default=None)


@dataclass(frozen=True)
class Part:
    """`count` × `each` = `rupiah`; count None while it is not known, `on_record` where more are than were counted."""

    label: str
    count: int | None
    each: int
    rupiah: int
    on_record: int | None = None


@dataclass(frozen=True)
class Commitments:
    """What receiving means: paid each quarter, what a broken duty costs, how long it lasts.

    `duties` pair a text with the rupiah of a quarter in which it was broken. `is_exempt` from the time
    limit is None while that is not known.
    """

    per_quarter: int
    duties: tuple[tuple[str, int], ...]
    limit: TimeLimit | None
    is_exempt: bool | None


@dataclass(frozen=True)
class Card:
    code: str
    programme: str
    outcome: str
    outcome_word: str
    kind: str
    rupiah_per_year: int
    rupiah_before: int | None
    parts: tuple[Part, ...]
    left_out: str
    backing: Backing | None
    reasons: tuple[Reason, ...]
    decided_at: datetime
    rules: str
    because: str
    commitments: Commitments | None
    bars: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The decision in one sentence, without its reasons."""
        names = {"programme": self.programme}
        sentences: dict[str, str] = {
            Outcome.ELIGIBLE: _("Your family fits the conditions of %(programme)s."),
            Outcome.NOT_ELIGIBLE: _("Your family cannot receive %(programme)s yet."),
            Outcome.UNDECIDED: _("Some data for %(programme)s is not known yet. An officer is checking."),
        }
        return sentences[self.outcome] % names

    @property
    def against(self) -> tuple[Reason, ...]:
        """What stands in the way, for the top of the page."""
        return tuple(row for row in self.reasons if row.result == CriterionResult.NOT_MET)

    @property
    def fulfilled(self) -> tuple[Reason, ...]:
        return tuple(row for row in self.reasons if row.result == CriterionResult.MET and not row.is_unasked)

    @property
    def unasked(self) -> tuple[Reason, ...]:
        return tuple(row for row in self.reasons if row.is_unasked)

    @property
    def open(self) -> tuple[Reason, ...]:
        return tuple(row for row in self.reasons if row.result == CriterionResult.UNKNOWN)


def card(
    determination: Determination,
    *,
    earlier: Determination | None = None,
    contest_url: Callable[[int], str] = lambda _fact_id: "",
    provenance: Provenance | None = None,
) -> Card:
    """The card of a determination (loaded with its programme and rule set) in the language of the page.

    With the decision `earlier` it says which sum changed. `contest_url` gives the address of "this data
    is wrong" for the id of a fact, or "" for none. With `provenance` it says when data came and who is silent.
    """
    spoken = language()
    lines = Lines(spoken, contest_url, provenance, determination.decided_at)
    is_eligible = determination.outcome == Outcome.ELIGIBLE
    order = {CriterionResult.NOT_MET: 0, CriterionResult.UNKNOWN: 1, CriterionResult.MET: 2}
    rows = sorted(determination.trace, key=lambda row: order[row["result"]])
    document = document_of(determination.rule_set)
    rules = {criterion.name: criterion for criterion in document.criteria}
    return Card(
        code=determination.programme.code,
        programme=str(determination.programme),
        outcome=determination.outcome,
        outcome_word=outcome_word(determination.outcome),
        kind=KINDS[Outcome(determination.outcome)],
        rupiah_per_year=determination.amount_per_year,
        rupiah_before=earlier.amount_per_year if earlier and determination.changes_amount else None,
        parts=tuple(_parts(determination, document, spoken)),
        left_out=backing.why_left_out(determination, spoken) if is_eligible else "",
        backing=backing.of(determination, lines) if is_eligible else None,
        reasons=tuple(_reason(row, lines, rules.get(row["criterion"])) for row in rows),
        decided_at=determination.decided_at,
        rules=str(determination.rule_set),
        because=because(determination),
        commitments=_commitments(determination, document, spoken),
        bars=tuple(bars(determination)),
    )


def language() -> str:
    """The language of the page, as far as rules are written in it; else Bahasa Indonesia."""
    active = (get_language() or "").partition("-")[0]
    return active if active in LANGUAGES else "id"


def label(fact_type: FactType) -> str:
    """What a fact is called on the page."""
    return fact_type.label(language())


def parameter_label(name: str, document: RuleDocument) -> str:
    """What a number that a region sets is called on the page: by the portal, else by the rules that ask for it."""
    if name in ParameterName.values:
        return str(ParameterName(name).label)
    return document.parameters[name].label(language()) if name in document.parameters else name


def because(determination: Determination) -> str:
    """Why a family was decided again, in a sentence; nothing for a first decision."""
    kind, _colon, about = determination.cause.partition(":")
    if kind == "fact":
        label = fact_type(about).label(language()) if about in CATALOGUE or is_heard(about) else about
        return _("Decided again because data changed: %(data)s.") % {"data": label}
    if kind == "parameter":
        limit = parameter_label(about, document_of(determination.rule_set))
        return _("Decided again because a limit in your area changed: %(limit)s.") % {"limit": limit}
    if kind == "place":
        return _("Decided again because your place in %(programme)s changed.") % {"programme": about.upper()}
    sentences = {
        "rules": _("Decided again because the rules changed."),
        "appeal": _("Decided again after your objection."),
        "recertification": _("Decided again because an officer looked at your data again."),
        "run": _("Decided again together with everybody in your area."),
        "period": _("Decided again for the next announcement, because the waiting list ended with its period."),
    }
    return sentences.get(kind, "")


def bars(determination: Determination) -> list[str]:
    """What the family received before and what follows: no place before a day, or none at all."""
    names: dict[str, Any] = {"programme": determination.programme}
    found = []
    if (day := determination.waits_until) and day > timezone.localdate():
        names["date"] = tanggal(day)
        found.append(_("Your family stepped back from %(programme)s. It can get a place again from %(date)s.") % names)
    if determination.is_time_used_up:
        found.append(_("Your family has received %(programme)s as long as the time limit allows.") % names)
    return found


def outcome_word(outcome: str) -> str:
    words: dict[str, str] = {
        Outcome.ELIGIBLE: _("Fits the conditions"),
        Outcome.NOT_ELIGIBLE: _("Cannot receive it yet"),
        Outcome.UNDECIDED: _("An officer is checking"),
    }
    return words[outcome]


def _reason(row: Mapping[str, Any], lines: Lines, criterion: Criterion | None) -> Reason:
    facts = tuple(map(lines.line, row["inputs"]))
    return Reason(
        criterion=row["criterion"],
        text=" ".join([row[f"text_{lines.spoken}"], *_whys(row, facts, criterion)]),
        result=row["result"],
        result_word=str(CriterionResult(row["result"]).label),
        rule=_rule(criterion, row["limit"], lines.spoken) if criterion else "",
        legal=row["legal"],
        facts=facts,
    )


def _whys(row: Mapping[str, Any], facts: Sequence[FactLine], criterion: Criterion | None) -> Iterator[str]:
    """Why a criterion is not known: who is silent, what is too old, which limit is not set."""
    if row["result"] != CriterionResult.UNKNOWN:
        return
    sole = criterion.sole if criterion else None
    yield from (fact.why for fact in facts if fact.why and (sole or fact.is_old))
    if sole and len(sole.operands) == 1 and row["limit"] is None:
        yield _("The limit for it is not set in your area yet.")


def _rule(criterion: Criterion, limit: int | bool | None, spoken: str) -> str:
    shown = _("(not set yet)") if limit is None else quantity(limit, fact_type(criterion.facts[0]).unit, spoken)
    return fill(criterion.texts[spoken].rule, value="", limit=shown)


def _commitments(determination: Determination, document: RuleDocument, spoken: str) -> Commitments | None:
    if determination.outcome != Outcome.ELIGIBLE or not (document.duties or document.time_limit):
        return None
    rupiah, limit = determination.amount_per_year, document.time_limit
    return Commitments(
        per_quarter=payment(rupiah, []),
        duties=tuple((duty.texts[spoken], payment(rupiah, [duty])) for duty in document.duties),
        limit=limit,
        is_exempt=lifetimes.exempt_by(determination),
    )


def _parts(determination: Determination, document: RuleDocument, spoken: str) -> Iterator[Part]:
    """The sum, and after it who is on record and was not counted at all."""
    out = backing.left_out(determination) if determination.outcome == Outcome.ELIGIBLE else {}
    for part in determination.amount_parts:
        on_record = out.pop(part["component"], None)
        yield Part(part[f"text_{spoken}"], part["count"], part["each"], part["rupiah"], on_record)
    for component in document.amount.components:
        if component.name in out:
            yield Part(component.texts[spoken], 0, 0, 0, out[component.name])
