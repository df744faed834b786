"""From two files to a verdict: the only module a task needs.

The stages are pure and in files of their own, so that liveness, several frames or another
recognition network can be put between them without touching the rest.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from verification.faces import engine, match
from verification.faces.codes import Hint, Outcome, Reason
from verification.faces.decode import Picture, UnreadablePicture, decode
from verification.faces.detect import Face, find_in_reference, find_in_selfie
from verification.faces.embed import embed
from verification.faces.normalise import Centres
from verification.faces.quality import Quality, judge
from verification.faces.thresholds import FaceThresholds
from verification.faces.vectors import Embedding, from_bytes, to_bytes

Finder = Callable[[Picture], tuple[Picture, tuple[Face, ...]]]
Timings = dict[str, float]


@dataclass(frozen=True, slots=True)
class FaceComparison:
    """What a face check found.

    `recogniser` is the version of the network: embeddings are of one kind when it is the same, whatever finds the
    faces. RETRY carries a `hint`, and nothing was compared. REVIEW carries a `reason`. `raw`, `cen` and `gen` are
    the distances of `match.Distances`, the last two seen from the means `mean_version`. Each embedding is 512
    bytes (`vectors.to_bytes`), present for every face that was measured. `timings` are milliseconds per stage,
    with their `total`.
    """

    outcome: Outcome
    engine_version: str
    recogniser: str
    thresholds_version: str
    mean_version: str | None = None
    hint: Hint | None = None
    reason: Reason | None = None
    raw: float | None = None
    cen: float | None = None
    gen: float | None = None
    selfie_quality: Quality | None = None
    reference_quality: Quality | None = None
    selfie_embedding: bytes | None = None
    reference_embedding: bytes | None = None
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def mismatch_hint(self) -> bool:
        """The officer should look closely: the distance is beyond the review edge."""
        return self.reason is Reason.MISMATCH


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """One picture seen; without an embedding it is not good enough to compare."""

    quality: Quality
    embedding: Embedding | None = None

    def packed(self) -> bytes | None:
        return None if self.embedding is None else to_bytes(self.embedding)


def check_quality(selfie: bytes) -> Quality:
    """Whether `compare` would compare this picture; for a hint before the reference has arrived."""
    return _look(selfie, find_in_selfie, lambda quality: False, {}).quality


def describe(selfie: bytes) -> tuple[bytes | None, str]:
    """The embedding of a picture that somebody else compares, None where it is not good enough, and its network."""
    return _look(selfie, find_in_selfie, _is_good, {}).packed(), engine.load().recogniser.version


def compare(
    selfie: bytes,
    reference: bytes,
    thresholds: FaceThresholds,
    *,
    mean: Centres | None = None,
    embedding: bytes | None = None,
) -> FaceComparison:
    """Compare a selfie with the reference photograph of the register: ACCEPT, REVIEW or RETRY.

    Never raises for what is in the pictures: a selfie that cannot be judged is RETRY with a hint; a
    reference that cannot be used is REVIEW, because the person can do nothing about it. The quality
    of the reference is reported and does not block. `embedding` is what a recording showed of the person:
    then the selfie is not looked at again.
    """
    timings: Timings = {}
    with _timed(timings, "load"):
        loaded = engine.load()
    mine = _look(selfie, find_in_selfie, _is_good, timings) if embedding is None else _known(embedding)
    theirs = None if mine.embedding is None else _look(reference, find_in_reference, _shows_one_person, timings)
    found = FaceComparison(
        Outcome.RETRY,
        loaded.version,
        loaded.recogniser.version,
        thresholds.version,
        mean.version if mean else None,
        hint=mine.quality.hint,
        selfie_quality=mine.quality,
        reference_quality=theirs.quality if theirs else None,
        selfie_embedding=mine.packed(),
        reference_embedding=theirs.packed() if theirs else None,
        timings={**timings, "total": sum(timings.values())},
    )
    if mine.embedding is None or theirs is None:
        return found
    if theirs.embedding is None:
        return replace(found, outcome=Outcome.REVIEW, reason=Reason.REFERENCE_UNUSABLE)
    apart = match.distances(mine.embedding, theirs.embedding, mean)
    verdict = match.decide_for(found.recogniser, apart, thresholds)
    return replace(found, outcome=verdict.outcome, reason=verdict.reason, raw=apart.raw, cen=apart.cen, gen=apart.gen)


def _look(data: bytes, find: Finder, is_usable: Callable[[Quality], bool], timings: Timings) -> _Look:
    try:
        with _timed(timings, "decode"):
            picture = decode(data)
    except UnreadablePicture:
        return _Look(Quality(Hint.UNREADABLE, 0))
    with _timed(timings, "detect"):
        upright, faces = find(picture)
    with _timed(timings, "quality"):
        quality = judge(upright, faces)
    if not is_usable(quality):
        return _Look(quality)
    with _timed(timings, "embed"):
        return _Look(quality, embed(upright, faces[0]))


def _known(embedding: bytes) -> _Look:
    return _Look(Quality(None, 1), from_bytes(embedding, length=engine.load().recogniser.length))


def _is_good(quality: Quality) -> bool:
    return quality.hint is None


def _shows_one_person(quality: Quality) -> bool:
    return quality.measures is not None and quality.hint is not Hint.MANY


@contextmanager
def _timed(timings: Timings, stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        timings[stage] = timings.get(stage, 0.0) + (time.perf_counter() - start) * 1000
