"""How the points and the sum of an eligible family come about, number by number. No queries here.

The same plan and the same facts as the decision (`rules/evaluate.py`); only what is shown is worked out here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from eligibility.documents import document_of
from eligibility.fact_lines import FactLine, Lines
from eligibility.models import Determination
from eligibility.rules.catalogue import fact_type, recorded
from eligibility.rules.definitions import Amount, Component
from eligibility.rules.plan import NeedPlan, plan
from eligibility.rules.wording import grouped


@dataclass(frozen=True)
class Term:
    """What one fact adds to the points, or takes from them: `said` is the multiplication, `points` its result."""

    fact: FactLine
    said: str
    points: int


@dataclass(frozen=True)
class Backing:
    """The data behind place and sum: the points add up to `total`; `others` count in the sum or the time limit only."""

    terms: tuple[Term, ...]
    base: int
    total: int
    others: tuple[FactLine, ...]


def of(determination: Determination, lines: Lines) -> Backing:
    document = document_of(determination.rule_set)
    need = plan(document, determination.parameters).need
    terms = tuple(_terms(need, determination, lines))
    shown = {fact for criterion in document.criteria for fact in criterion.facts} | {term.fact.fact for term in terms}
    others = sorted((document.facts - shown) & determination.facts.keys())
    return Backing(
        terms=terms,
        base=need.base,
        total=need.base + sum(term.points for term in terms),
        others=tuple(lines.kept(name, determination.facts[name]) for name in others),
    )


def values_of(determination: Determination) -> dict[str, int]:
    """The facts that count, as numbers: not those too old, or outside what the catalogue admits."""
    return {
        name: int(kept["value"])
        for name, kept in determination.facts.items()
        if not kept.get("is_old") and fact_type(name).admits(kept["value"])
    }


def left_out(determination: Determination) -> dict[str, int]:
    """Components of which more people are on record than were counted: how many are on record, by name."""
    values, counted = values_of(determination), _counted(determination)
    components = document_of(determination.rule_set).amount.components
    on_record = {one.name: values.get(one.fact, 0) for one in components}
    return {name: number for name, number in on_record.items() if number > counted.get(name, 0)}


def why_left_out(determination: Determination, spoken: str) -> str:
    """In a sentence or two, by which limits of the rules; nothing where everybody was counted."""
    out = left_out(determination)
    if not out:
        return ""
    amount = document_of(determination.rule_set).amount
    counted = _counted(determination)
    named = partial(_named, spoken=spoken)
    said = [_at_most(amount, _heads(amount, counted), values_of(determination).get(amount.people or ""), named)]
    for group in amount.groups:
        inside = [one for one in amount.components if one.name in group.components]
        if out.keys() & group.components and sum(counted.get(one.name, 0) for one in inside) == group.most:
            said.append(_limit(group.most, named(inside)))
    for one in amount.components:
        if one.name in out and counted.get(one.name) == one.cap:
            said.append(_limit(one.cap, named([one])))
    return " ".join(filter(None, said))


# --- how ------------------------------------------------------------------------------------------
def _terms(need: NeedPlan, determination: Determination, lines: Lines) -> Iterator[Term]:
    values, spoken = values_of(determination), lines.spoken
    steps = [(need.fact, need.scale, need.beyond), *((fact, -points, most) for fact, points, most in need.eased_by)]
    for planned, each, most in steps:
        name = recorded(planned)
        counted = min(values.get(name, most if each > 0 else 0), most)
        words = {"count": counted, "each": grouped(abs(each), spoken), "points": grouped(abs(each) * counted, spoken)}
        if not counted:
            said = _("no points")
        elif each > 0:
            said = _("%(count)s × %(each)s = %(points)s points") % words
        else:
            said = _("%(count)s × %(each)s = %(points)s points fewer") % words
        yield Term(lines.kept(name, determination.facts.get(name)), said, each * counted)


def _counted(determination: Determination) -> dict[str, int]:
    return {part["component"]: part["count"] or 0 for part in determination.amount_parts}


def _heads(amount: Amount, counted: Mapping[str, int]) -> int:
    """How many were counted, without what every family gets."""
    return sum(counted.get(one.name, 0) for one in amount.components)


def _at_most(amount: Amount, total: int, people: int | None, named: Callable[[Iterable[Component]], str]) -> str:
    """The limit for all together, if that was reached, and who is counted first."""
    if total not in (amount.most, people):
        return ""
    in_order = _("in this order: %(names)s") % {"names": named(amount.components)}
    first = _("the largest sums first") if amount.picking == "amount" else in_order
    if total == amount.most:
        return _("At most %(most)s people are counted, %(first)s.") % {"most": amount.most, "first": first}
    return _("No more are counted than the family has members, %(first)s.") % {"first": first}


def _limit(most: int, names: str) -> str:
    return _("At most %(most)s people are counted of: %(names)s.") % {"most": most, "names": names}


def _named(components: Iterable[Component], *, spoken: str) -> str:
    return ", ".join(one.texts[spoken] for one in components)
