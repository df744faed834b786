"""Deciding on distances: monotone, symmetric, and without a word for refusal."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.faces.codes import Outcome, Reason
from verification.faces.match import Distances, PopulationMean, decide, distances
from verification.faces.thresholds import STRICT, FaceThresholds
from verification.faces.vectors import LENGTH, from_bytes, to_bytes

distance = st.floats(0, 2)
RANK = {None: 0, Reason.UNCERTAIN: 1, Reason.MISMATCH: 2}


@st.composite
def thresholds(draw: st.DrawFn) -> FaceThresholds:
    edge = st.floats(0.01, 1.9)
    raws = sorted(draw(st.tuples(edge, edge, edge)))
    cens = sorted(draw(st.tuples(edge, edge)))
    return FaceThresholds("drawn", raws[1], cens[0], raws[2], cens[1], raws[0])


def vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, LENGTH).astype(np.float32)


@pytest.mark.parametrize(
    ("raw", "cen", "outcome", "reason"),
    [
        (0.38, None, Outcome.ACCEPT, None),
        (0.3801, None, Outcome.REVIEW, Reason.UNCERTAIN),
        (0.60, None, Outcome.REVIEW, Reason.UNCERTAIN),
        (0.6001, None, Outcome.REVIEW, Reason.MISMATCH),
        (0.48, 0.85, Outcome.ACCEPT, None),
        (0.30, 0.86, Outcome.REVIEW, Reason.UNCERTAIN),
        (0.49, 0.50, Outcome.REVIEW, Reason.UNCERTAIN),
        (0.30, 1.11, Outcome.REVIEW, Reason.MISMATCH),
        (0.61, 0.50, Outcome.REVIEW, Reason.MISMATCH),
        (math.nan, None, Outcome.REVIEW, Reason.MISMATCH),
        (0.1, math.nan, Outcome.REVIEW, Reason.MISMATCH),
    ],
)
def test_the_strict_edges(raw: float, cen: float | None, outcome: Outcome, reason: Reason | None) -> None:
    verdict = decide(Distances(raw, cen), STRICT)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


@given(edges=thresholds(), raw=distance, more=distance, cen=st.none() | distance)
def test_a_larger_distance_never_gets_a_better_verdict(
    edges: FaceThresholds, raw: float, more: float, cen: float | None
) -> None:
    near, far = sorted((raw, more))
    assert RANK[decide(Distances(near, cen), edges).reason] <= RANK[decide(Distances(far, cen), edges).reason]
    if cen is not None:
        near, far = sorted((cen, more))
        assert RANK[decide(Distances(raw, near), edges).reason] <= RANK[decide(Distances(raw, far), edges).reason]


@given(edges=thresholds(), raw=st.floats(), cen=st.none() | st.floats())
def test_no_distance_refuses_a_person(edges: FaceThresholds, raw: float, cen: float | None) -> None:
    verdict = decide(Distances(raw, cen), edges)
    assert verdict.outcome in {Outcome.ACCEPT, Outcome.REVIEW}
    assert (verdict.reason is None) == (verdict.outcome is Outcome.ACCEPT)


def test_there_is_no_outcome_for_refusal() -> None:
    assert set(Outcome) == {"accept", "review", "retry"}


@given(edges=thresholds(), raw=distance)
def test_without_a_mean_nobody_is_accepted_beyond_the_strict_point(edges: FaceThresholds, raw: float) -> None:
    accepted = decide(Distances(raw), edges).outcome is Outcome.ACCEPT
    assert accepted == (raw <= edges.accept_raw_alone)


def test_distances_are_symmetric_and_zero_for_one_face() -> None:
    one, two = vector(1), vector(2)
    mean = PopulationMean("test-1", np.full(LENGTH, 0.01))
    assert distances(one, two, mean) == distances(two, one, mean)
    assert distances(one, one, mean) == Distances(0.0, 0.0)
    assert distances(one, two).cen is None
    assert distances(one, two).raw == pytest.approx(float(np.linalg.norm(one.astype(float) - two)))


def test_an_embedding_equal_to_the_mean_does_not_divide_by_zero() -> None:
    one = vector(1)
    found = distances(one, vector(2), PopulationMean("test-1", one.astype(np.float64)))
    assert found.cen == pytest.approx(1.0)


def test_an_embedding_survives_storage() -> None:
    one = vector(1)
    assert len(to_bytes(one)) == 512
    assert np.array_equal(from_bytes(to_bytes(one)), one)
    with pytest.raises(ValueError, match="512"):
        from_bytes(b"\0" * 511)


@pytest.mark.parametrize(
    "wrong",
    [
        {"accept_raw_alone": 0.5},
        {"accept_raw": 0.61},
        {"accept_cen": 1.2},
        {"review_raw": 2.5},
        {"accept_raw_alone": 0},
    ],
)
def test_thresholds_out_of_order_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not in order"):
        FaceThresholds("wrong", **wrong)
