"""How long it takes to find whom a face looks like among a hundred thousand, from sealed rows to the five nearest."""

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, Stopwatch, percentile
from enrollment.enums import Sex
from perlinsos.core import crypto
from verification import enrolled
from verification.enrolled import Block
from verification.faces import gallery
from verification.faces.gallery import Edges, Hit
from verification.faces.match import distances
from verification.faces.vectors import Embedding
from verification.models import FaceSegment
from verification.services.templates import SEGMENT_SIZE

ENGINE = "bench"
BLOCK = Block("35.10", Sex.FEMALE, 1980)
PEOPLE = 100_000
People = NDArray[np.float32]  # shape (n, 128)


def figures(*, small: bool, seed: int) -> list[Figure]:
    """Times on one core beside the database's: everybody in one block, and a block of ordinary size.

    Nothing is kept open between two searches: each reads its segments from the database, checks and
    opens the seal, and compares in float32 and float64. The answers must be those of a plain
    float64 pass over everybody.
    """
    chance = np.random.default_rng(seed)
    people = _people(chance, PEOPLE)
    _seal(people)
    probes = [_another_picture(chance, people[place]) for place in chance.integers(0, PEOPLE, 15 if small else 60)]
    taken, found = _search(probes)
    exact = [hits == _plain_pass(probe, people) for probe, hits in zip(probes[:10], found, strict=False)]
    return [
        Figure("search_100k_ms", tuple(taken), "ms", "top 5 of 100,000 in one block, opened anew each time"),
        Figure("search_100k_p95_ms", (percentile(taken, 0.95),), "ms"),
        Figure("search_recall", (sum(exact) / len(exact),), "", "same five as a plain float64 pass"),
    ]


def _people(chance: np.random.Generator, count: int) -> People:
    """Vectors as the network makes them: length about 1.4, a common mean, a few directions that matter most."""
    spread = 0.19 * np.exp(-np.arange(128) / 40)
    mixed, _upper = np.linalg.qr(chance.normal(size=(128, 128)))
    centre = chance.normal(0, 0.08, 128)
    people: People = (centre + (chance.normal(size=(count, 128)) * spread) @ mixed.T).astype(np.float32)
    return people


def _another_picture(chance: np.random.Generator, face: Embedding) -> Embedding:
    return (face + chance.normal(0, 0.035, 128)).astype(np.float32)


def _seal(people: People) -> None:
    for start in range(0, len(people), SEGMENT_SIZE):
        part = people[start : start + SEGMENT_SIZE]
        packed = gallery.pack(range(start, start + len(part)), list(part))
        FaceSegment.objects.create(
            region=BLOCK.region,
            sex=BLOCK.sex,
            birth_year=BLOCK.birth_year,
            engine_version=ENGINE,
            size=len(part),
            sealed=crypto.seal(packed, place=BLOCK.place),
        )


def _search(probes: list[Embedding]) -> tuple[list[float], list[list[Hit]]]:
    """Milliseconds and answers, one search after the other; the first, which warms up, is not counted."""
    taken, found = [], []
    for probe in [probes[0], *probes]:
        watch = Stopwatch()
        members = enrolled.members(BLOCK.nearby(2), engine_version=ENGINE)
        found.append(gallery.nearest(probe, members, edges=Edges(), limit=5))
        taken.append(watch.seconds * 1000)
    return taken[1:], found[1:]


def _plain_pass(probe: Embedding, people: People) -> list[Hit]:
    apart = np.linalg.norm(people.astype(np.float64) - probe.astype(np.float64), axis=1)
    nearest = np.argsort(apart, kind="stable")[:5]
    return [Hit(int(place), distances(probe, people[place]).raw) for place in nearest]
