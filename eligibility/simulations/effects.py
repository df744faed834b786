"""What one draft does to one programme, in numbers that may be told.

What the counts of a programme hide, its money and its sums after the draft hide as well: one family more at
a known rate is a family counted. Where drafts of the same programme stand beside each other, the later one
hides what differs by fewer than ten families from what an earlier one shows.
"""

from collections.abc import Mapping, Sequence, Set

from eligibility.simulations import hiding, lines, sums
from eligibility.simulations.keys import Counts, key
from eligibility.simulations.report import ANSWERS, MOVE_OF, MOVES, Count, Effect, Places, Row, Table
from eligibility.simulations.standing import Quota
from eligibility.simulations.tally import DIMENSIONS

Moves = Mapping[str, Count]
Groups = tuple[frozenset[int], ...]

# The nine pairs of answers, and the sums of them that are shown.
CELLS = tuple(MOVE_OF)
EVERYBODY = frozenset(range(len(CELLS)))
BY_MOVE: Groups = tuple(frozenset(at for at in EVERYBODY if MOVE_OF[CELLS[at]] == move) for move in MOVES)
BEFORE, AFTER = (
    tuple(frozenset(at for at in EVERYBODY if CELLS[at][side] == code) for code in ANSWERS.values()) for side in (0, 1)
)
MOVED = MOVES[:-1]  # the last is what is left: it differs by few where the others do, or means nothing
NUMBERS = ("paid", "due", "more", "less", "reordered")
FIT_BOTH = CELLS.index((ANSWERS["eligible"], ANSWERS["eligible"]))


def effect(
    counts: Counts, number: int, programme: str, earlier: Sequence[Effect], known: Sequence[Moves], quota: Quota | None
) -> Effect:
    """`earlier`: of other drafts; `known`: moves of the same families that are shown elsewhere."""
    cells = _cells(counts, number, programme)
    before, after = (_answers(cells, groups) for groups in (BEFORE, AFTER))
    hidden = _hidden_moves(cells, before, [*known, *(one.moves for one in earlier)])
    is_told = not hidden and _may_tell(cells, before, after, earlier)
    money = {name: counts.get(key("sum", number, programme, name), 0) for name in NUMBERS}
    raises = _hidden_raises(cells[FIT_BOTH], money["more"], money["less"], earlier)
    paid = money["paid"] if before["eligible"] is not None else None
    due = money["due"] if is_told and not raises and after["eligible"] is not None else None
    near = lines.near(counts, 0, programme, [])
    placed_before = _placed(counts, 0, programme, quota, paid, [])
    placed_after = _placed(
        counts, number, programme, quota, due, [placed_before, *(one.places_after for one in earlier)]
    )
    return Effect(
        programme=programme,
        before=before,
        after=after if is_told else dict.fromkeys(after),
        moves={move: None if at in hidden else _total(cells, BY_MOVE[at]) for at, move in enumerate(MOVES)},
        paid=paid,
        due=due,
        more=None if 0 in raises else money["more"],
        less=None if 1 in raises else money["less"],
        reordered=_reordered(cells[FIT_BOTH], money["reordered"], earlier),
        tables=tuple(
            _table(counts, number, programme, dimension, hidden, [one.tables[at] for one in earlier])
            for at, dimension in enumerate(DIMENSIONS)
        ),
        near_before=near,
        near_after=lines.near(counts, number, programme, [near, *(one.near_after for one in earlier)]),
        checked_before=lines.checked(counts, 0, programme),
        checked_after=lines.checked(counts, number, programme),
        places=quota.places if quota else None,
        places_before=placed_before,
        places_after=placed_after,
    )


# --- everybody ------------------------------------------------------------------------------------
def _cells(counts: Counts, number: int, programme: str) -> list[int]:
    groups = _groups(counts, DIMENSIONS[0])
    where = key("move", number, programme, DIMENSIONS[0])
    return [sum(counts.get(key(where, group, *cell), 0) for group in groups) for cell in CELLS]


def _groups(counts: Counts, dimension: str) -> list[str]:
    found = (name.split("|")[2] for name in counts if name.startswith(key("size", dimension, "")))
    return sorted(found, key=lambda group: (not group.isdigit(), int(group) if group.isdigit() else 0, group))


