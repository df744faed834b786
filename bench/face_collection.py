"""The collection of photographs that accuracy is measured on, and their embeddings.

It belongs to others and is for research: it lies beside the checkout or where `$PORTAL_FACE_PAIRS`
says, is read, and is never copied. Embeddings live in memory and end with the run.
"""

import csv
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from verification.faces import pairs
from verification.faces.pairs import Pair

Looks = NDArray[np.float32]  # shape (6, 128)
LFW, EAST_ASIAN, RECAPTURED = "lfw", "east_asian_names", "recaptured"
WHERE = "set PORTAL_FACE_PAIRS to a folder with pairs_lfw.csv, pairs_lfw_east_asian_names.csv and recapture.csv"


@dataclass(frozen=True)
class Sizes:
    """How much of each list a small run takes: pairs of one answer, and pictures per subject and kind."""

    pairs: int = 16
    strangers: int = 400
    frames: int = 4


def folder() -> Path | None:
    """Where the collection is; None where there is none."""
    found = Path(os.environ.get("PORTAL_FACE_PAIRS", settings.BASE_DIR.parent / "shared" / "data" / "faces"))
    return found if (found / "recapture.csv").is_file() else None


def person(path: Path) -> str:
    """Who is on a picture: the folder names the person, or the file's first part the subject."""
    return path.parent.name if "lfw" in path.parts else f"subject {path.name[:4]}"


def lists(root: Path, *, small: Sizes | None, seed: int) -> dict[str, list[Pair]]:
    """The pairs of the three groups; of a small run a sample that is the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a sample that can be drawn again
    lfw = pairs.read(root / "pairs_lfw.csv")
    names = pairs.read(root / "pairs_lfw_east_asian_names.csv")
    if small is not None:
        lfw = [*_some(lfw, True, small.pairs, chance), *_some(lfw, False, small.pairs, chance)]
        names = _close_together(names, small, chance)
    return {LFW: lfw, EAST_ASIAN: names, RECAPTURED: _recaptured(root, small, chance)}


def _some(listed: Iterable[Pair], same: bool, count: int, chance: random.Random) -> list[Pair]:
    fitting = [pair for pair in listed if pair.same is same]
    return chance.sample(fitting, min(count, len(fitting)))


def _close_together(listed: Sequence[Pair], small: Sizes, chance: random.Random) -> list[Pair]:
    """Some same-person pairs, and the strangers among their pictures first: few pictures, many pairs."""
    same = _some(listed, True, small.pairs, chance)
    known = {path for pair in same for path in (pair.first, pair.second)}
    strangers = [pair for pair in listed if not pair.same]
    chance.shuffle(strangers)
    strangers.sort(key=lambda pair: (pair.first not in known) + (pair.second not in known))
    return [*same, *[pair for pair in strangers if pair.first in known and pair.second in known][: small.strangers]]


def _recaptured(root: Path, small: Sizes | None, chance: random.Random) -> list[Pair]:
    """Every live frame with every re-photographed print."""
    found: dict[str, dict[str, list[Path]]] = {"live": {}, "print": {}}
    with (root / "recapture.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["kind"]].setdefault(row["subject"], []).append(root / row["path"])
    if small is not None:
        for subjects in found.values():
            for subject, paths in subjects.items():
                subjects[subject] = chance.sample(paths, min(small.frames, len(paths)))
    return [
        Pair(live, print_, subject == other, RECAPTURED)
        for subject, lives in found["live"].items()
        for other, prints in found["print"].items()
        for live in lives
        for print_ in prints
    ]


def embedded(listed: Mapping[str, Sequence[Pair]], *, processes: int) -> dict[Path, Looks]:
    """Every picture of the pairs that shows a face, looked at once."""
    paths = sorted({path for each in listed.values() for pair in each for path in (pair.first, pair.second)})
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        seen = pool.map(pairs.look_at_file, paths, chunksize=16)
        return {path: looks for path, looks in zip(paths, seen, strict=True) if looks is not None}
