"""The condition of a criterion: comparisons of facts joined by all, any and not. Nothing executable.

In a document: `{fact: pln.power_va, le: {parameter: power_limit_va}}`, `{fact: dtsen.decile,
between: [1, 4]}`, `{all: […]}`, `{any: […]}`, `{not: …}`; or a text that `expression.py` reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from eligibility.rules.catalogue import CATALOGUE, FactType, Unit
from eligibility.rules.expression import in_the_text, read_expression
from eligibility.rules.operands import Operand, Units, read_operand
from eligibility.rules.reading import Node, _, each

MAX_DEPTH = 8
ORDERED = ("lt", "le", "gt", "ge")
SINGLE = ("eq", "ne", *ORDERED)
OPERATORS = (*SINGLE, "between", "in")


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


def read_condition(node: Node, units: Units, depth: int = 1) -> Condition:
    """The tree at `node`; `units` are the parameters it may refer to. Raises DocumentError."""
    if depth > MAX_DEPTH:
        node.refuse(_("Conditions may be nested %(most)d deep."), most=MAX_DEPTH)
    if isinstance(node.value, str):
        written = Node(read_expression(node), node.path)
        return in_the_text(node, lambda: read_condition(written, units))
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


def _comparison(node: Node, parts: dict[str, Node], units: Units) -> Comparison:
    fact = read_fact(parts.pop("fact"))
    if len(parts) != 1 or (operator := next(iter(parts))) not in OPERATORS:
        node.refuse(_("A comparison has one fact and one of: %(allowed)s."), allowed=", ".join(OPERATORS))
    if fact.is_flag and operator not in ("eq", "ne"):
        node.refuse(_("“%(name)s” is true or false: use eq or ne."), name=fact.name)
    argument = parts[operator]
    if operator in SINGLE:
        return Comparison(fact.name, operator, (read_operand(argument, fact, units),))
    least, most = (2, 2) if operator == "between" else (1, 60)
    operands = each(argument.items(least=least, most=most), lambda item: read_operand(item, fact, units))
    _refuse_empty_range(argument, operator, operands)
    return Comparison(fact.name, operator, operands)


def _refuse_empty_range(node: Node, operator: str, operands: tuple[Operand, ...]) -> None:
    if operator == "between":
        low, high = operands
        if isinstance(low, int) and isinstance(high, int) and low > high:
            node.refuse(_("The lower end is above the upper end."))


def read_count(node: Node) -> str:
    """The name of a fact that counts people."""
    fact = read_fact(node)
    if fact.unit != Unit.PERSONS:
        node.refuse(_("“%(name)s” does not count people."), name=fact.name)
    return fact.name