def _total(cells: Sequence[int], group: Set[int]) -> int:
    return sum(cells[at] for at in group)


def _answers(cells: Sequence[int], groups: Groups) -> dict[str, Count]:
    """Families by answer; one that is too small takes another with it."""
    totals = [_total(cells, group) for group in groups]
    hidden = hiding.in_line(totals)
    return {
        answer: None if at in hidden else total for at, (answer, total) in enumerate(zip(ANSWERS, totals, strict=True))
    }


def _hidden_moves(cells: Sequence[int], before: Mapping[str, Count], elsewhere: Sequence[Moves]) -> frozenset[int]:
    """The moves to hide: small ones, those beside another draft's, and what `before` would make of the rest."""
    totals = [_total(cells, group) for group in BY_MOVE]
    beside = {at for at, move in enumerate(MOVED) if hiding.is_beside(totals[at], (one[move] for one in elsewhere))}
    hidden = hiding.in_line(totals, beside)
    while len(hidden) < len(MOVES):
        visible = [at for at in range(len(MOVES)) if at not in hidden]
        if not sums.tell_few(cells, [EVERYBODY, *_told(before, BEFORE), *(BY_MOVE[at] for at in visible)]):
            break
        hidden = hiding.in_line(totals, hidden | {min(visible, key=lambda at: (not totals[at], totals[at]))})
    return hidden


def _told(answers: Mapping[str, Count], groups: Groups) -> list[frozenset[int]]:
    return [group for group, count in zip(groups, answers.values(), strict=True) if count is not None]


def _may_tell(
    cells: Sequence[int], before: Mapping[str, Count], after: Mapping[str, Count], earlier: Sequence[Effect]
) -> bool:
    """Whether the answers after the draft, beside those before it and all moves, point at nobody."""
    if any(
        hiding.is_beside(count, (other.after[answer] for other in earlier))
        for answer, count in after.items()
        if count is not None
    ):
        return False
    return not sums.tell_few(cells, [EVERYBODY, *_told(before, BEFORE), *_told(after, AFTER), *BY_MOVE])


def _hidden_raises(fit_both: int, more: int, less: int, earlier: Sequence[Effect]) -> frozenset[int]:
    """Of those who receive more (0), less (1) and the same (2): which to hide."""
    beside = {0} if hiding.is_beside(more, (one.more for one in earlier)) else set[int]()
    beside |= {1} if hiding.is_beside(less, (one.less for one in earlier)) else set()
    return hiding.in_line([more, less, fit_both - more - less], beside)


def _reordered(fit_both: int, reordered: int, earlier: Sequence[Effect]) -> Count:
    beside = {0} if hiding.is_beside(reordered, (one.reordered for one in earlier)) else set[int]()
    return None if 0 in hiding.in_line([reordered, fit_both - reordered], beside) else reordered


def _placed(
    counts: Counts, world: int, programme: str, quota: Quota | None, cost: Count, earlier: Sequence[Places | None]
) -> Places | None:
    """Told only where the `cost` of everybody who fits is: a quota that is enough costs as much."""
    if quota is None or cost is None:
        return None
    return lines.places(counts, world, programme, quota, earlier=[one for one in earlier if one is not None])


# --- groups ---------------------------------------------------------------------------------------
def _table(
    counts: Counts,
    number: int,
    programme: str,
    dimension: str,
    hidden_totals: frozenset[int],
    earlier: Sequence[Table],
) -> Table:
    groups = _groups(counts, dimension)
    where = key("move", number, programme, dimension)
    cells = [
        [sum(counts.get(key(where, group, *CELLS[at]), 0) for at in places) for places in BY_MOVE] for group in groups
    ]
    sizes = [counts[key("size", dimension, group)] for group in groups]
    rows = hiding.in_line(sizes)
    beside = {
        (place, at)
        for place in range(len(groups))
        for at, move in enumerate(MOVED)
        if hiding.is_beside(cells[place][at], (table.rows[place].moves[move] for table in earlier))
    }
    hidden = hiding.in_table(cells, rows=rows, columns=hidden_totals, also=beside)
    return Table(
        dimension,
        tuple(
            Row(
                group,
                None if place in rows else sizes[place],
                {move: None if (place, at) in hidden else cells[place][at] for at, move in enumerate(MOVES)},
            )
            for place, group in enumerate(groups)
        ),
    )
