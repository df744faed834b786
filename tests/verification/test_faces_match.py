"""Deciding on distances: monotone, symmetric, and without a word for refusal."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.faces.codes import Outcome, Reason
from verification.faces.match import Distances, decide, decide_for, distances
from verification.faces.normalise import Centres, mean_of, start_centres
from verification.faces.thresholds import STRICT, FaceThresholds
from verification.faces.vectors import LENGTH, from_bytes, to_bytes

distance = st.floats(0, 2)
RANK = {None: 0, Reason.UNCERTAIN: 1, Reason.MISMATCH: 2}


@st.composite
def thresholds(draw: st.DrawFn) -> FaceThresholds:
    edge = st.floats(0.01, 1.9)
    raws = sorted(draw(st.tuples(edge, edge)))
    cens = sorted(draw(st.tuples(edge, edge)))
    return FaceThresholds("drawn", cens[0], draw(edge), raws[1], cens[1], raws[0])


def vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, LENGTH).astype(np.float32)


def centres(*, population: np.ndarray | None = None) -> Centres:
    mean = np.full(LENGTH, 0.01) if population is None else population
    return Centres("test-1", STRICT.recogniser, np.full(LENGTH, 0.02), mean, people=100)


@pytest.mark.parametrize(
    ("found", "outcome", "reason"),
    [
        (Distances(0.36), Outcome.ACCEPT, None),
        (Distances(0.3601), Outcome.REVIEW, Reason.UNCERTAIN),
        (Distances(0.60), Outcome.REVIEW, Reason.UNCERTAIN),
        (Distances(0.6001), Outcome.REVIEW, Reason.MISMATCH),
        (Distances(0.60, 0.92, 0.92), Outcome.ACCEPT, None),
        (Distances(0.30, 0.93, 0.50), Outcome.REVIEW, Reason.UNCERTAIN),
        (Distances(0.30, 0.50, 0.93), Outcome.REVIEW, Reason.UNCERTAIN),
        (Distances(0.30, 1.11, 0.50), Outcome.REVIEW, Reason.MISMATCH),
        (Distances(0.61, 0.50, 0.50), Outcome.REVIEW, Reason.MISMATCH),
        (Distances(0.30, 0.50, None), Outcome.ACCEPT, None),
        (Distances(0.37, 0.50, None), Outcome.REVIEW, Reason.UNCERTAIN),
        (Distances(math.nan), Outcome.REVIEW, Reason.MISMATCH),
        (Distances(0.1, math.nan, 0.1), Outcome.REVIEW, Reason.MISMATCH),
        (Distances(0.1, 0.1, math.nan), Outcome.REVIEW, Reason.UNCERTAIN),
    ],
)
def test_the_strict_edges(found: Distances, outcome: Outcome, reason: Reason | None) -> None:
    verdict = decide(found, STRICT)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_a_network_nobody_calibrated_accepts_nobody() -> None:
    verdict = decide_for("arcface.onnx 0123, 6 views", Distances(0.0, 0.0, 0.0), STRICT)
    assert (verdict.outcome, verdict.reason) == (Outcome.REVIEW, Reason.NOT_CALIBRATED)
    assert decide_for(STRICT.recogniser, Distances(0.0), STRICT).outcome is Outcome.ACCEPT


@given(edges=thresholds(), far=st.tuples(distance, distance, distance), nearer=st.tuples(*[st.floats(0, 1)] * 3))
def test_a_larger_distance_never_gets_a_better_verdict(
    edges: FaceThresholds, far: tuple[float, float, float], nearer: tuple[float, float, float]
) -> None:
    near = [share * value for share, value in zip(nearer, far, strict=True)]
    assert RANK[decide(Distances(*near), edges).reason] <= RANK[decide(Distances(*far), edges).reason]
    assert RANK[decide(Distances(near[0]), edges).reason] <= RANK[decide(Distances(far[0]), edges).reason]


@given(edges=thresholds(), raw=st.floats(), cen=st.none() | st.floats(), gen=st.none() | st.floats())
def test_no_distance_refuses_a_person(edges: FaceThresholds, raw: float, cen: float | None, gen: float | None) -> None:
    verdict = decide(Distances(raw, cen, gen), edges)
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
    assert distances(one, two, centres()) == distances(two, one, centres())
    assert distances(one, one, centres()) == Distances(0.0, 0.0, 0.0)
    assert distances(one, two) == Distances(pytest.approx(float(np.linalg.norm(one.astype(float) - two))))


def test_an_embedding_equal_to_the_mean_does_not_divide_by_zero() -> None:
    one = vector(1)
    found = distances(one, vector(2), centres(population=one.astype(np.float64)))
    assert found.cen == pytest.approx(1.0)


def test_whoever_has_many_pictures_counts_once_in_a_mean() -> None:
    rows = np.array([[0.0, 0.0], [2.0, 4.0], [4.0, 4.0]])
    assert mean_of(rows, ["ani", "ani", "budi"]).tolist() == [2.5, 3.0]


def test_the_means_an_installation_begins_with_are_for_the_network_it_ships() -> None:
    start = start_centres()
    assert start.recogniser == STRICT.recogniser
    assert start.general.shape == start.population.shape == (LENGTH,)
    assert 0.2 < float(np.linalg.norm(start.general - start.population)) < 0.6  # two groups, one network


def test_an_embedding_survives_storage() -> None:
    one = vector(1)
    assert len(to_bytes(one)) == 512
    assert np.array_equal(from_bytes(to_bytes(one)), one)
    with pytest.raises(ValueError, match="512"):
        from_bytes(b"\0" * 511)


@pytest.mark.parametrize(
    "wrong",
    [{"accept_raw_alone": 0.61}, {"accept_cen": 1.2}, {"review_raw": 2.5}, {"accept_raw_alone": 0}, {"accept_gen": 0}],
)
def test_thresholds_out_of_order_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not in order"):
        FaceThresholds("wrong", **wrong)
