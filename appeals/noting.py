"""What is noted about a family, and what may be. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass

from eligibility import presenters
from eligibility.rules.catalogue import NOTED, FactType
from eligibility.rules.wording import quantity
from enrollment.models import Application
from verification.models import Fact

BY_SLUG = {kind.name.partition(".")[2].replace("_", "-"): kind for kind in NOTED}


@dataclass(frozen=True)
class Line:
    """One thing that may be noted; `fact` with its note is what holds now."""

    slug: str
    label: str
    fact: Fact | None
    value: str


def lines(application: Application) -> list[Line]:
    return list(_lines(application))


def _lines(application: Application) -> Iterator[Line]:
    known = Fact.objects.current().filter(family=application.family, name__in=[kind.name for kind in NOTED])
    by_name = {fact.name: fact for fact in known.select_related("note__written_by")}
    for slug, kind in BY_SLUG.items():
        fact = by_name.get(kind.name)
        yield Line(slug, presenters.label(kind), fact, _value(kind, fact) if fact else "")


def _value(kind: FactType, fact: Fact) -> str:
    return quantity(fact.value, kind.unit, presenters.language())
