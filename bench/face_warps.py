"""Pictures made from pictures: a head that turns, and a print that is tilted, bent and moved.

The head gets the depth of an average face (an ellipsoid with a nose), so its turns are those of
an invented head with a real skin: good enough to measure a measure with, no replacement for people.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Field = NDArray[np.float64]

# In widths of the eyes (about 9 cm), from the middle between them: x to the right, y down, z to the camera.
HALF_WIDTH, HALF_HEIGHT, DEPTH, CHIN = 0.92, 1.45, 1.0, 0.35
NOSE_AT, NOSE_HEIGHT, NOSE_WIDE, NOSE_LONG = 0.42, 0.24, 0.13, 0.22
AXIS = 0.45  # how far behind the eyes a head turns


@dataclass(frozen=True, slots=True)
class Where:
    """The eyes of a face: their middle in pixels, and the distance of the outer corners."""

    x: float
    y: float
    width: float

    @classmethod
    def of(cls, points: Field) -> "Where":
        """From the five landmarks of a face (`detect.Face`)."""
        middle = (points[0] + points[2]) / 2
        return cls(float(middle[0]), float(middle[1]), float(np.linalg.norm(points[0] - points[2])))


def turned(pixels: Pixels, eyes: Where, degrees: float) -> Pixels:
    """The head turned; positive towards its own left, which is the right side of the picture."""
    rows, columns = pixels.shape[:2]
    x = np.asarray((np.arange(columns, dtype=np.float64) - eyes.x)[None, :] / eyes.width, dtype=np.float64)
    y = np.asarray((np.arange(rows, dtype=np.float64) - eyes.y)[:, None] / eyes.width, dtype=np.float64)
    angle = np.radians(degrees)
    moved = x * np.cos(angle) + (_depth(x, y) + AXIS - DEPTH_AT_EYES) * np.sin(angle)
    share = _of_the_head(x, y)
    lands = np.maximum.accumulate(x * (1 - share) + moved * share, axis=1)
    across = np.arange(columns, dtype=np.float64)
    wanted = (across - eyes.x) / eyes.width
    comes_from = np.stack([np.interp(wanted, lands[row], across) for row in range(rows)])
    return sampled(pixels, comes_from, np.broadcast_to(np.arange(rows)[:, None], comes_from.shape))


def _depth(x: Field, y: Field) -> Field:
    inside = np.clip(1 - (x / HALF_WIDTH) ** 2 - ((y - CHIN) / HALF_HEIGHT) ** 2, 0, None)
    nose = np.exp(-((x / NOSE_WIDE) ** 2) - ((y - NOSE_AT) / NOSE_LONG) ** 2)
    return np.asarray(DEPTH * np.sqrt(inside) + NOSE_HEIGHT * nose)


DEPTH_AT_EYES = float(_depth(np.zeros(1), np.zeros(1))[0])


def _of_the_head(x: Field, y: Field) -> Field:
    """1 on the head, falling to 0 around it, so that the background stays where it is."""
    radius = np.sqrt((x / HALF_WIDTH) ** 2 + ((y - CHIN) / HALF_HEIGHT) ** 2)
    return np.asarray(np.clip((1.5 - radius) / 0.5, 0, 1))


@dataclass(frozen=True, slots=True)
class Held:
    """How a print is held: tilts in degrees, its bend (0 flat, else radius in picture widths), size, place."""

    yaw: float = 0
    pitch: float = 0
    roll: float = 0
    bend: float = 0
    scale: float = 1
    shift: tuple[float, float] = (0, 0)
    distance: float = 2.0  # of the camera, in picture widths


def held(pixels: Pixels, how: Held) -> Pixels:
    """A print before a camera: plane or cylinder, in perspective."""
    rows, columns = pixels.shape[:2]
    u, v = np.meshgrid(np.arange(columns) - columns / 2, np.arange(rows) - rows / 2)
    u, v = (u - how.shift[0] * columns) / how.scale, (v - how.shift[1] * rows) / how.scale
    far = how.distance * columns
    turn = _rotation(how.yaw, how.pitch, how.roll)
    eye = turn.T @ np.array([0, 0, far])
    rays = np.stack([u, v, np.full_like(u, -far)], axis=-1) @ turn
    if how.bend:
        a, b = _on_cylinder(eye, rays, how.bend * columns)
    else:
        reach = -eye[2] / rays[..., 2]
        a, b = eye[0] + reach * rays[..., 0], eye[1] + reach * rays[..., 1]
    return sampled(pixels, a + columns / 2, b + rows / 2)


def _on_cylinder(eye: Field, rays: Field, radius: float) -> tuple[Field, Field]:
    """Where rays meet paper bent around an upright cylinder, as coordinates on the paper."""
    x, z = eye[0], eye[2] + radius
    dx, dz = rays[..., 0], rays[..., 2]
    square, half, rest = dx**2 + dz**2, x * dx + z * dz, x**2 + z**2 - radius**2
    inside = half**2 - square * rest
    reach = (-half - np.sqrt(np.clip(inside, 0, None))) / square
    around = np.arctan2(x + reach * dx, z + reach * dz)
    return np.where(inside > 0, radius * around, -1e6), eye[1] + reach * rays[..., 1]


def _rotation(yaw: float, pitch: float, roll: float) -> Field:
    (a, b, c) = np.radians([yaw, pitch, roll])
    around_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    around_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray(around_z @ around_x @ around_y)


def sampled(pixels: Pixels, x: Field, y: Field) -> Pixels:
    """The picture at these places, bilinear; grey where there is no picture."""
    rows, columns = pixels.shape[:2]
    inside = (x >= 0) & (x <= columns - 1) & (y >= 0) & (y <= rows - 1)
    x, y = np.clip(x, 0, columns - 1.001), np.clip(y, 0, rows - 1.001)
    left, top = x.astype(int), y.astype(int)
    right, low = (x - left)[..., None], (y - top)[..., None]
    upper = pixels[top, left] * (1 - right) + pixels[top, left + 1] * right
    lower = pixels[top + 1, left] * (1 - right) + pixels[top + 1, left + 1] * right
    found = upper * (1 - low) + lower * low
    return np.asarray(np.where(inside[..., None], found, 128)).round().astype(np.uint8)


def noisy(pixels: Pixels, chance: np.random.Generator, *, grain: float = 3.0, shake: int = 2) -> Pixels:
    """As the next shot of a camera held by hand: a little elsewhere, with fresh noise."""
    moved = np.roll(pixels, chance.integers(-shake, shake + 1, 2), axis=(0, 1))
    noise = chance.normal(0, grain, pixels.shape[:2])[..., None]
    return np.asarray(np.clip(moved + noise, 0, 255)).round().astype(np.uint8)
