"""Numbers a comparison is made with: written down, named as a parameter, or reckoned from both.

In a document: `1300`, `{parameter: power_limit_va}`, `{product: [{parameter: minimum_wage}, 2]}`
(also `sum`, `difference` and `quotient`, which drops the rest), or the text `minimum_wage * 6 // 5`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eligibility.rules.catalogue import FactType, Unit
from eligibility.rules.expression import in_the_text, read_arithmetic
from eligibility.rules.reading import DIGITS, LARGEST, Node, _

OPERATIONS = ("sum", "difference", "product", "quotient")
PLAIN = (Unit.NUMBER, Unit.PERCENT)  # may be multiplied with anything
MAX_DEPTH = 8
INTEGER = re.compile(r"\d[\d_]*")  # as an expression reads it
Units = Mapping[str, Unit | None]  # of parameters; None where the parameter itself could not be read


@dataclass(frozen=True)
class Reference:
    """A number that differs by region or date, by its name in the document's `parameters`."""

    parameter: str


@dataclass(frozen=True)
class Arithmetic:
    operation: str
    left: "Operand"
    right: "Operand"


Operand = int | bool | Reference | Arithmetic


def resolve(operand: Operand, parameters: Mapping[str, int]) -> int | bool | None:
    """The number; None while a parameter of it is missing, or where it would be divided by 0."""
    if isinstance(operand, Reference):
        return parameters.get(operand.parameter)
    if not isinstance(operand, Arithmetic):
        return operand
    left, right = (resolve(side, parameters) for side in (operand.left, operand.right))
    if left is None or right is None or (operand.operation == "quotient" and right == 0):
        return None
    return {
        "sum": lambda: left + right,
        "difference": lambda: left - right,
        "product": lambda: left * right,
        "quotient": lambda: left // right,
    }[operand.operation]()


def references(operand: Operand) -> Iterator[str]:
    """The parameters it is reckoned from."""
    if isinstance(operand, Reference):
        yield operand.parameter
    elif isinstance(operand, Arithmetic):
        yield from references(operand.left)
        yield from references(operand.right)


def read_operand(node: Node, fact: FactType, units: Units) -> Operand:
    """What a comparison of `fact` is made with, in the unit of the fact."""
    if not isinstance(node.value, dict | str) or DIGITS.fullmatch(str(node.value).strip()):
        value: int | bool = node.flag() if fact.is_flag else node.integer(low=-LARGEST)
        if not fact.admits(value):
            node.refuse(_("“%(name)s” can never have this value."), name=fact.name)
        return value
    if fact.is_flag:
        node.refuse(_("Here must be true or false."))
    operand = read_number(node, fact.unit, units)
    if isinstance(operand, int) and not fact.admits(operand):
        node.refuse(_("“%(name)s” can never have this value."), name=fact.name)
    return operand


def read_number(node: Node, unit: Unit, units: Units) -> Operand:
    """A number in `unit`, reckoned from `units`, the parameters that may be named."""
    if isinstance(node.value, str):
        if DIGITS.fullmatch(node.value.strip()) and not INTEGER.fullmatch(node.value.strip()):
            node.integer()  # says how a number is written
        inner = Node(read_arithmetic(node), node.path)
        return in_the_text(node, lambda: read_number(inner, unit, units))
    operand, found = _reckoned(node, units, 1)
    if found not in (None, unit):
        inner = node.named().get("parameter", node)
        inner.refuse(_("“%(name)s” is not measured in %(unit)s."), name=next(references(operand)), unit=unit.value)
    return operand


def _reckoned(node: Node, units: Units, depth: int) -> tuple[Operand, Unit | None]:
    """The operand and its unit; None where it is a plain number, which fits any unit."""
    if depth > MAX_DEPTH:
        node.refuse(_("Conditions may be nested %(most)d deep."), most=MAX_DEPTH)
    if not isinstance(node.value, dict):
        return node.integer(low=-LARGEST), None
    parts = node.named()
    if set(parts) == {"parameter"}:
        return _reference(parts["parameter"], units)
    if len(parts) != 1 or (operation := next(iter(parts))) not in OPERATIONS:
        node.refuse(_("Here must be a number, a parameter, or one of: %(allowed)s."), allowed=", ".join(OPERATIONS))
    sides = parts[operation].items(least=2, most=2)
    (left, left_unit), (right, right_unit) = (_reckoned(side, units, depth + 1) for side in sides)
    if operation == "quotient" and right == 0:
        sides[1].refuse(_("Nothing can be divided by 0."))
    unit = _unit(parts[operation], operation, left_unit, right_unit)
    reckoned = Arithmetic(operation, left, right)
    constant = resolve(reckoned, {})
    return (reckoned if constant is None else constant), unit


def _reference(node: Node, units: Units) -> tuple[Reference, Unit | None]:
    name = node.text()
    if name not in units:
        node.refuse(_("“%(name)s” is not among the parameters."), name=name)
    return Reference(name), None if units[name] in PLAIN else units[name]


def _unit(node: Node, operation: str, left: Unit | None, right: Unit | None) -> Unit | None:
    if operation in ("sum", "difference"):
        if left and right and left != right:
            node.refuse(_("%(left)s and %(right)s cannot be added up."), left=left.value, right=right.value)
    elif right and (left or operation == "quotient"):
        node.refuse(_("Only a plain number can multiply or divide here, not %(right)s."), right=right.value)
    return left or right
