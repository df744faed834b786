"""How many strangers are accepted and how many people are lost, group by group, with what room for error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import face_collection as collection
from bench.face_collection import EAST_ASIAN, LFW, RECAPTURED, Looks
from bench.figures import Figure
from verification.faces.calibration import Rate, Rates, ScoredPairs, measure
from verification.faces.normalise import Centres, Vector, distance, start_centres
from verification.faces.pairs import Pair
from verification.faces.thresholds import STRICT

LIBRARY_DEFAULT = 0.6
FRAMES = 4
KEYS = (
    "accept_fmr_worst_group",
    "genuine_accepted",
    "genuine_accepted_worst_group",
    "genuine_lost",
    "default_fmr_worst_group",
)


@dataclass(frozen=True)
class People:
    """Mean embedding of everybody in the collection, and who of them belongs to the population."""

    of: Mapping[str, Vector]
    population: frozenset[str]

    def centres_without(self, start: Centres, left_out: frozenset[str]) -> tuple[Vector, Vector]:
        """The start means as if these people had never been among those they were learned from."""
        return (
            self._without(start.general, GENERAL_PEOPLE, left_out & self.of.keys()),
            self._without(start.population, start.people, left_out & self.population),
        )

    def _without(self, mean: Vector, people: int, left_out: frozenset[str]) -> Vector:
        return np.asarray(
            (mean * people - sum((self.of[name] for name in left_out), np.zeros_like(mean))) / (people - len(left_out))
        )


GENERAL_PEOPLE = 1760  # behind the general start mean


def figures(*, small: bool, seed: int, processes: int) -> list[Figure]:
    """All of it at the operating point an installation is offered first; nothing where there is no collection."""
    root = collection.folder()
    if root is None:
        return [Figure(key, (), "", f"NO COLLECTION: {collection.WHERE}") for key in KEYS]
    listed = collection.lists(root, small=collection.Sizes() if small else None, seed=seed)
    looks = collection.embedded(listed, processes=processes)
    people = _people(listed, looks)
    scored = {name: _scored(pairs, looks, people) for name, pairs in listed.items()}
    rates = {name: measure(group, STRICT) for name, group in scored.items()}
    strict = {name: measure(group, STRICT, with_centres=False) for name, group in scored.items()}
    missing = {name: sum(p.first not in looks or p.second not in looks for p in each) for name, each in listed.items()}
    found = [*_summary(rates, scored, listed, looks), *_each_group(rates, strict, missing)]
    return [*found, _four_frames(listed[RECAPTURED], looks, people)]


def _people(listed: Mapping[str, Sequence[Pair]], looks: Mapping[Path, Looks]) -> People:
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


def _scored(pairs: Sequence[Pair], looks: Mapping[Path, Looks], people: People) -> ScoredPairs:
    """Distances of all pairs; the two people of a pair are taken out of the means it is judged by."""
    usable = [pair for pair in pairs if pair.first in looks and pair.second in looks]
    start, known = start_centres(), {}
    cen, gen, raw = (np.empty(len(usable)) for _ in range(3))
    for place, pair in enumerate(usable):
        who = frozenset({collection.person(pair.first), collection.person(pair.second)})
        if who not in known:
            known[who] = people.centres_without(start, who)
        one, two = (looks[path].mean(axis=0, dtype=np.float64) for path in (pair.first, pair.second))
        general, population = known[who]
        raw[place] = np.linalg.norm(one - two)
        cen[place], gen[place] = distance(one, two, population), distance(one, two, general)
    return ScoredPairs(np.array([pair.same for pair in usable]), raw, cen, gen)


def _summary(
    rates: Mapping[str, Rates],
    scored: Mapping[str, ScoredPairs],
    listed: Mapping[str, Sequence[Pair]],
    looks: Mapping[Path, Looks],
) -> list[Figure]:
    def worst(of: str) -> tuple[str, Rate]:
        each = {name: getattr(found, of) for name, found in rates.items()}
        ordered = sorted(each.items(), key=lambda item: item[1].share or 0)
        return ordered[0] if of == "accepted" else ordered[-1]

    false, least, lost = worst("false_matches"), worst("accepted"), worst("lost")
    shares = [found.accepted.share or 0 for found in rates.values()]
    default = {name: _library_default(pairs, looks) for name, pairs in listed.items()}
    loosest = max(default.items(), key=lambda item: item[1].share or 0)
    return [
        _figure("accept_fmr_worst_group", *false),
        Figure("genuine_accepted", (float(np.mean(shares)),), "", "mean of the groups, one frame"),
        _figure("genuine_accepted_worst_group", *least),
        _figure("genuine_lost", *lost, note="beyond the review edge, worst group"),
        _figure("default_fmr_worst_group", *loosest, note=f"the library's own rule, raw <= {LIBRARY_DEFAULT}"),
    ]


def _each_group(rates: Mapping[str, Rates], strict: Mapping[str, Rates], missing: Mapping[str, int]) -> list[Figure]:
    rows = []
    for name, found in rates.items():
        left = f"{missing[name]} pairs without a face left out"
        rows += [
            _figure(f"accept_fmr_{name}", left, found.false_matches),
            _figure(f"genuine_accepted_{name}", left, found.accepted),
            _figure(f"genuine_lost_{name}", left, found.lost),
            _figure(f"strict_fmr_{name}", "without means", strict[name].false_matches),
            _figure(f"strict_accepted_{name}", "without means", strict[name].accepted),
        ]
    return rows


def _library_default(pairs: Sequence[Pair], looks: Mapping[Path, Looks]) -> Rate:
    """Strangers whom `face_recognition.compare_faces` calls the same, on its one look at each."""
    strangers = [pair for pair in pairs if not pair.same and pair.first in looks and pair.second in looks]
    apart = [float(np.linalg.norm(looks[pair.first][0] - looks[pair.second][0])) for pair in strangers]
    return Rate(sum(value <= LIBRARY_DEFAULT for value in apart), len(apart))


def _four_frames(pairs: Sequence[Pair], looks: Mapping[Path, Looks], people: People) -> Figure:
    """Each print against the means of four live frames that follow each other, as a recording gives them."""
    live: dict[str, list[Path]] = {}
    for path in sorted({pair.first for pair in pairs} & looks.keys()):
        live.setdefault(collection.person(path), []).append(path)
    prints = sorted({pair.second for pair in pairs} & looks.keys())
    start, hits = start_centres(), {True: [0, 0], False: [0, 0]}
    for subject, paths in live.items():
        for begin in range(0, len(paths) - FRAMES + 1, FRAMES):
            selfie = np.mean([looks[path].mean(axis=0) for path in paths[begin : begin + FRAMES]], axis=0)
            for print_ in prints:
                other = looks[print_].mean(axis=0)
                near = all(
                    distance(selfie, other, mean) <= STRICT.accept_cen for mean in (start.population, start.general)
                )
                counted = hits[subject == collection.person(print_)]
                counted[0], counted[1] = counted[0] + int(near), counted[1] + 1
    false = Rate(*hits[False])
    return _figure("genuine_accepted_four_frames", f"strangers {_words(false)}", Rate(*hits[True]))


def _figure(key: str, group: str, rate: Rate, *, note: str = "") -> Figure:
    values = () if rate.share is None else (rate.share,)
    return Figure(key, values, "", "; ".join(part for part in (f"{group}: {_words(rate)}", note) if part))


def _words(rate: Rate) -> str:
    low, high = rate.interval
    return f"{rate.hits:,} of {rate.among:,}, 95 % {100 * low:.3f} to {100 * high:.3f} %"
