"""Which criteria share facts, and a bound on how much work that may make.

Facts asked more than once are tried cell by cell (see `logic.py`), so every such fact multiplies the
work. Shipped rules share nothing or one fact; the bound stops a document that would bring any engine down.
"""

from collections.abc import Iterable, Sequence, Set
from math import prod

from eligibility.rules.catalogue import fact_type
from eligibility.rules.definitions import Criterion
from eligibility.rules.reading import Node, _
from eligibility.rules.tree import Comparison, comparisons

MOST_COMBINATIONS = 4096
CUTS = {"eq": 2, "ne": 2, "between": 2}  # a number of an `in` cuts twice, an order once


def linked(facts: Sequence[Set[str]]) -> list[list[int]]:
    """The positions of `facts` in sets that share nothing with each other, in order."""
    bundles: list[tuple[list[int], Set[str]]] = []
    for position, asked in enumerate(facts):
        joined = [bundle for bundle in bundles if bundle[1] & asked]
        bundles = [bundle for bundle in bundles if not bundle[1] & asked]
        positions = [position, *(one for bundle in joined for one in bundle[0])]
        bundles.append((sorted(positions), frozenset(asked).union(*(bundle[1] for bundle in joined))))
    return sorted(positions for positions, _facts in bundles)


def refuse_entangled(node: Node, criteria: Sequence[Criterion]) -> None:
    """Refuse a document whose criteria ask so many facts so often that they cannot be answered in time."""
    for positions in linked([set(criterion.facts) for criterion in criteria]):
        asked = [one for position in positions for one in comparisons(criteria[position].condition)]
        if _combinations(asked) > MOST_COMBINATIONS:
            names = ", ".join(criteria[position].name for position in positions)
            node.refuse(_("These criteria ask the same facts too often: %(names)s."), names=names)


def _combinations(asked: Iterable[Comparison]) -> int:
    by_fact: dict[str, list[Comparison]] = {}
    for one in asked:
        by_fact.setdefault(one.fact, []).append(one)
    return prod(_cells(fact, rows) for fact, rows in by_fact.items() if len(rows) > 1)


def _cells(fact: str, asked: Iterable[Comparison]) -> int:
    """At most so many parts, whatever the parameters are."""
    low, high = fact_type(fact).span
    cuts = sum(2 * len(one.operands) if one.operator == "in" else CUTS.get(one.operator, 1) for one in asked)
    return min(high - low + 1, cuts + 1)
