"""What is to be said about a draft of rules: every problem with its place, what would follow, what it changes.

What simulations say of it is in `draft_simulations.py`.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import overlap_checks
from eligibility.documents import document_of
from eligibility.golden import cases
from eligibility.golden_history import changes_since
from eligibility.models import DraftReplay, Programme, RuleDraft, RuleSet
from eligibility.rules import changes, golden
from eligibility.rules.document import DocumentError, RuleDocument, parse
from eligibility.rules.golden import Difference
from eligibility.rules.reading import Problem
from eligibility.rules.source import read_source
from eligibility.rules.spelling import as_text
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.regions.models import Area, Parameter


@dataclass(frozen=True)
class Checked:
    """A text as it was read. `document` is there when it is rules at all, even where it cannot be enacted as it is."""

    data: Any
    document: RuleDocument | None
    problems: tuple[Problem, ...]

    @property
    def is_ready(self) -> bool:
        return not self.problems


@dataclass(frozen=True)
class Missing:
    """A regional value that is not set on the first day; families there stay undecided."""

    parameter: str
    areas: tuple[str, ...]


def check(text: str, programme: Programme) -> Checked:
    """Read a text as the next version of a programme's rules; all that is wrong, in the order of the text."""
    try:
        source = read_source(text)
    except DocumentError as error:
        return Checked(None, None, error.problems)
    try:
        document = parse(source.data)
    except DocumentError as error:
        return Checked(source.data, None, error.located(source.places).problems)
    misplaced = DocumentError(_misplaced(document, programme)).located(source.places)
    return Checked(source.data, document, misplaced.problems)


def differences_from_before(document: RuleDocument, programme: Programme) -> tuple[RuleSet | None, tuple[Any, ...]]:
    """The version that would hold on the first day otherwise, and what is different."""
    before = version_on(programme, document.valid_from)
    return before, changes.between(document_of(before), document) if before else ()


def version_on(programme: Programme, day: date) -> RuleSet | None:
    """The version that holds on a day; else the last one before it."""
    known = programme.rule_sets.kept().filter(valid_during__startswith__lte=day)
    return known.order_by("-valid_during").first()


def gap_after(document: RuleDocument, programme: Programme) -> date | None:
    """The day from which the programme would have no rules; None without such a day."""
    end = document.valid_until
    if end is None or programme.rule_sets.kept().filter(valid_during__startswith__gte=end).exists():
        return None
    return end


def missing_values(document: RuleDocument, programme: Programme) -> list[Missing]:
    """Regional values without a default that a regency taking part has not set for the first day."""
    names = sorted(name for name, spec in document.parameters.items() if spec.is_regional and spec.default is None)
    asked_always = {criterion.only_with for criterion in document.criteria}
    names = [name for name in names if name not in asked_always]
    rows = list(Parameter.objects.in_force(document.valid_from).filter(name__in=[*names, Parameter.Name.SERVED]))
    running = tuple(programme.areas.values_list("code", flat=True))
    regencies = [row.area_id for row in rows if row.name == Parameter.Name.SERVED and row.value is True and row.area_id]
    here = [code for code in regencies if not running or code.startswith(running)]
    titles = dict(Area.objects.filter(code__in=here).values_list("code", "name"))
    found = []
    for name in names:
        holders = tuple(row.area_id or "" for row in rows if row.name == name)
        without = [titles[code] for code in sorted(here) if not code.startswith(holders)]
        if without:
            found.append(Missing(name, tuple(without)))
    return found


def text_of(rule_set: RuleSet) -> str:
    """As it was typed, where it was written here; else spelled out from the stored document."""
    draft = RuleDraft.objects.filter(rule_set=rule_set).first()
    return draft.text if draft else as_text(rule_set.document)


def decrees_for(programme: Programme, *, on: date | None = None) -> QuerySet[Decree]:
    """Decrees about rules in force on a day, else today, whose area holds every area the programme runs in.

    Rules are enacted under one that holds on their first day, which may be later than today.
    """
    decrees = Decree.objects.in_force(on).filter(kind=DecreeKind.RULES, signed_on__lte=timezone.localdate())
    areas = list(programme.areas.values_list("code", flat=True))
    for code in areas:
        decrees = decrees.for_area(code)
    return (decrees if areas else decrees.filter(area=None)).order_by("-signed_on", "-pk")


