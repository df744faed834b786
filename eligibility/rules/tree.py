"""The condition of a criterion: comparisons of facts joined by all, any and not. Nothing executable.

In a document: `{fact: pln.power_va, le: {parameter: power_limit_va}}`, `{fact: dtsen.decile,
between: [1, 4]}`, `{all: […]}`, `{any: […]}`, `{not: …}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eligibility.rules.catalogue import CATALOGUE, FactType, Unit
from eligibility.rules.reading import Node, _, each

MAX_DEPTH = 8
ORDERED = ("lt", "le", "gt", "ge")
SINGLE = ("eq", "ne", *ORDERED)
OPERATORS = (*SINGLE, "between", "in")


@dataclass(frozen=True)
class Reference:
    """A number that differs by region or date, by its name in the document's `parameters`."""

    parameter: str


Operand = int | bool | Reference


@dataclass(frozen=True)
class Comparison:
    """`operands`: one for eq … ge, two for between (both ends included), any number for in."""

    fact: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class All:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    part: "Condition"


Condition = Comparison | All | AnyOf | Not


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison of the tree, left to right."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Not):
        yield from comparisons(condition.part)
    else:
        for part in condition.parts:
            yield from comparisons(part)


def read_condition(node: Node, units: Mapping[str, Unit], depth: int = 1) -> Condition:
    """The tree at `node`; `units` are the parameters it may refer to. Raises DocumentError."""
    if depth > MAX_DEPTH:
        node.refuse(_("Conditions may be nested %(most)d deep."), most=MAX_DEPTH)
    parts = node.named()
    if "fact" in parts:
        return _comparison(node, parts, units)
    if len(parts) != 1 or (kind := next(iter(parts))) not in ("all", "any", "not"):
        node.refuse(_("A condition is a comparison of a fact, or one of all, any, not."))
    if kind == "not":
        return Not(read_condition(parts["not"], units, depth + 1))
    inner = each(parts[kind].items(least=1), lambda item: read_condition(item, units, depth + 1))
    return All(inner) if kind == "all" else AnyOf(inner)


def read_fact(node: Node) -> FactType:
    name = node.text(most=60)
    if name not in CATALOGUE:
        node.refuse(_("“%(name)s” is not a fact of the catalogue."), name=name)
    return CATALOGUE[name]


def _comparison(node: Node, parts: dict[str, Node], units: Mapping[str, Unit]) -> Comparison:
    fact = read_fact(parts.pop("fact"))
    if len(parts) != 1 or (operator := next(iter(parts))) not in OPERATORS:
        node.refuse(_("A comparison has one fact and one of: %(allowed)s."), allowed=", ".join(OPERATORS))
    if fact.is_flag and operator not in ("eq", "ne"):
        node.refuse(_("“%(name)s” is true or false: use eq or ne."), name=fact.name)
    argument = parts[operator]
    if operator in SINGLE:
        return Comparison(fact.name, operator, (_operand(argument, fact, units),))
    least, most = (2, 2) if operator == "between" else (1, 60)
    operands = each(argument.items(least=least, most=most), lambda item: _operand(item, fact, units))
    _refuse_empty_range(argument, operator, operands)
    return Comparison(fact.name, operator, operands)


def _refuse_empty_range(node: Node, operator: str, operands: tuple[Operand, ...]) -> None:
    if operator == "between":
        low, high = operands
        if isinstance(low, int) and isinstance(high, int) and low > high:
            node.refuse(_("The lower end is above the upper end."))


def _operand(node: Node, fact: FactType, units: Mapping[str, Unit]) -> Operand:
    if isinstance(node.value, dict):
        name = node.mapping(["parameter"])["parameter"]
        if name.text() not in units:
            name.refuse(_("“%(name)s” is not among the parameters."), name=name.value)
        if units[name.text()] != fact.unit:
            name.refuse(_("“%(name)s” is not measured in %(unit)s."), name=name.value, unit=fact.unit.value)
        return Reference(name.text())
    value: int | bool = node.flag() if fact.is_flag else node.integer(low=-(10**15))
    if not fact.admits(value):
        node.refuse(_("“%(name)s” can never have this value."), name=fact.name)
    return value
