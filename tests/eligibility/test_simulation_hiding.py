"""Small cells stay hidden: no sum of what is shown gives one away, and hidden ones together are ten or more."""

from collections.abc import Sequence

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eligibility.simulations import hiding
from eligibility.simulations.report import Effect, fingerprint
from eligibility.simulations.telling import report
from verification.fairness import FEWEST_SHOWN

COUNTS = st.sampled_from([0, 0, 1, 3, 9, 10, 12, 40, 500])
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=1, max_size=6)
)


def totals(table: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    return [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]


@settings(max_examples=150)
@given(TABLES)
@example([[3, 3, 500], [3, 3, 500]])  # two circles that one hidden total joins
def test_nothing_that_is_shown_gives_a_small_cell_away(table: list[list[int]]) -> None:
    rows, columns = totals(table)
    untold_rows, untold_columns = hiding.in_line(rows), hiding.in_line(columns)
    hidden = hiding.in_table(table, rows=untold_rows, columns=untold_columns)
    small = [(r, c) for r, row in enumerate(table) for c, count in enumerate(row) if hiding.is_small(count)]
    assert set(small) <= hidden
    if sum(rows) >= FEWEST_SHOWN:
        assert not set(small) & told(table, hidden, untold_rows, untold_columns)


def told(
    table: list[list[int]], hidden: frozenset[tuple[int, int]], rows: frozenset[int], columns: frozenset[int]
) -> set[tuple[int, int]]:
    """The hidden cells that linear algebra gets out of what is shown (totals of rows and columns among it)."""
    unknown = [*sorted(hidden), *((-1, c) for c in sorted(columns)), *((r, -1) for r in sorted(rows))]
    if not unknown:
        return set()
    sums = [("row", r) for r in range(-1, len(table))] + [("column", c) for c in range(-1, len(table[0]))]
    equations = np.array([[_sign(cell, total) for cell in unknown] for total in sums], dtype=float)
    _u, scale, directions = np.linalg.svd(equations)
    rank = int((scale > 1e-9).sum())
    free = np.abs(directions[rank:]).sum(axis=0) if rank < len(unknown) else np.zeros(len(unknown))
    return {cell for cell, freedom in zip(unknown, free, strict=True) if freedom < 1e-9 and -1 not in cell}


def _sign(cell: tuple[int, int], total: tuple[str, int]) -> int:
    """A row and its total sum to nothing; so do the totals of all rows and the (known) sum of all."""
    kind, place = total
    if cell[kind == "column"] != place:
        return 0
    return -1 if cell[kind == "row"] == -1 else 1


@given(st.lists(COUNTS, min_size=2, max_size=8))
def test_hidden_counts_of_a_line_are_ten_families_or_more_together(counts: list[int]) -> None:
    hidden = hiding.in_line(counts)
    assert {place for place, count in enumerate(counts) if hiding.is_small(count)} <= hidden
    if hidden and len(hidden) < len(counts):
        assert len(hidden) >= 2
        assert sum(counts[place] for place in hidden) >= FEWEST_SHOWN


def effect(**moves: int) -> Effect:
    """One programme in two districts; `gained=3` families of the second one, and so on."""
    codes = {"gained": (0, 1), "lost": (1, 0), "same": (1, 1)}
    counts = {"families": 150 + sum(moves.values())}
    for dimension in ("district", "head_sex", "head_age", "disability", "decile"):
        counts |= {f"size|{dimension}|a": 150, f"size|{dimension}|b": sum(moves.values())}
        counts |= {f"move|1|uji|{dimension}|a|1|1": 100, f"move|1|uji|{dimension}|a|0|0": 50}
        counts |= {
            f"move|1|uji|{dimension}|b|{codes[move][0]}|{codes[move][1]}": count for move, count in moves.items()
        }
    rate = 2_400_000
    counts["sum|1|uji|paid"] = rate * (100 + moves.get("same", 0) + moves.get("lost", 0))
    counts["sum|1|uji|due"] = rate * (100 + moves.get("same", 0) + moves.get("gained", 0))
    return report(counts, 1).drafts[0].effects[0]


def test_money_tells_no_more_than_the_counts() -> None:
    told_all = effect(gained=12, same=30)
    assert (told_all.moves["gained"], told_all.difference) == (12, 12 * 2_400_000)
    few = effect(gained=4, same=30)
    assert (few.moves["gained"], few.due, few.difference, few.after["eligible"]) == (None, None, None, None)
    assert few.before["eligible"] == 130
    assert all(row.moves["gained"] is None for table in few.tables for row in table.rows if row.group == "b")


def test_shares_need_ten_checked_families_and_bring_their_interval() -> None:
    counts = {"families": 50, "sum|1|uji|paid": 0, "size|district|a": 50, "move|1|uji|district|a|1|1": 50}
    counts |= {f"size|{one}|a": 50 for one in ("head_sex", "head_age", "disability", "decile")}
    counts |= {"known|1|uji|1|0": 2, "known|1|uji|1|1": 18, "known|1|uji|0|1": 3, "known|0|uji|1|1": 4}
    made = report(counts, 1).drafts[0].effects[0]
    leakage, missed = made.checked_after.leakage, made.checked_after.missed
    assert (leakage.n, leakage.hits, leakage.low, leakage.high) == (20, 2, 28, 301)  # Wilson, 2 of 20
    assert (missed.n, missed.hits) == (21, 3)
    assert made.checked_before.leakage.n is None


def test_the_same_numbers_have_the_same_fingerprint_in_any_order() -> None:
    assert fingerprint({"a": 1, "b": [None, "é"]}) == fingerprint({"b": [None, "é"], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
