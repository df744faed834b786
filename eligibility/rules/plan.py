"""Rules made ready to run: a document with the parameters of one region, nothing left to look up.

The one definition that every engine follows: the evaluator of one family (`evaluate.py`) and the
set-based ones for populations run the same `Plan`. Every comparison is the set of whole numbers
that answer yes and the set that answer no; a flag counts as 0 or 1. `not` is gone (yes and no
change places), and so are disqualifiers: a criterion is met when its tree is true. How trees are
answered when facts are unknown is in `logic.py`.

**A missing parameter is not a gap in what we know about the family, but a rule that was never
finished**: a comparison with it is unknown whatever the fact is (save where the rest of it settles the
answer, as in `between: [1, missing]` for 0), so the case waits until somebody sets the parameter.
`only_with` is the way to say that the region may leave it unset. The same goes for money: while a sum
names a parameter that is not set, nobody is eligible, and a missing sum is never 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eligibility.rules.catalogue import FactType, fact_type, recorded
from eligibility.rules.definitions import Amount, Component, Criterion, Need, RuleDocument
from eligibility.rules.entangled import linked
from eligibility.rules.logic import Join, Open, Question, ReadAs, Tree, Unrecorded, checks, question_of, tree_of
from eligibility.rules.operands import resolve
from eligibility.rules.reading import LARGEST


@dataclass(frozen=True)
class PlannedCriterion:
    """Row `position` of the trace. Met when the question is true, not met when false.

    `is_silent`: the parameter it waits for is not set, so it asks nothing and is met.
    `unless_recorded` names the fact without which it asks nothing and is met. `limit` is the one number
    it compares its only fact with; None where there are several, or it is not set.
    """

    position: int
    name: str
    question: Question
    is_silent: bool
    unless_recorded: str | None
    limit: int | bool | None


@dataclass(frozen=True)
class Bundle:
    """Criteria that share facts, answered together: true when all of them are met."""

    positions: tuple[int, ...]
    question: Question


@dataclass(frozen=True)
class PlannedComponent:
    """`group` is the position of its group in the amount plan, or None."""

    name: str
    fact: str
    each: int
    cap: int
    group: int | None


@dataclass(frozen=True)
class AmountPlan:
    """Rupiah a year, once eligible: `flat`, plus `components` in the order they are picked.

    Of each component min(count, its cap, what is left of `most`, what is left of its group) members
    are taken; an unknown count takes none. `most` is lowered to the number that the fact `people`
    gives, where it is known: nobody is counted twice as far as numbers can tell.
    """

    flat: int
    components: tuple[PlannedComponent, ...]
    most: int
    groups: tuple[int, ...]
    people: str | None


@dataclass(frozen=True)
class NeedPlan:
    """Lower is needier: `scale` × fact + `base` − Σ points × min(count, cap); an unknown count is 0.

    `beyond` stands for an unknown fact: such a family comes after everybody whose need is known.
    """

    fact: str
    scale: int
    base: int
    beyond: int
    eased_by: tuple[tuple[str, int, int], ...]  # fact, points per person, persons counted


@dataclass(frozen=True)
class Plan:
    """The outcome: not eligible when some bundle is false, eligible when all are true, else undecided.

    `columns` are the facts read, by name. A value outside the bounds of its type is unknown. A fact of
    which the document wants fresher data than the catalogue is a fact of its own (`pln.power_va@180`),
    unknown where it is too old: no engine need know of ages. `on_record` has the columns with the names
    that their facts are on record under.
    """

    document: RuleDocument
    parameters: Mapping[str, int]
    columns: tuple[FactType, ...]
    on_record: tuple[tuple[str, FactType], ...]
    criteria: tuple[PlannedCriterion, ...]
    bundles: tuple[Bundle, ...]
    amount: AmountPlan
    need: NeedPlan


def plan(document: RuleDocument, parameters: Mapping[str, int]) -> Plan:
    """`document` with the regional `parameters` in force; names it does not know and non-numbers are ignored."""
    names = document.regional_parameters & parameters.keys()
    regional = {name: parameters[name] for name in sorted(names) if _is_number(parameters[name])}
    return _planned(document, tuple(regional.items()))


@lru_cache(maxsize=2048)
def _planned(document: RuleDocument, regional: tuple[tuple[str, int], ...]) -> Plan:
    in_force = document.parameters_in_force(dict(regional))
    amount, is_set = _amount(document.amount, in_force, document.read_as)
    criteria = tuple(
        _criterion(*entry, in_force, document.read_as, is_open=entry[1].is_about_amount and not is_set)
        for entry in enumerate(document.criteria)
    )
    columns = tuple(fact_type(document.read_as(name)) for name in sorted(document.facts))
    return Plan(
        document=document,
        parameters=in_force,
        columns=columns,
        on_record=tuple((recorded(column.name), column) for column in columns),
        criteria=criteria,
        bundles=tuple(_bundles(criteria)),
        amount=amount,
        need=_need(document.need, document.read_as),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


# --- criteria -------------------------------------------------------------------------------------
def _criterion(
    position: int, criterion: Criterion, parameters: Mapping[str, int], read_as: ReadAs, *, is_open: bool
) -> PlannedCriterion:
    is_silent = criterion.only_with is not None and criterion.only_with not in parameters
    tree: Tree = Open() if is_open else Join("all", ())
    if not is_silent and not is_open:
        tree = tree_of(criterion.condition, parameters, is_wanted=not criterion.is_disqualifier, read_as=read_as)
    fact = read_as(criterion.sole.fact) if criterion.sole and criterion.only_on_record else None
    if fact is not None:
        tree = Join("any", (Unrecorded(fact), tree))
    limit = (
        resolve(*criterion.sole.operands, parameters) if criterion.sole and len(criterion.sole.operands) == 1 else None
    )
    return PlannedCriterion(position, criterion.name, question_of(tree), is_silent, fact, limit)


def _bundles(criteria: Sequence[PlannedCriterion]) -> Iterator[Bundle]:
    facts = [{check.fact for check in checks(criterion.question.tree)} for criterion in criteria]
    for positions in linked(facts):
        questions = [criteria[position].question for position in positions]
        trees = tuple(question.tree for question in questions)
        yield Bundle(tuple(positions), questions[0] if len(trees) == 1 else question_of(Join("all", trees)))


# --- money and order ------------------------------------------------------------------------------
def _amount(amount: Amount, parameters: Mapping[str, int], read_as: ReadAs) -> tuple[AmountPlan, bool]:
    """The sums with their numbers, and whether each has one: where one has not, nobody is eligible."""
    flat = _rupiah(amount.flat, parameters) if amount.flat else 0
    sums = [(component, _rupiah(component, parameters)) for component in amount.components]
    is_set = flat is not None and all(each is not None for _component, each in sums)
    order = [_component(component, each or 0, amount, read_as) for component, each in sums]
    if amount.picking == "amount":
        order.sort(key=lambda component: -component.each)  # stable: ties stay as listed
    ready = AmountPlan(
        flat=flat or 0,
        components=tuple(order),
        most=amount.most,
        groups=tuple(group.most for group in amount.groups),
        people=read_as(amount.people) if amount.people else None,
    )
    return ready, is_set


def _rupiah(component: Component, parameters: Mapping[str, int]) -> int | None:
    """What is reckoned below 0, or beyond what any engine can add up, is no sum."""
    value = resolve(component.rupiah_per_year, parameters)
    return value if value is not None and 0 <= value <= LARGEST else None


def _component(component: Component, each: int, amount: Amount, read_as: ReadAs) -> PlannedComponent:
    held = [number for number, group in enumerate(amount.groups) if component.name in group.components]
    return PlannedComponent(
        name=component.name,
        fact=read_as(component.fact),
        each=each,
        cap=component.cap,
        group=held[0] if held else None,
    )


def _need(need: Need, read_as: ReadAs) -> NeedPlan:
    beyond = fact_type(need.fact).span[1] + 1
    eased_by = tuple((read_as(fact), points, cap) for fact, points, cap in need.eased_by)
    return NeedPlan(read_as(need.fact), need.scale, need.base, beyond, eased_by)
