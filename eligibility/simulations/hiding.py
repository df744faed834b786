"""Cells of fewer than ten families are hidden, with as many others as it takes that no total tells them.

A hidden cell is safe when sums do not give it away. Seen as a graph, with the rows and columns of a
table (its totals among them) as points and every hidden cell as an edge between them, a hidden cell
can be worked out exactly when its edge lies on no circle. So cells are hidden, the smallest first, until
every edge does; and the hidden cells of a row or column whose total is shown are ten families or more
together, so that they are not nearly told either.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set

from verification.fairness import FEWEST_SHOWN

Cell = tuple[int, int]
Point = tuple[str, int]
TOTALS = -1  # the row of column totals, the column of row totals


def is_small(count: int) -> bool:
    return 0 < count < FEWEST_SHOWN


def shown(count: int) -> int | None:
    return None if is_small(count) else count


def is_beside(count: int, others: Iterable[int | None]) -> bool:
    """Whether a number that is shown elsewhere differs from this one by fewer than ten families."""
    return any(other is not None and is_small(abs(count - other)) for other in others)


def in_line(counts: Sequence[int], also: Set[int] = frozenset()) -> frozenset[int]:
    """The places to hide in a row of counts whose sum is known; those of `also` for a reason of their own."""
    hidden = {place for place, count in enumerate(counts) if is_small(count)} | also
    while hidden and (len(hidden) == 1 or sum(counts[place] for place in hidden) < FEWEST_SHOWN):
        visible = [place for place in range(len(counts)) if place not in hidden]
        if not visible:
            break
        hidden.add(min(visible, key=lambda place: (counts[place] == 0, counts[place])))
    return frozenset(hidden)


def in_table(
    counts: Sequence[Sequence[int]], *, rows: Set[int], columns: Set[int], also: Set[Cell] = frozenset()
) -> frozenset[Cell]:
    """The cells to hide in a table whose totals are shown, except those of `rows` and of `columns`.

    Those of `also` are hidden for a reason of their own.
    """
    every = [(row, column) for row, line in enumerate(counts) for column in range(len(line))]
    hidden = {cell for cell in every if is_small(counts[cell[0]][cell[1]])} | also
    while helpful := next(_helpful(counts, hidden, rows, columns), None):
        hidden.add(min(helpful, key=lambda cell: (counts[cell[0]][cell[1]] == 0, counts[cell[0]][cell[1]], cell)))
    return frozenset(hidden)


def _helpful(
    counts: Sequence[Sequence[int]], hidden: Set[Cell], rows: Set[int], columns: Set[int]
) -> Iterator[list[Cell]]:
    """For each weak spot that is left, the cells of which one must be hidden too."""
    every = [(row, column) for row, line in enumerate(counts) for column in range(len(line))]
    visible = [cell for cell in every if cell not in hidden]
    for axis, untold in ((0, rows), (1, columns)):
        sums: defaultdict[int, int] = defaultdict(int)
        for cell in hidden:
            sums[cell[axis]] += counts[cell[0]][cell[1]]
        for place in sorted(sums.keys() - untold):
            if sums[place] < FEWEST_SHOWN and (rest := [cell for cell in visible if cell[axis] == place]):
                yield rest
    edges = [*hidden, *((TOTALS, column) for column in columns), *((row, TOTALS) for row in rows)]
    for side in _told(edges):
        closing = [cell for cell in visible if (("row", cell[0]) in side) != (("column", cell[1]) in side)]
        joined = [cell for cell in closing if {("row", cell[0]), ("column", cell[1])} <= _points(edges)]
        if joined or closing:
            yield joined or closing


def _told(edges: Iterable[Cell]) -> Iterator[set[Point]]:
    """For each edge that lies on no circle: the points on one side of it."""
    known = sorted(edges)
    for edge in known:
        start: Point = ("row", edge[0])
        side = _reached(start, [other for other in known if other != edge])
        if ("column", edge[1]) not in side:
            yield side


def _reached(start: Point, edges: Iterable[Cell]) -> set[Point]:
    beside: defaultdict[Point, list[Point]] = defaultdict(list)
    for row, column in edges:
        beside["row", row].append(("column", column))
        beside["column", column].append(("row", row))
    found, due = {start}, [start]
    while due:
        new = [point for point in beside[due.pop()] if point not in found]
        found.update(new)
        due += new
    return found


def _points(edges: Iterable[Cell]) -> set[Point]:
    return {point for row, column in edges for point in (("row", row), ("column", column))}
