"""Whether programmes may exclude each other as their rules say, on every day that the rules hold together.

Rules name other programmes and their components. Every version that holds on a day of a document is
looked at, those in force now and those to come, not only the newest one.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext

from eligibility.documents import document_of
from eligibility.models import RuleSet
from eligibility.rules.definitions import Overlap, RuleDocument
from eligibility.rules.reading import Problem, _
from perlinsos.core.errors import DomainError

CIRCULAR = _("Programmes may not exclude each other in a circle.")
UNKNOWN = _("The table of overlaps names “%(name)s”, which is not known.")
NO_COMPONENT = _("The table of overlaps names “%(name)s”, a component that version %(version)s does not have.")
NEEDED = _("%(rules)s excludes who gets “%(component)s”. Without this component nobody is excluded there.")


class Period(NamedTuple):
    """Days from `start`, before `end`; without an end where that is None."""

    start: date
    end: date | None

    def within(self, other: "Period") -> "Period | None":
        """The days of both, if there are any."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends, default=None)
        return Period(start, end) if end is None or start < end else None


def problems(document: RuleDocument, period: Period | None = None) -> list[Problem]:
    """What is wrong between a document and the other programmes; `period` where it holds otherwise than it says."""
    days = period or Period(document.valid_from, document.valid_until)
    if days.end is not None and days.start >= days.end:
        return []
    return [*_unknown(document, days), *_circles(document, days), *_missed(document, days)]


def ensure_none(document: RuleDocument, period: Period | None = None) -> None:
    """Raises DomainError with the first problem: `circular`, `unknown_programme` or `component_needed`."""
    for problem in problems(document, period):
        codes = {CIRCULAR: "circular", NEEDED: "component_needed"}
        message = gettext(problem.message) % problem.params
        raise DomainError(message, code=codes.get(problem.message, "unknown_programme"))


def _unknown(document: RuleDocument, days: Period) -> Iterator[Problem]:
    """Programmes without rules, and components that some version on these days has not."""
    for place, overlap in enumerate(document.overlaps):
        path = f"overlaps[{place}]"
        versions = [one for one, _days in _versions(overlap.programme, days)] or _newest(overlap.programme)
        if not versions:
            yield Problem(f"{path}.programme", UNKNOWN, {"name": overlap.fact})
        for version in versions:
            if overlap.component and overlap.component not in document_of(version).amount.component_names:
                names = {"name": overlap.fact, "version": version.version}
                yield Problem(f"{path}.component", NO_COMPONENT, names)
                break


def _circles(document: RuleDocument, days: Period) -> Iterator[Problem]:
    """Chains of what blocks that come back to this programme while all of their versions hold."""
    for place, overlap in enumerate(document.overlaps):
        if overlap.programme == document.programme or (overlap.blocks and _leads_to(document.programme, overlap, days)):
            yield Problem(f"overlaps[{place}]", CIRCULAR)


def _leads_to(programme: str, first: Overlap, days: Period) -> bool:
    due, seen = [(first, days)], set[tuple[str, Period]]()
    while due:
        overlap, held = due.pop()
        if overlap.programme == programme:
            return True
        if (overlap.programme, held) not in seen:
            seen.add((overlap.programme, held))
            for version, shared in _versions(overlap.programme, held):
                due += [(further, shared) for further in document_of(version).blocked_by]
    return False


def _missed(document: RuleDocument, days: Period) -> Iterator[Problem]:
    """Components that other programmes are blocked by on these days, and that this document has not."""
    others = RuleSet.objects.kept().filter(valid_during__overlap=days).exclude(programme__code=document.programme)
    for other in others.select_related("programme").order_by("pk"):
        for overlap in document_of(other).blocked_by:
            is_named = overlap.programme == document.programme and overlap.component
            if is_named and overlap.component not in document.amount.component_names:
                names = {"rules": str(other), "component": overlap.component}
                yield Problem("amount.components", NEEDED, names)


def _versions(programme: str, days: Period) -> list[tuple[RuleSet, Period]]:
    """The versions that hold on some of the days, each with those days."""
    known = RuleSet.objects.kept().filter(programme__code=programme, valid_during__overlap=days)
    found = []
    for one in known.order_by("valid_during"):
        shared = Period(one.valid_during.lower, one.valid_during.upper).within(days)
        if shared is not None:
            found.append((one, shared))
    return found


def _newest(programme: str) -> list[RuleSet]:
    return list(RuleSet.objects.kept().filter(programme__code=programme).order_by("-valid_during")[:1])
