"""Who would receive within a quota, told from counts, is what the ranking gives whatever lots are drawn."""

from collections import Counter, defaultdict

from hypothesis import example, given, settings
from hypothesis import strategies as st

from eligibility.rules.quota_lines import Bounds, Stand, Within, bounds, within
from eligibility.rules.ranking import Candidate, Reserve, place

RUPIAH = 1_000_000
Family = tuple[int, int]  # groups, need
FAMILIES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 6)), max_size=40)
RESERVES = st.lists(st.integers(0, 12), max_size=3)


def stands(families: list[Family]) -> list[Stand]:
    counted = Counter(families)
    return [Stand(groups, need, count, count * RUPIAH) for (groups, need), count in sorted(counted.items())]


def drawn(families: list[Family], places: int, reserves: list[int], seed: str) -> Counter[Family]:
    """How many of each kind the ranking itself gives a place."""
    candidates = [
        Candidate(key, f"{key}", True, need, groups=frozenset(bit for bit in range(3) if groups >> bit & 1))
        for key, (groups, need) in enumerate(families)
    ]
    rows = place(candidates, places=places, seed=seed, reserves=[Reserve(*one) for one in enumerate(reserves)])
    return Counter(families[row.key] for row in rows if row.placement == "funded")


@settings(max_examples=300)
@given(FAMILIES, st.integers(0, 30), RESERVES, st.lists(st.text("abc", max_size=4), min_size=1, max_size=4))
@example([(1, 3)] * 10 + [(3, 3)] * 10 + [(0, 3)] * 10, 12, [5, 5], ["a"])
def test_whoever_is_sure_is_funded_and_whoever_is_beyond_is_not(
    families: list[Family], places: int, reserves: list[int], seeds: list[str]
) -> None:
    known = bounds(stands(families), places=places, reserves=reserves)
    told = within(stands(families), places=places, reserves=reserves)
    for seed in seeds:
        funded = drawn(families, places, reserves, seed)
        for one in known:
            assert one.least <= funded[one.stand.groups, one.stand.need] <= one.most <= one.stand.families
        assert (told.funded, told.waiting) == (funded.total(), len(families) - funded.total())
        assert told.rupiah == funded.total() * RUPIAH
        sure = sum(one.stand.families for one in known if one.least == one.stand.families)
        assert told.contested == funded.total() - sure


@settings(max_examples=100)
@given(FAMILIES, st.integers(0, 30), st.text("abc", max_size=4))
def test_without_reserves_only_one_need_is_left_to_the_lot(families: list[Family], places: int, seed: str) -> None:
    known = bounds(stands(families), places=places)
    tied = {one.stand.need for one in known if one.most and one.least < one.stand.families}
    assert len(tied) <= 1
    by_need: defaultdict[int, list[Bounds]] = defaultdict(list)
    for one in known:
        by_need[one.stand.need].append(one)
    for (_groups, need), count in drawn(families, places, [], seed).items():
        assert count <= sum(one.most for one in by_need[need])


def test_a_reserve_of_families_in_no_other_group_is_told_exactly() -> None:
    """Six places, two kept for group 0, whose three neediest tie: two of them by lot, four of the others for sure."""
    known = bounds([Stand(1, 5, 3), Stand(0, 1, 4), Stand(0, 4, 6)], places=6, reserves=[2])
    assert [(one.least, one.most) for one in known] == [(2, 2), (4, 4), (0, 0)]
    told = within([Stand(1, 5, 3, 30), Stand(0, 1, 4, 400)], places=6, reserves=[2])
    assert told == Within(funded=6, waiting=1, contested=2, tied=3, rupiah=420)


def test_ten_thousand_families_of_one_need() -> None:
    told = within([Stand(0, 3000, 10_000, 10_000 * RUPIAH)], places=2_500)
    assert told == Within(funded=2_500, waiting=7_500, contested=2_500, tied=10_000, rupiah=2_500 * RUPIAH)


def test_a_quota_of_nothing_and_one_that_is_enough() -> None:
    one = [Stand(0, 3000, 12, 12 * RUPIAH)]
    assert within(one, places=0, reserves=[0]) == Within(funded=0, waiting=12, contested=0, tied=0, rupiah=0)
    assert within(one, places=12) == Within(funded=12, waiting=0, contested=0, tied=0, rupiah=12 * RUPIAH)
    assert within([], places=5) == Within(0, 0, 0, 0, 0)
