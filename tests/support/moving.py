"""People in front of a camera who do what they are asked, made of one photograph each."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from bench import face_warps as warps
from bench.face_attacks import encoded, posed
from bench.face_warps import Pixels
from tests.support import camera, faces
from verification.faces import moves as rows
from verification.faces.codes import Move

DEGREES = 20


@cache
def shot(name: str) -> Pixels:
    """The person as a camera of 640 × 480 sees them."""
    return np.asarray(camera.frame(faces.portrait(name)))


@cache
def pose(name: str, move: str, degrees: float = DEGREES) -> Pixels:
    """The person doing this move."""
    return posed(shot(name), Move(move), degrees)


def film(name: str, moves: Sequence[str], *, degrees: float = DEGREES, seed: int = 1) -> tuple[bytes, ...]:
    """Shot by shot, with the noise and the shaking of a hand; another seed is another recording."""
    chance = np.random.default_rng(seed)
    wanted = [move for _place, move in rows.of_each_frame([Move(move) for move in moves])]
    return tuple(encoded(warps.noisy(pose(name, move, degrees), chance)) for move in wanted)


def poses(name: str) -> dict[str, bytes]:
    """One picture of the person per move, as JPEG."""
    return {move.value: encoded(pose(name, move)) for move in Move}
