"""People who answer a challenge, as many as are wanted, made of one photograph."""

from pathlib import Path

import numpy as np

from bench.face_attacks import Film, turning
from verification.faces import moves as rows
from verification.faces.decode import decode

DEGREES = 20
SIDE = 640


def made(portrait: Path, count: int) -> list[Film]:
    """`count` recordings of the moves the server would draw; noise and shaking differ in each."""
    if not count:
        return []
    chance, pixels = np.random.default_rng(count), decode(portrait.read_bytes(), side=SIDE).pixels
    drawn = [rows.draw() for _number in range(count)]
    return [Film("genuine", turning(pixels, moves, DEGREES, chance), moves) for moves in drawn]
