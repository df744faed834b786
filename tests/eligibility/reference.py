"""The meaning of a condition, written a second time and as plainly as possible, to check engines against."""

import operator
from collections.abc import Mapping
from typing import Any

from eligibility.rules.operands import resolve
from eligibility.rules.tree import All, Comparison, Condition, Not

ORDER = {name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")}


def truth(condition: Condition, values: Mapping[str, Any], parameters: Mapping[str, int]) -> bool | None:
    """True, False, or None where a parameter or a fact is missing and would matter (Kleene)."""
    if isinstance(condition, Comparison):
        value = values.get(condition.fact)
        operands = [resolve(one, parameters) for one in condition.operands]
        return _compare(condition.operator, value, operands)
    if isinstance(condition, Not):
        inner = truth(condition.part, values, parameters)
        return None if inner is None else not inner
    found = [truth(part, values, parameters) for part in condition.parts]
    return _all(found) if isinstance(condition, All) else _any(found)


def _compare(name: str, value: Any, operands: list[Any]) -> bool | None:
    if name == "in":
        return _any([_compare("eq", value, [one]) for one in operands])
    if name == "between":
        return _all([_compare("ge", value, operands[:1]), _compare("le", value, operands[1:])])
    if value is None or operands[0] is None:
        return None
    return bool(ORDER[name](value, operands[0]))


def _all(found: list[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _any(found: list[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False
