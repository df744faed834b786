"""Lists of pairs of pictures with a known answer, and their embeddings."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from verification.faces import normalise
from verification.faces.calibration import ScoredPairs
from verification.faces.decode import UnreadablePicture, decode
from verification.faces.detect import find_in_reference
from verification.faces.embed import looks
from verification.faces.normalise import Centres
from verification.faces.vectors import Embedding


class BadPairList(ValueError):
    """A list of pairs that is not what `read` describes; the text names the file and line."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures, whether they show one person, and the group they are counted in."""

    first: Path
    second: Path
    same: bool
    group: str


def read(file: Path, *, pictures: Path | None = None) -> list[Pair]:
    """A CSV with `path_a`, `path_b`, `same` (0 or 1) and perhaps `group`; else the file's name is the group.

    Paths are below `pictures`, or beside the file. Raises BadPairList.
    """
    root = pictures or file.parent
    pairs = []
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                if row.get("same") not in ("0", "1") or not row.get("path_a") or not row.get("path_b"):
                    raise BadPairList(f"{file.name}:{number} has no path_a, path_b, or same is neither 0 nor 1")
                group = row.get("group") or file.stem
                pairs.append(Pair(root / row["path_a"], root / row["path_b"], row["same"] == "1", group))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadPairList(f"{file.name} cannot be read: {type(error).__name__}") from None
    return pairs


def one_of_each_two_people(listed: Iterable[Pair]) -> list[Pair]:
    """Of the strangers one pair of each two people, the first one in their group; of the others all.

    A hundred pictures of two people say as much about strangers as one of each does. Who is who follows
    from the list: pictures of a same-person pair show one person.
    """
    pairs = list(listed)
    leader: dict[Path, Path] = {}

    def person(picture: Path) -> Path:
        while (next_one := leader.setdefault(picture, picture)) != picture:
            picture = next_one
        return picture

    for pair in pairs:
        if pair.same:
            leader[person(pair.first)] = person(pair.second)
    met: set[tuple[str, frozenset[Path]]] = set()
    kept = []
    for pair in pairs:
        two = (pair.group, frozenset({person(pair.first), person(pair.second)}))
        if pair.same or two not in met:
            kept.append(pair)
        if not pair.same:
            met.add(two)
    return kept


def embed_file(path: Path) -> Embedding | None:
    """The face nearest the middle of a picture; None where no face is found or the file cannot be read."""
    seen = look_at_file(path)
    return None if seen is None else np.asarray(seen.mean(axis=0), dtype=np.float32)


def look_at_file(path: Path) -> NDArray[np.float32] | None:
    """The same face, every look by itself (`embed.looks`)."""
    try:
        picture, faces = find_in_reference(decode(path.read_bytes()))
    except (OSError, UnreadablePicture):
        return None
    if not faces:
        return None
    middle = (picture.width, picture.height)
    nearest = min(
        faces, key=lambda face: abs(face.left + face.right - middle[0]) + abs(face.top + face.bottom - middle[1])
    )
    return looks(picture, nearest)


def score(pairs: Iterable[tuple[Embedding, Embedding, bool]], centres: Centres) -> ScoredPairs:
    """Distances of many pairs, all with the same means."""
    listed = list(pairs)
    first = np.array([pair[0] for pair in listed], dtype=np.float64)
    second = np.array([pair[1] for pair in listed], dtype=np.float64)
    return scored(first, second, np.array([pair[2] for pair in listed], dtype=bool), centres)


def scored(
    first: NDArray[np.float64], second: NDArray[np.float64], same: NDArray[np.bool_], centres: Centres
) -> ScoredPairs:
    """Row by row of two matrices."""
    return ScoredPairs(
        same=same,
        raw=np.asarray(np.linalg.norm(first - second, axis=1)),
        cen=normalise.distance(first, second, centres.population),
        gen=normalise.distance(first, second, centres.general),
    )