def try_golden_families(document: RuleDocument, programme: Programme) -> tuple[int, list[dict[str, Any]]]:
    """How many golden families these rules were tried on, and those that came out otherwise than agreed."""
    families = [family for family in cases(programme.code) if family.is_about(document)]
    return len(families), [told(one) for one in golden.differences(document, families)]


def golden_changes(document: RuleDocument, programme: Programme) -> list[dict[str, Any]]:
    """What was done to the programme's golden families since the version before was enacted."""
    before = version_on(programme, document.valid_from)
    return changes_since(before.enacted_at if before else None, programme=programme.code)


def is_golden_otherwise(draft: RuleDraft, document: RuleDocument) -> bool:
    """Whether a proposal's golden families were touched, or came out otherwise, after it was made."""
    known = {one["event"] for one in draft.golden_changes}
    if any(one["event"] not in known for one in golden_changes(document, draft.programme)):
        return True
    tried, newest = draft.tried, draft.replay
    return tried is None or newest is None or (tried.families, tried.differing) != (newest.families, newest.differing)


def told(difference: Difference) -> dict[str, Any]:
    """A difference as kept with a replay: plain values only."""
    family = difference.family
    return {
        "code": family.code,
        "name": family.name,
        "story": family.story,
        "fields": list(difference.fields),
        "expected": _answer(difference.expected),
        "got": _answer(difference.got),
    }


def answers_alike(replay: DraftReplay, document: RuleDocument) -> bool:
    """Whether the golden families would still come out as this replay says."""
    found = try_golden_families(document, replay.draft.programme)
    return (replay.families, replay.differing) == found


# --- how ------------------------------------------------------------------------------------------
def _misplaced(document: RuleDocument, programme: Programme) -> list[Problem]:
    """What is right by itself and wrong here and today."""
    found = []
    if document.programme != programme.code:
        found.append(Problem("programme.code", _("Here must be “%(code)s”."), {"code": programme.code}))
    if programme.rule_sets.filter(version=document.version).exists():
        message = _("Version %(version)s exists already. Give this one another name.")
        found.append(Problem("version", message, {"version": document.version}))
    if document.valid_from < timezone.localdate():
        found.append(Problem("valid.from", _("The first day must be today or later.")))
    found += [_collision(other, document) for other in _collisions(document, programme)]
    if document.amount.is_reckoned and not document.amount.legal:  # earlier versions cite their first source
        found.append(Problem("amount.legal", _("The law this rule rests on must be named.")))
    return [*found, *overlap_checks.problems(document)]


def _collisions(document: RuleDocument, programme: Programme) -> list[RuleSet]:
    """Versions that hold on a day of this one and do not give way: those that begin on its first day or later."""
    period = (document.valid_from, document.valid_until)
    return list(
        programme.rule_sets.kept()
        .filter(valid_during__overlap=period, valid_during__startswith__gte=document.valid_from)
        .order_by("valid_during")
    )


def _collision(other: RuleSet, document: RuleDocument) -> Problem:
    begins = other.valid_during.lower
    if begins == document.valid_from:
        message = _("Version %(version)s begins on the same day. Take it back first, or choose another day.")
        return Problem("valid.from", message, {"version": other.version})
    message = _("Version %(version)s begins on %(day)s. End this one there, or take that one back first.")
    return Problem("valid.until", message, {"version": other.version, "day": begins.isoformat()})


def _answer(expectation: golden.Expectation) -> dict[str, Any]:
    """All that is checked; None where nothing was agreed."""
    components, terms = expectation.components, expectation.terms
    return {
        **{name: getattr(expectation, name) for name in golden.CHECKED},
        "because": sorted(expectation.because),
        "components": None if components is None else dict(components),
        "terms": None if terms is None else asdict(terms),
    }
