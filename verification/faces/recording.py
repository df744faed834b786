"""A recording of moves: is somebody there, who is it, and did they do what was asked, in that order?

What is measured of a turn: the nose against the plane of the face (`parallax`), and on the five
landmarks the base of the nose along the line of the eyes. The first is what a flat picture cannot do,
however it is slanted; a bent one does a little. The second may not say the opposite of the first.
`docs/faces.md` says how often people pass and which attacks were tried; it is no certified test of liveness.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from verification.faces import engine, parallax
from verification.faces import moves as rows
from verification.faces.codes import Break, Hint, Move
from verification.faces.decode import UnreadablePicture, decode
from verification.faces.embed import embed, glance
from verification.faces.quality import hint_for
from verification.faces.texture import fineness
from verification.faces.track import Seen, follow, has_copies
from verification.faces.vectors import Embedding

SIDE = 640
FEWEST_GOOD = 2  # of the frames that look straight at the beginning
SELFIE_FRAMES = 4


@dataclass(frozen=True, slots=True)
class Edges:
    """From where a move counts; measured as `docs/faces.md` says. Parts of the width of the eyes, or distances.

    `nose`: of a turn, by parallax. `offset`: by how much the landmarks may say the opposite. `rest`,
    `rest_offset`: at most, looking straight again. `wrong`: at most, to the other side. `closer`: growth
    of the face. `same_straight`, `same_moved`: raw distance from the face at the beginning, looking straight
    and otherwise, by the shipped network: for another one these numbers mean nothing.
    """

    nose: float = 0.035
    offset: float = 0.040
    rest: float = 0.030
    rest_offset: float = 0.070
    wrong: float = 0.020
    closer: float = 1.15
    same_straight: float = 0.36
    same_moved: float = 0.50


EDGES = Edges()


@dataclass(frozen=True, slots=True)
class Turn:
    """How a frame stands against looking straight: parallax of the nose, offset of its base, growth of the face.

    A parallax that could not be measured is NaN, which is no move at all.
    """

    nose: float
    offset: float
    growth: float


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What a recording shows. `why` is None when it is live; then there is an `embedding` of the person.

    `best` is the place of the frame that shows the face best, `light` the grey level of the face there,
    `texture` the hint of `texture.fineness`.
    """

    why: Break | Hint | None
    best: int = 0
    embedding: Embedding | None = None
    light: float | None = None
    texture: float | None = None


def evaluate(frames: Sequence[bytes], moves: Sequence[Move], edges: Edges = EDGES) -> Recording:
    """Look at the frames of one recording in their order. Never raises for what is in them."""
    try:
        pictures = [decode(data, side=SIDE) for data in frames]
    except UnreadablePicture:
        return Recording(Hint.UNREADABLE)
    places = rows.of_each_frame(moves)
    if len(pictures) != len(places) or has_copies(pictures):
        return Recording(Break.REPEATED)
    seen = follow(pictures)
    if isinstance(seen, Break | Hint):
        return Recording(seen)
    start = seen[: rows.STRAIGHT_FRAMES]
    hints = [hint_for(each.measures) for each in start]
    good = [place for place, hint in enumerate(hints) if hint is None]
    if len(good) < FEWEST_GOOD:
        return Recording(next(hint for hint in hints if hint is not None), light=start[0].measures.light)
    best = max(good, key=lambda place: start[place].measures.detail)
    found = Recording(
        _missed(seen, [start[place] for place in good], start[best], places, edges),
        best,
        light=start[best].measures.light,
        texture=fineness(start[best].chip),
    )
    return found if found.why else _recognised(found, seen, good, places, edges)


def turns(seen: Sequence[Seen], straight: Sequence[Seen], best: Seen) -> list[Turn]:
    """Every frame against the frames that look straight."""
    nose = float(np.median([each.measures.nose for each in straight]))
    size = float(np.median([each.measures.eyes_px for each in straight]))
    return [
        Turn(
            0.0 if each is best else parallax.measure(best.chip, each.chip).nose,
            each.measures.nose - nose,
            each.measures.eyes_px / size,
        )
        for each in seen
    ]


def is_done(move: Move, frames: Sequence[Turn], edges: Edges = EDGES) -> bool:
    """Whether one of the frames shows the move and none its opposite."""
    if move in rows.TURNS:
        side = 1 if move == Move.LEFT else -1  # not mirrored: one's own left is the right of the picture
        there = any(side * each.nose >= edges.nose and side * each.offset >= -edges.offset for each in frames)
        return there and not any(side * each.nose < -edges.wrong for each in frames)
    if move == Move.CLOSER:
        return any(each.growth >= edges.closer for each in frames)
    return any(abs(each.nose) <= edges.rest and abs(each.offset) <= edges.rest_offset for each in frames)


def _missed(
    seen: Sequence[Seen], straight: Sequence[Seen], best: Seen, places: Sequence[tuple[int, Move]], edges: Edges
) -> Break | None:
    found = turns(seen, straight, best)
    for place, move in dict(places).items():
        if place and not is_done(
            move, [turn for turn, (at, _) in zip(found, places, strict=True) if at == place], edges
        ):
            return Break.MOVE_MISSED
    return None


def _recognised(
    found: Recording, seen: Sequence[Seen], good: Sequence[int], places: Sequence[tuple[int, Move]], edges: Edges
) -> Recording:
    """One person all along, known from the beginning; the selfie is the mean of the sharpest frontal frames.

    Compared with the beginning alone: a mean of everything would lie half-way between two people. Whether it
    is one person the shipped network says, whichever the selfie is measured with.
    """
    network, companion = engine.load().recogniser, engine.load().companion
    straight = [at for at, (_place, move) in enumerate(places) if move == Move.STRAIGHT]
    looks = {at: embed(seen[at].picture, seen[at].face, companion) for at in good}
    start = np.mean(list(looks.values()), axis=0)
    for at, each in enumerate(seen):
        if at not in looks:
            edge = edges.same_straight if at in straight else edges.same_moved
            if float(np.linalg.norm(glance(each.picture, each.face, companion) - start)) > edge:
                return replace(found, why=Break.OTHER_PERSON)
    known = looks if network is companion else {}
    frontal = [at for at in straight if hint_for(seen[at].measures) is None]
    sharpest = sorted(frontal, key=lambda at: -seen[at].measures.detail)[:SELFIE_FRAMES]
    selfie = [known[at] if at in known else embed(seen[at].picture, seen[at].face, network) for at in sharpest]
    return replace(found, embedding=np.asarray(np.mean(selfie, axis=0), dtype=np.float32))
