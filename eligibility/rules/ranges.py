"""Sets of whole numbers as ranges: ascending, disjoint, both ends included."""

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]


def merged(pieces: Iterable[tuple[int, int]]) -> Ranges:
    """The same numbers in as few ranges as possible; a piece whose end lies before its beginning is empty."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(piece for piece in pieces if piece[0] <= piece[1]):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def within(ranges: Iterable[tuple[int, int]], low: int, high: int) -> Ranges:
    """What of `ranges` lies between `low` and `high`."""
    return merged((max(low, start), min(high, end)) for start, end in ranges)


def intersection(left: Ranges, right: Ranges) -> Ranges:
    return merged((max(a, c), min(b, d)) for a, b in left for c, d in right)


def complement(ranges: Ranges, low: int, high: int) -> Ranges:
    """The numbers between `low` and `high` that `ranges`, which lie between them, leave out."""
    ends = [low - 1, *(end for _start, end in ranges)]
    starts = [*(start for start, _end in ranges), high + 1]
    return merged((end + 1, start - 1) for end, start in zip(ends, starts, strict=True))


def holds(ranges: Ranges, number: int) -> bool:
    return any(low <= number <= high for low, high in ranges)
