"""What sums over groups tell of other groups: what can be added and subtracted from them, exactly.

Families stand in groups of which none is shown by itself, only sums over some of them, such as all that fit
before. A sum of other groups can be worked out when its indicator is a combination of theirs.
"""

from collections.abc import Iterable, Sequence, Set
from fractions import Fraction
from itertools import combinations

from verification.fairness import FEWEST_SHOWN

Row = list[Fraction]


def tell_few(counts: Sequence[int], told: Iterable[Set[int]]) -> bool:
    """Whether the sums of `counts` over each of `told` give away that fewer than ten families are somewhere.

    A sum of nobody tells that each of its groups has nobody.
    """
    basis = _basis(_row(len(counts), group) for group in _spelt_out(counts, told))
    return any(not any(_reduced(_row(len(counts), few), basis)) for few in _few(counts))


def _spelt_out(counts: Sequence[int], told: Iterable[Set[int]]) -> Iterable[Set[int]]:
    for group in told:
        if any(counts[place] for place in group):
            yield group
        else:
            yield from ({place} for place in group)


def _few(counts: Sequence[int]) -> Iterable[Set[int]]:
    """Every union of groups that has fewer than ten families, and somebody."""
    low = [place for place, count in enumerate(counts) if count < FEWEST_SHOWN]
    for size in range(1, len(low) + 1):
        for places in combinations(low, size):
            if 0 < sum(counts[place] for place in places) < FEWEST_SHOWN:
                yield set(places)


def _row(length: int, group: Set[int]) -> Row:
    return [Fraction(place in group) for place in range(length)]


def _basis(rows: Iterable[Row]) -> list[tuple[int, Row]]:
    """Rows that say the same as all of them, each with the place of its first number, which is 1."""
    found: list[tuple[int, Row]] = []
    for row in rows:
        rest = _reduced(row, found)
        first = next((place for place, number in enumerate(rest) if number), None)
        if first is not None:
            found.append((first, [number / rest[first] for number in rest]))
    return found


def _reduced(row: Row, basis: Sequence[tuple[int, Row]]) -> Row:
    """What is left of a row when all that the basis says is taken from it; nothing when it follows."""
    for first, known in basis:
        if times := row[first]:
            row = [number - times * other for number, other in zip(row, known, strict=True)]
    return row
