"""What a report tells of one programme, taken together, points at nobody: no difference of shown numbers is small."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eligibility.populations.columns import NO, OPEN, YES
from eligibility.simulations import tally
from eligibility.simulations.report import ANSWERS, MOVE_OF, Effect, Line, Places, Report
from eligibility.simulations.standing import Quota
from eligibility.simulations.telling import report
from verification.fairness import FEWEST_SHOWN

Cells = Mapping[tuple[int, int], int]
FEW = range(1, FEWEST_SHOWN)
RATE = 1_000_000


def counted(*drafts: Cells, **more: int) -> dict[str, int]:
    """A tally of one group in which families move as said, by answer before and after; `more` with `__` for `|`."""
    counts = {"families": sum(drafts[0].values())}
    for number, cells in enumerate(drafts, start=1):
        for dimension in tally.DIMENSIONS:
            counts[f"size|{dimension}|a"] = sum(cells.values())
            counts |= {f"move|{number}|uji|{dimension}|a|{was}|{now}": count for (was, now), count in cells.items()}
        counts[f"sum|{number}|uji|paid"] = RATE * sum(count for (was, _now), count in cells.items() if was == YES)
        counts[f"sum|{number}|uji|due"] = RATE * sum(count for (_was, now), count in cells.items() if now == YES)
    return counts | {name.replace("__", "|"): count for name, count in more.items()}


def told(counts: Mapping[str, int], drafts: int = 1) -> list[Effect]:
    return [outlook.effects[0] for outlook in report(counts, drafts).drafts]


def test_what_changes_between_two_answers_is_not_told_by_the_sums_before_and_after() -> None:
    """423 fit now, 430 then, 30 gain, 20 lose, 20 need checking: 3 of these fitted."""
    cells = {(YES, YES): 400, (YES, NO): 20, (YES, OPEN): 3, (NO, YES): 30, (NO, OPEN): 17, (NO, NO): 500}
    (effect,) = told(counted(cells))
    assert (effect.before["eligible"], effect.moves["gained"], effect.moves["to_check"]) == (423, 30, 20)
    assert (set(effect.after.values()), effect.due, effect.difference) == ({None}, None, None)


def test_the_few_who_stay_are_not_told_by_those_who_lose() -> None:
    """Of 423 who fit, 420 lose: 3 stay."""
    (effect,) = told(counted({(YES, YES): 3, (YES, NO): 420, (NO, NO): 500}))
    assert (effect.before["eligible"], effect.moves["lost"], effect.due) == (423, None, None)


def test_with_no_small_group_everything_is_told() -> None:
    (effect,) = told(counted({(YES, YES): 400, (YES, NO): 20, (NO, YES): 30, (NO, NO): 500}))
    assert (effect.after["eligible"], effect.moves["lost"], effect.due) == (430, 20, 430 * RATE)


CELLS = st.fixed_dictionaries({cell: st.sampled_from([0, 0, 0, 2, 7, 12, 30, 500]) for cell in MOVE_OF})


@settings(max_examples=60)
@given(CELLS)
@example(dict.fromkeys(MOVE_OF, 12) | {(OPEN, YES): 1})
def test_no_group_of_answers_follows_from_what_is_shown(cells: dict[tuple[int, int], int]) -> None:
    if sum(cells.values()) < FEWEST_SHOWN:
        return
    (effect,) = told(counted(cells))
    known = [np.ones(len(cells))] + [_indicator(cells, group) for group in _shown(effect)]
    known += [row for sums in list(known) if not sums @ list(cells.values()) for row in np.diag(sums) if row.any()]
    for group in _few(cells):
        assert np.linalg.matrix_rank(known) < np.linalg.matrix_rank([*known, _indicator(cells, group)])


def _shown(effect: Effect) -> list[set[tuple[int, int]]]:
    moves = [{cell for cell in MOVE_OF if MOVE_OF[cell] == move} for move in _told(effect.moves)]
    before, after = (
        [{cell for cell in MOVE_OF if cell[side] == ANSWERS[answer]} for answer in _told(answers)]
        for side, answers in enumerate((effect.before, effect.after))
    )
    return [*moves, *before, *after]


def _told(counts: Mapping[str, int | None]) -> list[str]:
    return [name for name, count in counts.items() if count is not None]


def _indicator(cells: Cells, group: set[tuple[int, int]]) -> "np.ndarray":
    return np.array([float(cell in group) for cell in cells])


def _few(cells: Cells) -> list[set[tuple[int, int]]]:
    low = [cell for cell, count in cells.items() if count < FEWEST_SHOWN]
    groups = [set(group) for size in range(1, len(low) + 1) for group in combinations(low, size)]
    return [group for group in groups if sum(cells[cell] for cell in group) in FEW]


# --- the line -------------------------------------------------------------------------------------
def near(**counts: int) -> Line:
    """`gain=18, gain__decile=15` and so on, in the rules in force."""
    cells = {(YES, YES): 400, (NO, NO): 500}
    named = {name.replace("__", "|"): count for name, count in counts.items()}
    found = {
        f"near|0|uji|{way}" + (f"|{line}|{line}.fact|1" if line else ""): count
        for name, count in named.items()
        for way, _, line in [name.partition("|")]
    }
    return told(counted(cells) | found)[0].near_before


def by_line(line: Line, way: str) -> dict[str, int | None]:
    return {one.criterion: getattr(one, way) for one in line.each}


def test_lines_that_add_up_to_the_total_hide_another_with_a_small_one() -> None:
    found = near(gain=58, gain__decile=15, gain__power=3, gain__wage=40)
    assert (found.gain, by_line(found, "gain")) == (58, {"decile": None, "power": None, "wage": 40})
    assert near(gain=55, gain__decile=15, gain__wage=40).gain == 55


def test_a_family_may_stand_at_several_lines_so_a_hidden_one_hides_the_total() -> None:
    found = near(lose=58, lose__decile=15, lose__power=3, lose__wage=40)
    assert (found.lose, by_line(found, "lose")["power"]) == (None, None)
    assert near(lose=40, lose__decile=15, lose__wage=40).lose == 40


def test_those_at_no_other_line_are_not_told_by_the_total() -> None:
    """43 at any line, 40 at the first: 3 at the second only, though 20 stand there."""
    assert near(lose=43, lose__decile=20, lose__wage=40).lose is None


def test_one_line_before_and_after_does_not_tell_who_came_to_it() -> None:
    cells = {(YES, YES): 400, (NO, NO): 500}
    lines = {f"near|{world}|uji|gain|decile|dtsen.decile|4": count for world, count in ((0, 30), (1, 33))}
    totals = {f"near|{world}|uji|gain": count for world, count in ((0, 30), (1, 33))}
    (effect,) = told(counted(cells) | lines | totals)
    assert (by_line(effect.near_before, "gain"), effect.near_before.gain) == ({"decile": 30}, 30)
    assert (by_line(effect.near_after, "gain"), effect.near_after.gain) == ({"decile": None}, None)


# --- two programmes, two drafts -------------------------------------------------------------------
def overlap(both: int, one: int, other: int) -> tuple[int | None, int | None]:
    """Families of 1,000 that fit both programmes, told where so many fit each."""
    fits = {f"fits|{world}|{code}": count for world in (0, 1) for code, count in (("lain", other), ("uji", one))}
    counts = counted({(YES, YES): one, (NO, NO): 1000 - one}) | fits
    found: Report = report(counts | {"both|0|lain|uji": both, "both|1|lain|uji": both}, 1)
    return found.drafts[0].overlaps[0].before, found.drafts[0].overlaps[0].after


@pytest.mark.parametrize(
    ("both", "one", "other", "is_told"),
    [
        (420, 423, 700, False),  # 3 fit one programme only
        (420, 700, 423, False),
        (415, 710, 700, False),  # 5 fit neither
        (420, 420, 700, True),
        (400, 423, 700, True),
        (4, 423, 300, False),
    ],
)
def test_an_overlap_tells_of_no_few_who_fit_one_programme_or_none(
    both: int, one: int, other: int, is_told: bool
) -> None:
    assert overlap(both, one, other) == ((both, both) if is_told else (None, None))


def drafts(first: Sequence[int], second: Sequence[int]) -> list[Effect]:
    """Two drafts of one programme by how many gain, lose and stay, of 1,000."""
    made = [
        {(NO, YES): gained, (YES, NO): lost, (YES, YES): 400 - lost, (NO, NO): 600 - gained}
        for gained, lost in (first, second)
    ]
    return told(counted(*made), 2)


def test_drafts_that_differ_by_few_families_do_not_point_at_them() -> None:
    first, second = drafts((30, 20), (33, 20))
    assert (first.moves["gained"], first.after["eligible"], first.due) == (30, 410, 410 * RATE)
    assert (second.moves["gained"], second.after["eligible"], second.due) == (None, None, None)
    assert all(row.moves["gained"] is None for table in second.tables for row in table.rows)
    apart = drafts((30, 20), (60, 20))
    assert (apart[1].moves["gained"], apart[1].after["eligible"], apart[1].due) == (60, 440, 440 * RATE)


def test_who_stands_elsewhere_in_the_order_of_need_is_counted_and_few_are_not_told() -> None:
    cells = {(YES, YES): 400, (NO, NO): 500}
    for count, is_told in ((40, True), (400, True), (0, True), (4, False), (396, False)):
        (effect,) = told(counted(cells, sum__1__uji__reordered=count))
        assert effect.reordered == (count if is_told else None)


def within_quota(places: int, *needs: dict[int, int]) -> tuple[Places | None, Places | None]:
    """Of 400 families who fit before and after, so many have each need; by the rules in force, and by the draft."""
    stands = {
        f"{name}|{world}|uji|0|{need}": count * times
        for world, counts in enumerate(needs)
        for need, count in counts.items()
        for name, times in (("stand", 1), ("stood", RATE))
    }
    counts = counted({(YES, YES): 400, (NO, NO): 500}) | stands
    (effect,) = (one.effects[0] for one in report(counts, 1, quotas={"uji": Quota(places)}).drafts)
    assert effect.places == places
    return effect.places_before, effect.places_after


def test_within_a_quota_it_is_told_who_would_receive_and_wait_and_what_the_lot_decides() -> None:
    before, after = within_quota(250, {10: 200, 20: 200}, {1: 150, 2: 130, 3: 120})
    assert before == Places(receive=250, wait=150, tied=200, contested=50, rupiah=250 * RATE)
    assert after == Places(receive=250, wait=150, tied=130, contested=100, rupiah=250 * RATE)


@pytest.mark.parametrize(
    ("places", "needs"),
    [
        (204, {10: 200, 20: 200}),  # 4 places for 200 families
        (396, {10: 5, 20: 390, 30: 5}),  # 4 wait: nothing is told
        (205, {10: 200, 20: 9, 30: 191}),  # 9 families for 5 places
        (20, {10: 5, 20: 395}),  # 5 are sure
    ],
)
def test_few_at_the_line_are_not_told(places: int, needs: dict[int, int]) -> None:
    for one in within_quota(places, needs, needs):
        assert one is None or (one.tied, one.contested) == (None, None)


def test_few_who_come_to_the_line_by_a_draft_are_not_told() -> None:
    before, after = within_quota(250, {10: 200, 20: 200}, {10: 200, 20: 195, 30: 5})
    assert before is not None
    assert after is not None
    assert (before.tied, after.tied, after.receive) == (200, None, 250)


def test_what_another_report_of_these_families_shows_counts_as_well() -> None:
    counts = counted({(NO, YES): 33, (YES, YES): 400, (NO, NO): 567})
    known = {"uji": [{"gained": 30, "lost": 0, "to_check": 0, "settled": 0, "same": 970}]}
    assert report(counts, 1, known).drafts[0].effects[0].moves["gained"] is None
    assert report(counts, 1).drafts[0].effects[0].moves["gained"] == 33
