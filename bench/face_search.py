"""How long it takes to find whom a face looks like among a hundred thousand, from sealed rows to the five nearest."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, Stopwatch, percentile
from enrollment.enums import ApplicationState, Channel, Sex
from enrollment.models import Application
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.core import crypto
from verification import enrolled
from verification.enrolled import Block
from verification.faces import gallery
from verification.faces.gallery import Edges, Hit
from verification.faces.match import distances
from verification.faces.vectors import Embedding, to_bytes
from verification.models import FaceCheck, FaceSegment, FaceTemplate
from verification.services.templates import SEGMENT_SIZE

ENGINE = "bench"
BLOCK = Block("35.10", Sex.FEMALE, 1980)
PEOPLE, FIRST_KEY = 100_000, 10_000_000
TEMPLATES_EACH = 100  # of the nearest to each probe: a search opens a handful
People = NDArray[np.float32]  # shape (n, 128)


def figures(*, small: bool, seed: int) -> list[Figure]:
    """Times on one core beside the database's: everybody in one block, and a block of ordinary size.

    Nothing is kept open between two searches: each reads its segments from the database, checks and
    opens the seal, compares, and opens the templates of whoever may be among the nearest. The answers
    must be those of a plain float64 pass over everybody.
    """
    chance = np.random.default_rng(seed)
    people = _people(chance, PEOPLE)
    _seal(people)
    probes = [_another_picture(chance, people[place]) for place in chance.integers(0, PEOPLE, 15 if small else 60)]
    _keep_templates(people, probes)
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
        packed = gallery.pack(range(FIRST_KEY + start, FIRST_KEY + start + len(part)), list(part))
        FaceSegment.objects.create(
            region=BLOCK.region,
            sex=BLOCK.sex,
            birth_year=BLOCK.birth_year,
            engine_version=ENGINE,
            size=len(part),
            sealed=crypto.seal(packed, place=BLOCK.place),
        )


def _keep_templates(people: People, probes: Sequence[Embedding]) -> None:
    """Of whoever a search might open; a hundred thousand checks and templates would only take time to make."""
    agent = User.objects.create_user("search@bench.invalid", kind=UserKind.STAFF, name="bench")
    application = Application.objects.create(
        reference="PSL-BENCH", channel=Channel.AGENT, assisted_by=agent, state=ApplicationState.WITHDRAWN
    )
    near = {place for probe in probes for place in np.argsort(_apart(probe, people))[:TEMPLATES_EACH].tolist()}
    places = sorted(near)
    checks = FaceCheck.objects.bulk_create(FaceCheck(application=application) for _place in places)
    rows = []
    for place, check in zip(places, checks, strict=True):
        row = FaceTemplate(pk=FIRST_KEY + place, face_check=check, engine_version=ENGINE)
        row.sealed = crypto.seal(to_bytes(people[place]), place=row.place)
        rows.append(row)
    FaceTemplate.objects.bulk_create(rows)


def _search(probes: list[Embedding]) -> tuple[list[float], list[list[Hit]]]:
    """Milliseconds and answers, one search after the other; the first, which warms up, is not counted."""
    taken, found = [], []
    for probe in [probes[0], *probes]:
        watch = Stopwatch()
        members = enrolled.members(BLOCK.nearby(2), engine_version=ENGINE)
        found.append(gallery.nearest(probe, members, true=enrolled.true_vectors, edges=Edges(), limit=5))
        taken.append(watch.seconds * 1000)
    return taken[1:], found[1:]


def _plain_pass(probe: Embedding, people: People) -> list[Hit]:
    nearest = np.argsort(_apart(probe, people), kind="stable")[:5]
    return [Hit(FIRST_KEY + int(place), distances(probe, people[place]).raw) for place in nearest]


def _apart(probe: Embedding, people: People) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(people.astype(np.float64) - probe.astype(np.float64), axis=1))
