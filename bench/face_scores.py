"""Distances of pairs of the collection, each judged as if its two people had taught nobody anything."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import face_collection as collection
from bench.face_collection import EAST_ASIAN, LFW, Looks
from bench.figures import Figure
from verification.faces.calibration import Rate, ScoredPairs
from verification.faces.normalise import Centres, Vector, distance, start_centres
from verification.faces.pairs import Pair

GENERAL_PEOPLE = 1760  # behind the general start mean
CHUNK = 20_000  # pairs in memory at a time
Rows = NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Mean embedding of everybody in the collection, and who of them belongs to the population."""

    of: Mapping[str, Vector]
    population: frozenset[str]

    def centres_without(self, start: Centres, pairs: Sequence[tuple[str, str]]) -> tuple[Rows, Rows]:
        """Per pair the start means as if its two people had never been among those they were learned from."""
        return (
            self._without(start.general, GENERAL_PEOPLE, pairs, self.of.keys()),
            self._without(start.population, start.people, pairs, self.population),
        )

    def _without(self, mean: Vector, people: int, pairs: Sequence[tuple[str, str]], taught: AbstractSet[str]) -> Rows:
        names = sorted(taught & self.of.keys())
        places = {name: place for place, name in enumerate(names)}
        nobody = len(names)
        each = np.stack([*(self.of[name] for name in names), np.zeros_like(mean)])
        one, two = (np.array([places.get(pair[side], nobody) for pair in pairs], dtype=int) for side in (0, 1))
        two[one == two] = nobody
        left = people - (one != nobody).astype(int) - (two != nobody)
        return np.asarray((mean * people - each[one] - each[two]) / left[:, None])


def people_of(listed: Mapping[str, Sequence[Pair]], looks: Mapping[Path, Looks]) -> People:
    """Everybody of the two lists the start means were learned from."""
    paths = {
        name: {p for pair in listed[name] for p in (pair.first, pair.second)} & looks.keys()
        for name in (LFW, EAST_ASIAN)
    }
    of: dict[str, list[Looks]] = {}
    for path in sorted(paths[LFW] | paths[EAST_ASIAN]):
        of.setdefault(collection.person(path), []).append(looks[path].mean(axis=0))
    means = {name: np.asarray(np.mean(each, axis=0), dtype=np.float64) for name, each in of.items()}
    return People(means, frozenset(collection.person(path) for path in paths[EAST_ASIAN]))


def scored(pairs: Sequence[Pair], looks: Mapping[Path, Looks], people: People) -> ScoredPairs:
    """Distances of all pairs with a face in both pictures."""
    usable = [pair for pair in pairs if pair.first in looks and pair.second in looks]
    seen = {path: looks[path].mean(axis=0, dtype=np.float64) for pair in usable for path in (pair.first, pair.second)}
    raw, cen, gen = (np.empty(len(usable)) for _ in range(3))
    for start in range(0, len(usable), CHUNK):
        part = usable[start : start + CHUNK]
        here = slice(start, start + len(part))
        one, two = np.stack([seen[pair.first] for pair in part]), np.stack([seen[pair.second] for pair in part])
        who = [(collection.person(pair.first), collection.person(pair.second)) for pair in part]
        general, population = people.centres_without(start_centres(), who)
        raw[here] = np.linalg.norm(one - two, axis=1)
        cen[here], gen[here] = distance(one, two, population), distance(one, two, general)
    return ScoredPairs(np.array([pair.same for pair in usable], dtype=bool), raw, cen, gen)


def figure(key: str, group: str, rate: Rate, *, note: str = "") -> Figure:
    """A rate as a figure: its share, and beside it the count and the 95 % interval."""
    values = () if rate.share is None else (rate.share,)
    return Figure(key, values, "", "; ".join(part for part in (f"{group}: {words(rate)}", note) if part))


def words(rate: Rate) -> str:
    low, high = rate.interval
    return f"{rate.hits:,} of {rate.among:,}, 95 % {100 * low:.3f} to {100 * high:.3f} %"
