"""The arithmetic of calibration against values worked out by hand, and what must hold for any numbers."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.faces.calibration import (
    ALLOWED_FMR,
    FEWEST_STRANGERS,
    Rate,
    ScoredPairs,
    TooLittleEvidence,
    clopper_pearson,
    det_points,
    measure,
    propose,
)
from verification.faces.det_curve import draw
from verification.faces.thresholds import STRICT


def pairs(same: list[float], strangers: list[float]) -> ScoredPairs:
    """Pairs whose three distances are all the given one."""
    values = np.array([*same, *strangers])
    return ScoredPairs(np.array([True] * len(same) + [False] * len(strangers)), values, values, values)


@pytest.mark.parametrize(
    ("hits", "among", "low", "high"),
    [
        (0, 10, 0.0, 1 - 0.025 ** (1 / 10)),  # closed form
        (10, 10, 0.025 ** (1 / 10), 1.0),
        (1, 1383, 0.0000183, 0.0040218),  # tables of the beta distribution
        (5, 10, 0.1870860, 0.8129140),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_exact_interval(hits: int, among: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, among) == pytest.approx((low, high), abs=2e-6)


@given(among=st.integers(1, 3000), data=st.data())
def test_an_interval_holds_its_share_and_mirrors(among: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, among))
    low, high = clopper_pearson(hits, among)
    assert 0 <= low <= hits / among <= high <= 1
    assert clopper_pearson(among - hits, among) == pytest.approx((1 - high, 1 - low), abs=1e-6)


def test_more_hits_than_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="counted"):
        clopper_pearson(2, 1)
    assert Rate(0, 0).share is None


def test_rates_at_the_strict_point() -> None:
    found = measure(pairs([0.30, 0.36, 0.50, 0.70], [0.35, 0.61, 0.90]), STRICT, with_centres=False)
    assert (found.accepted, found.lost, found.false_matches) == (Rate(2, 4), Rate(1, 4), Rate(1, 3))


def test_rates_with_means_need_both_distances() -> None:
    same = np.array([True, True, False])
    one = ScoredPairs(same, np.array([0.4] * 3), cen=np.array([0.9, 0.93, 0.9]), gen=np.array([0.9, 0.5, 0.95]))
    found = measure(one, STRICT)
    assert (found.accepted, found.lost, found.false_matches) == (Rate(1, 2), Rate(0, 2), Rate(0, 1))


def test_a_proposal_is_as_wide_as_the_worst_group_surely_allows() -> None:
    easy = pairs([0.3, 0.9, 1.05], [1.4] * 10_000)
    hard = pairs([0.3, 0.8], [0.75] * 4 + [1.3] * 9_996)  # 4 of 10,000 leave room for 9.2: just allowed
    harder = pairs([0.3, 0.8], [0.75] * 5 + [1.3] * 9_995)  # half of one in a thousand, and room for 10.5
    assert propose({"easy": easy, "hard": hard}, STRICT, version="x").accept_cen == 1.10
    found = propose({"easy": easy, "harder": harder}, STRICT, version="x")
    assert (found.version, found.accept_cen, found.accept_gen) == ("x", 0.74, 0.74)
    assert found.accept_raw_alone <= STRICT.accept_raw_alone


@pytest.mark.parametrize(("hits", "among"), [(0, 2_995), (0, 2_994), (1, 4_742), (1, 4_741), (4, 10_000), (5, 10_000)])
def test_surely_within_is_the_upper_bound_of_the_exact_interval(hits: int, among: int) -> None:
    _low, upper = clopper_pearson(hits, among, confidence=0.90)  # 5 % beyond either end
    assert Rate(hits, among).is_surely_within(ALLOWED_FMR) is (upper <= ALLOWED_FMR)


def test_none_of_the_fewest_strangers_is_just_enough_evidence() -> None:
    assert Rate(0, FEWEST_STRANGERS).is_surely_within(ALLOWED_FMR)
    assert not Rate(0, FEWEST_STRANGERS - 1).is_surely_within(ALLOWED_FMR)
    assert not Rate(0, 0).is_surely_within(ALLOWED_FMR)


def test_a_handful_of_strangers_proposes_nothing() -> None:
    many, few = pairs([0.3], [1.4] * FEWEST_STRANGERS), pairs([0.3], [1.4] * (FEWEST_STRANGERS - 1))
    propose({"many": many}, STRICT, version="x")
    with pytest.raises(TooLittleEvidence, match=r"few \(2,994\): 2,995 are needed"):
        propose({"many": many, "few": few}, STRICT, version="x")


def test_strangers_nearer_than_any_edge_propose_nothing() -> None:
    close = pairs([0.3], [0.55] * 20 + [1.4] * 4_980)
    with pytest.raises(TooLittleEvidence, match="close more than"):
        propose({"close": close}, STRICT, version="x")


@given(
    same=st.lists(st.floats(0, 1.9), min_size=1, max_size=40),
    strangers=st.lists(st.floats(0.61, 2), min_size=1, max_size=40),
)
def test_a_proposal_keeps_its_promises(same: list[float], strangers: list[float]) -> None:
    group = pairs(same, (strangers * FEWEST_STRANGERS)[:FEWEST_STRANGERS])
    found = measure(group, propose({"all": group}, STRICT, version="x"))
    assert found.false_matches.is_surely_within(ALLOWED_FMR)
    assert (found.lost.share or 0) <= 0.05


def test_fmr_and_fnmr_count_everybody() -> None:
    found = measure(pairs([0.30, 0.36, 0.50, 0.70], [0.35, 0.61, 0.90]), STRICT, with_centres=False)
    assert (found.false_matches, found.false_non_matches) == (Rate(1, 3), Rate(2, 4))


@given(
    same=st.lists(st.floats(0, 2), min_size=1, max_size=60),
    strangers=st.lists(st.floats(0, 2), min_size=1, max_size=60),
)
def test_along_the_curve_one_error_grows_while_the_other_shrinks(same: list[float], strangers: list[float]) -> None:
    found = pairs(same, strangers)
    points = det_points(found.raw, found.same)
    assert points == sorted(points, key=lambda point: (point[0], -point[1]))
    assert points[-1] == (1.0, 0.0)
    assert all(a[1] >= b[1] for a, b in zip(points, points[1:], strict=False))


def test_the_curve_can_be_read_without_seeing_it() -> None:
    curve = draw({"a < b": [(0.001, 0.2), (0.0, 0.4)]}, title="DET", description="a: 3 pairs", across="x", up="y")
    root = ElementTree.fromstring(curve)
    space = "{http://www.w3.org/2000/svg}"
    named = root.attrib["aria-labelledby"].split()
    assert root.attrib["role"] == "img"
    assert [root.find(f"{space}{tag}").attrib["id"] for tag in ("title", "desc")] == named
    assert "a < b" in [text.text for text in root.iter(f"{space}text")]
    assert len(list(root.iter(f"{space}polyline"))) == 1
