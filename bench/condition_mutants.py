"""What could be wrong in one condition: operator, number, logic, and the fact that is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from eligibility.rules.catalogue import fact_type
from eligibility.rules.operands import Arithmetic, Operand
from eligibility.rules.tree import SINGLE, All, AnyOf, Comparison, Condition, Not

T = TypeVar("T")
Change = tuple[str, str, T]  # kind, words, the changed thing
ARITHMETIC = ("sum", "difference", "product", "quotient")


def of_condition(condition: Condition, neighbours: Mapping[str, str]) -> Iterator[Change[Condition]]:
    """`neighbours`: for a fact the one that could be asked by mistake."""
    if isinstance(condition, Comparison):
        yield from _of_comparison(condition, neighbours)
    elif isinstance(condition, Not):
        yield "logic", "a “not” is gone", condition.part
        for kind, words, part in of_condition(condition.part, neighbours):
            yield kind, words, Not(part)
    else:
        yield from _of_join(condition, neighbours)


def _of_join(condition: All | AnyOf, neighbours: Mapping[str, str]) -> Iterator[Change[Condition]]:
    parts = condition.parts
    other = AnyOf if isinstance(condition, All) else All
    if len(parts) > 1:
        yield "logic", "“all” and “any” changed places", other(parts)
    for place, part in enumerate(parts):
        before, after = parts[:place], parts[place + 1 :]
        if len(parts) > 1:
            yield "logic", f"part {place + 1} is gone", replace(condition, parts=before + after)
        yield "logic", f"part {place + 1} is turned around", replace(condition, parts=(*before, Not(part), *after))
        for kind, words, new in of_condition(part, neighbours):
            yield kind, f"part {place + 1}: {words}", replace(condition, parts=(*before, new, *after))


def _of_comparison(one: Comparison, neighbours: Mapping[str, str]) -> Iterator[Change[Condition]]:
    kind = fact_type(one.fact)
    if one.operator in SINGLE:
        for operator in ("eq", "ne") if kind.is_flag else SINGLE:
            if operator != one.operator:
                yield "operator", f"{one.fact}: {operator} instead of {one.operator}", replace(one, operator=operator)
    for place, operand in enumerate(one.operands):
        before, after = one.operands[:place], one.operands[place + 1 :]
        for words, new in of_operand(operand):
            yield "threshold", f"{one.fact}: {words}", replace(one, operands=(*before, new, *after))
        if one.operator == "in" and len(one.operands) > 1:
            yield "threshold", f"{one.fact}: one value is gone", replace(one, operands=before + after)
    if one.fact in neighbours:
        yield "fact", f"asks {neighbours[one.fact]} instead of {one.fact}", replace(one, fact=neighbours[one.fact])


def of_operand(operand: Operand) -> Iterator[tuple[str, Operand]]:
    """A number one off, a flag turned, another operation; a parameter is changed where it is defined."""
    if isinstance(operand, bool):
        yield f"{not operand} instead of {operand}", not operand
    elif isinstance(operand, int):
        for number in (operand - 1, operand + 1):
            yield f"{number} instead of {operand}", number
    elif isinstance(operand, Arithmetic):
        yield from _of_arithmetic(operand)


def _of_arithmetic(reckoned: Arithmetic) -> Iterator[tuple[str, Operand]]:
    for operation in ARITHMETIC:
        if operation != reckoned.operation:
            yield f"{operation} instead of {reckoned.operation}", replace(reckoned, operation=operation)
    for words, left in of_operand(reckoned.left):
        yield words, replace(reckoned, left=left)
    for words, right in of_operand(reckoned.right):
        yield words, replace(reckoned, right=right)
