"""The edges on people they were not chosen on: chosen on one half of the people, counted on the other, and back.

Edges chosen and counted on the same people look better than they are. Here `propose` sees only one half;
which half somebody is in follows from a hash of who they are, so that no person is in both. The means of
a pair never know its two people, as everywhere in this bench.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench import face_collection as collection
from bench.face_collection import EAST_ASIAN, LFW, Looks
from bench.face_scores import People, figure, scored
from bench.figures import Figure
from verification.faces.calibration import (
    FEWEST_STRANGERS,
    RAW_GRID,
    Rate,
    Rates,
    ScoredPairs,
    TooLittleEvidence,
    measure,
    propose,
)
from verification.faces.pairs import Pair
from verification.faces.thresholds import STRICT, FaceThresholds

MOST_STRANGERS = 200_000  # pairs of a group and half, drawn by chance
Groups = Mapping[str, ScoredPairs]


def figures(
    listed: Mapping[str, Sequence[Pair]], looks: Mapping[Path, Looks], people: People, *, seed: int
) -> list[Figure]:
    """Per group FMR and people accepted, both halves counted together; nothing where a half proves no edge."""
    halves = [
        {name: scored(_of_half(half, name, pairs, looks, seed=seed), looks, people) for name, pairs in listed.items()}
        for half in (0, 1)
    ]
    try:
        points = [choose(halves[half]) for half in (0, 1)]
    except TooLittleEvidence as error:
        return [Figure(f"accept_fmr_{name}_holdout", (), "", str(error)) for name in listed]
    return [found for name in listed for found in _figures(name, halves, points[::-1])]


def half_of(person: str) -> int:
    """0 or 1; always the same for the same person."""
    return hashlib.sha256(person.encode()).digest()[0] & 1


def choose(groups: Groups) -> FaceThresholds:
    """The edges of these people: of every group with enough pairs of strangers to say anything.

    The raw edge is free to be as wide as the grid goes: STRICT has seen everybody.
    """
    telling = {name: group for name, group in groups.items() if (~group.same).sum() >= FEWEST_STRANGERS}
    free = replace(STRICT, accept_raw_alone=RAW_GRID[-1])
    return propose(telling, free, version=f"chosen on {', '.join(telling)}")


def _of_half(half: int, name: str, pairs: Sequence[Pair], looks: Mapping[Path, Looks], *, seed: int) -> list[Pair]:
    """The pairs of a list whose people are both in this half; strangers from all that its pictures give."""
    inside = [
        pair
        for pair in pairs
        if {half_of(collection.person(pair.first)), half_of(collection.person(pair.second))} == {half}
    ]
    if name not in (LFW, EAST_ASIAN):
        return inside
    pictures = {path for pair in pairs for path in (pair.first, pair.second)} & looks.keys()
    mine = sorted(path for path in pictures if half_of(collection.person(path)) == half)
    return [*(pair for pair in inside if pair.same), *_strangers(mine, name, seed=seed)]


def _strangers(pictures: Sequence[Path], group: str, *, seed: int) -> Iterable[Pair]:
    """Pairs of two people each, at most MOST_STRANGERS of them."""
    names = np.array([collection.person(path) for path in pictures])
    one, two = np.triu_indices(len(pictures), 1)
    apart = np.flatnonzero(names[one] != names[two])
    if len(apart) > MOST_STRANGERS:
        apart = np.random.default_rng(seed).choice(apart, MOST_STRANGERS, replace=False)
    return [Pair(pictures[one[at]], pictures[two[at]], False, group) for at in apart]


def _figures(name: str, halves: Sequence[Groups], points: Sequence[FaceThresholds]) -> list[Figure]:
    """`points` are those of the other half, in the order of `halves`."""
    edges = "; ".join(
        f"cen, gen <= {point.accept_cen:.2f}, raw alone <= {point.accept_raw_alone:.2f} {point.version}"
        for point in points
    )
    both = [measure(groups[name], point) for groups, point in zip(halves, points, strict=True)]
    alone = [measure(groups[name], point, with_centres=False) for groups, point in zip(halves, points, strict=True)]
    return [
        figure(f"accept_fmr_{name}_holdout", "edges of the other half", _together(both, "false_matches"), note=edges),
        figure(f"genuine_accepted_{name}_holdout", "edges of the other half", _together(both, "accepted")),
        figure(f"strict_fmr_{name}_holdout", "without means", _together(alone, "false_matches")),
        figure(f"strict_accepted_{name}_holdout", "without means", _together(alone, "accepted")),
    ]


def _together(rates: Iterable[Rates], of: str) -> Rate:
    each: list[Rate] = [getattr(found, of) for found in rates]
    return Rate(sum(rate.hits for rate in each), sum(rate.among for rate in each))
