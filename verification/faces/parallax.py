"""How far a nose has moved against its face between two pictures: what turns, and what only looks so.

Landmarks alone do not tell. The base of the nose, measured along the line of the eyes, moves as far
in a print held at a slant as in a head that turns (`docs/faces.md` has the numbers), because a slant
shears the picture. Here the plane of the face is found first: the perspective change that best lays
the second picture over the first, looked for everywhere but at the nose. A flat picture then lies on
itself however it is held. A nose does not: it stands out of the face and has moved to one side.
"""

from dataclasses import dataclass

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from verification.faces import engine
from verification.faces.decode import Picture
from verification.faces.detect import Face

SIDE, MARGIN = 96, 0.25
EYES = 47.3  # pixels between the outer corners of the eyes on a chip of this side and margin
NOSE_X, NOSE_Y = (36, 60), (36, 61)
FACE = ((47.5, 50.0), (37.0, 42.0))  # centre and half axes of what is laid over each other
SEARCH_X, SEARCH_Y = 11, 3
ROUNDS = (6, 8)  # of fitting, coarse and fine
BLUR = 3.0
DAMPING = 1e-3
ENOUGH = 5e-4  # of the side: a twentieth of a pixel
Grey = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parallax:
    """`nose`: shift in widths of the eyes, positive to the right of the picture, NaN where it was not found.

    `fit`: how well the faces lie on each other without the nose, `peak`: how well the nose was found again;
    both 1 at best.
    """

    nose: float
    fit: float
    peak: float


def chip(picture: Picture, face: Face) -> Grey:
    """The face upright in grey, eyes always on the same spots, with light and shade evened out: (96, 96)."""
    marks = engine.load().landmarks(picture.pixels, face.box)
    cut = Image.fromarray(dlib.get_face_chip(picture.pixels, marks, size=SIDE, padding=MARGIN)).convert("L")
    grey = np.asarray(cut.filter(ImageFilter.GaussianBlur(1)), dtype=np.float64)
    around = np.asarray(cut.filter(ImageFilter.GaussianBlur(9)), dtype=np.float64)
    flat = grey - around
    spread = np.sqrt(_blurred(flat**2, 9)) + 4
    return np.asarray(flat / spread)


def measure(straight: Grey, other: Grey) -> Parallax:
    """Between the chips of two pictures of one face."""
    plane = np.eye(3)
    for blur, rounds in zip((BLUR, 0.0), ROUNDS, strict=True):
        plane = _fitted(_blurred(straight, blur), _blurred(other, blur), plane, rounds)
    laid = _at(other, *_through(plane, X, Y))
    shift, peak = _nose_shift(straight, laid)
    return Parallax(shift / EYES, _alike(straight[PLANE], laid[PLANE]), peak)


Y, X = (axis.astype(np.float64) for axis in np.mgrid[0:SIDE, 0:SIDE])
_INSIDE = ((X - FACE[0][0]) / FACE[1][0]) ** 2 + ((Y - FACE[0][1]) / FACE[1][1]) ** 2 <= 1
_NOSE = (NOSE_X[0] - 2 <= X) & (NOSE_X[1] + 2 > X) & (NOSE_Y[0] - 2 <= Y) & (NOSE_Y[1] + 2 > Y)
PLANE = _INSIDE & ~_NOSE


def _fitted(straight: Grey, other: Grey, plane: Grey, rounds: int) -> Grey:
    """Gauss and Newton: the eight numbers of a perspective change that make `other` look like `straight`."""
    x, y = (X[PLANE] - SIDE / 2) / SIDE, (Y[PLANE] - SIDE / 2) / SIDE
    slope_y, slope_x = np.gradient(other)
    for _round in range(rounds):
        u, v = _through(plane, X[PLANE], Y[PLANE])
        error = straight[PLANE] - _at(other, u, v)
        gx, gy = SIDE * _at(np.asarray(slope_x), u, v), SIDE * _at(np.asarray(slope_y), u, v)
        both = gx * x + gy * y
        rows = np.stack([gx * x, gx * y, gx, gy * x, gy * y, gy, -both * x, -both * y], axis=1)
        weight = 1 / (1 + (error / 0.5) ** 2)  # hair, glare and what came into view count little
        weighted = rows * weight[:, None]
        square = weighted.T @ rows
        step = np.linalg.solve(square + DAMPING * np.trace(square) * np.eye(8) / 8, weighted.T @ error)
        plane = plane @ _as_matrix(step)
        if np.abs(step).max() < ENOUGH:
            break
    return plane


def _as_matrix(step: Grey) -> Grey:
    """A small perspective change, in coordinates from the middle of the chip, as a matrix of pixels."""
    a, b, c, d, e, f, g, h = step
    small = np.array([[1 + a, b, c], [d, 1 + e, f], [g, h, 1]])
    return np.asarray(_TO_PIXELS @ small @ _FROM_PIXELS)


_TO_PIXELS = np.array([[SIDE, 0, SIDE / 2], [0, SIDE, SIDE / 2], [0, 0, 1.0]])
_FROM_PIXELS = np.linalg.inv(_TO_PIXELS)


def _through(plane: Grey, x: Grey, y: Grey) -> tuple[Grey, Grey]:
    below = plane[2, 0] * x + plane[2, 1] * y + plane[2, 2]
    return (
        (plane[0, 0] * x + plane[0, 1] * y + plane[0, 2]) / below,
        (plane[1, 0] * x + plane[1, 1] * y + plane[1, 2]) / below,
    )


def _at(grey: Grey, x: Grey, y: Grey) -> Grey:
    x, y = np.clip(x, 0, SIDE - 1.001), np.clip(y, 0, SIDE - 1.001)
    left, top = x.astype(int), y.astype(int)
    right, low = x - left, y - top
    upper = grey[top, left] * (1 - right) + grey[top, left + 1] * right
    lower = grey[top + 1, left] * (1 - right) + grey[top + 1, left + 1] * right
    return np.asarray(upper * (1 - low) + lower * low)


def _nose_shift(straight: Grey, laid: Grey) -> tuple[float, float]:
    """Where the nose of `straight` is found again in `laid`, to a part of a pixel, and how alike it is there."""
    nose = straight[slice(*NOSE_Y), slice(*NOSE_X)]
    alike = {
        (dx, dy): _alike(nose, laid[NOSE_Y[0] + dy : NOSE_Y[1] + dy, NOSE_X[0] + dx : NOSE_X[1] + dx])
        for dx in range(-SEARCH_X, SEARCH_X + 1)
        for dy in range(-SEARCH_Y, SEARCH_Y + 1)
    }
    (dx, dy), peak = max(alike.items(), key=lambda item: item[1])
    before, after = alike.get((dx - 1, dy)), alike.get((dx + 1, dy))
    if before is None or after is None:  # at the edge of the search: something else looked like the nose
        return float("nan"), peak
    bow = before - 2 * peak + after
    return dx + (0.5 * (before - after) / bow if bow else 0.0), peak


def _alike(one: Grey, other: Grey) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / (np.sqrt((one**2).sum() * (other**2).sum()) + 1e-9))


def _blurred(grey: Grey, radius: float) -> Grey:
    if not radius:
        return grey
    reach = int(2 * radius)
    kernel = np.exp(-((np.arange(-reach, reach + 1) / radius) ** 2) / 2)
    kernel /= kernel.sum()
    padded = np.pad(grey, reach, mode="edge")
    down = sum(weight * padded[at : at + SIDE] for at, weight in enumerate(kernel))
    return np.asarray(sum(weight * down[:, at : at + SIDE] for at, weight in enumerate(kernel)))
