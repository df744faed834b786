"""How many strangers are accepted and how many people are lost, group by group, with what room for error."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench import face_collection as collection
from bench import face_holdout
from bench.face_collection import RECAPTURED, Looks
from bench.face_scores import figure, people_of, scored, words
from bench.figures import Figure
from verification.faces.calibration import Rate, Rates, measure
from verification.faces.normalise import distance, start_centres
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


def figures(*, small: bool, seed: int, processes: int) -> list[Figure]:
    """All of it at the operating point an installation is offered first; nothing where there is no collection."""
    root = collection.folder()
    if root is None:
        return [Figure(key, (), "", f"NO COLLECTION: {collection.WHERE}") for key in KEYS]
    listed = collection.lists(root, small=collection.Sizes() if small else None, seed=seed)
    looks = collection.embedded(listed, processes=processes)
    people = people_of(listed, looks)
    distances = {name: scored(pairs, looks, people) for name, pairs in listed.items()}
    rates = {name: measure(group, STRICT) for name, group in distances.items()}
    strict = {name: measure(group, STRICT, with_centres=False) for name, group in distances.items()}
    missing = {name: sum(p.first not in looks or p.second not in looks for p in each) for name, each in listed.items()}
    return [
        *_summary(rates, listed, looks),
        *_each_group(rates, strict, missing),
        _four_frames(listed[RECAPTURED], looks),
        *([] if small else face_holdout.figures(listed, looks, people, seed=seed)),
    ]


def _summary(
    rates: Mapping[str, Rates],
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
        figure("accept_fmr_worst_group", *false),
        Figure("genuine_accepted", (float(np.mean(shares)),), "", "mean of the groups, one frame"),
        figure("genuine_accepted_worst_group", *least),
        figure("genuine_lost", *lost, note="beyond the review edge, worst group"),
        figure("default_fmr_worst_group", *loosest, note=f"the library's own rule, raw <= {LIBRARY_DEFAULT}"),
    ]


def _each_group(rates: Mapping[str, Rates], strict: Mapping[str, Rates], missing: Mapping[str, int]) -> list[Figure]:
    rows = []
    for name, found in rates.items():
        left = f"{missing[name]} pairs without a face left out"
        rows += [
            figure(f"accept_fmr_{name}", left, found.false_matches),
            figure(f"genuine_accepted_{name}", left, found.accepted),
            figure(f"genuine_lost_{name}", left, found.lost),
            figure(f"strict_fmr_{name}", "without means", strict[name].false_matches),
            figure(f"strict_accepted_{name}", "without means", strict[name].accepted),
        ]
    return rows


def _library_default(pairs: Sequence[Pair], looks: Mapping[Path, Looks]) -> Rate:
    """Strangers whom `face_recognition.compare_faces` calls the same, on its one look at each."""
    strangers = [pair for pair in pairs if not pair.same and pair.first in looks and pair.second in looks]
    apart = [float(np.linalg.norm(looks[pair.first][0] - looks[pair.second][0])) for pair in strangers]
    return Rate(sum(value <= LIBRARY_DEFAULT for value in apart), len(apart))


def _four_frames(pairs: Sequence[Pair], looks: Mapping[Path, Looks]) -> Figure:
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
    return figure("genuine_accepted_four_frames", f"strangers {words(false)}", Rate(*hits[True]))
