"""Whether a picture is worth comparing, and the one thing to do better. No score is shown.

Built on the 5-point landmarks: the 68-point file is not cleared for commercial products. Whether the eyes
are open needs it, so that is only looked at where the operator has accepted its licence (`engine`). The
ideas are those of ISO/IEC 29794-5 (one face, size, sharpness, exposure, contrast, uniform light,
pose); the formulas are our own and no conformity is claimed.

Where the edges come from: 109 pictures (84 webcam frames of nine East-Asian people, 25 press
photographs of nine people) spoiled in steps and compared with clean references, plus 3,045
pictures of Labeled Faces in the Wild as they are. Share of same-person pairs with raw <= 0.38,
webcam (78 % unspoiled) / press (66 % unspoiled):

    eyes_px    45: 78/63 %   36: 77/61 %   30: 78/55 %   24: 75/47 %, a third not found
    detail     press at 3.0-7.1 %: 66 %    1.0-2.4: 54 %    0.5-1.2: 29 %    0.2-0.7: 5 %
    light      webcam x 0.6 (28-83): 72 %    x 0.4 (18-55): 62 %    x 0.12 (10-18): 35 %
    burnt      press 0.01-0.59: 36 %    0.20-0.79: 3 %; unspoiled pictures never above 0.07
    uneven     0.5-0.9: 67/54 %    0.7-1.1: 45/29 %; unspoiled press and webcam up to 0.62
    contrast   10-28: 64/66 %    4-14: 34/47 %; unspoiled from 15
    roll       up to 35 degrees: 68/63 %, yet faces are missed from about 40
    nose       Labeled Faces, worse of the two pictures: to 0.09 37 %, to 0.12 26 %, to 0.15 18 %,
               above 0.20 12 %

`nose` on five points is 0.64 x the offset of the nose tip on 68 points (correlation 0.97, residual
0.02): five points mark the base of the nose, which moves less than its tip. The gate lets pass all
25 press photographs and all 250 webcam frames of the collection.
"""

from dataclasses import dataclass

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from verification.faces import engine
from verification.faces.codes import Hint
from verification.faces.decode import Picture
from verification.faces.detect import Face, without_bystanders

CHIP_SIDE, CHIP_MARGIN = 150, 0.25
FACE_ROWS, FACE_COLUMNS = slice(25, 130), slice(25, 125)  # forehead to chin, ear to ear, no background
BURNT_LEVEL = 250


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one face. Grey levels are 0 to 255 on an aligned chip, so they do not depend on size.

    `eyes_px`: distance of the eye centres in the picture. `detail`: variance of the Laplacian in
    percent of the variance of the chip, which blur lowers and darkness does not. `burnt`: share of
    white pixels. `uneven`: difference between the halves of the face over its mean. `roll`:
    degrees, head towards a shoulder. `nose`: offset of the nose base along the eye line, in widths
    of the eyes; negative when the face looks to the left of the picture; about yaw / 150 degrees.
    `eyes_open`: height over width of the eyes, both together (T. Soukupová, J. Čech, 2016); None where
    68 points are not looked for.
    """

    eyes_px: float
    detail: float
    light: float
    burnt: float
    contrast: float
    uneven: float
    roll: float
    nose: float
    eyes_open: float | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """`hint` is None when the picture is good enough; `measures` is None without a face."""

    hint: Hint | None
    faces: int
    measures: Measures | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Edges of a usable picture; the values are explained in the docstring of this module."""

    eyes_px: float = 36
    detail: float = 0.6
    dark: float = 40
    bright: float = 235
    burnt: float = 0.30
    contrast: float = 12
    uneven: float = 0.70
    roll: float = 25
    nose: float = 0.14
    eyes_open: float = 0.14  # dlib draws open lids on some closed eyes: low, so that nobody is told wrongly


SELFIE = Gate()


def judge(picture: Picture, faces: tuple[Face, ...], gate: Gate = SELFIE) -> Quality:
    """Quality of a picture in which `faces` were found, largest first."""
    if not faces:
        return Quality(_hint_without_face(picture, gate), 0)
    rivals = without_bystanders(faces)
    measures = measure(picture, faces[0])
    hint = Hint.MANY if len(rivals) > 1 else hint_for(measures, gate)
    return Quality(hint, len(faces), measures)


def measure(picture: Picture, face: Face) -> Measures:
    """All measures of one face; 2 ms."""
    skin = _chip(picture, face)[FACE_ROWS, FACE_COLUMNS]
    middle = skin.shape[1] // 2
    light = float(skin.mean())
    eyes_px, roll, nose = _pose(face.points)
    return Measures(
        eyes_px=eyes_px,
        detail=100 * float(_laplacian(skin).var()) / (float(skin.var()) + 1),
        light=light,
        burnt=float((skin > BURNT_LEVEL).mean()),
        contrast=float(skin.std()),
        uneven=abs(float(skin[:, :middle].mean() - skin[:, middle:].mean())) / (light + 1),
        roll=roll,
        nose=nose,
        eyes_open=_eyes_open(picture, face),
    )


def hint_for(found: Measures, gate: Gate = SELFIE) -> Hint | None:
    """The first thing to change: whatever spoils the other measures comes before them."""
    checks = (
        (Hint.TOO_SMALL, found.eyes_px < gate.eyes_px),
        (Hint.DARK, found.light < gate.dark),
        (Hint.BRIGHT, found.light > gate.bright or found.burnt > gate.burnt),
        (Hint.SIDE_LIGHT, found.uneven > gate.uneven),
        (Hint.TILTED, abs(found.roll) > gate.roll),
        (Hint.TURNED, abs(found.nose) > gate.nose),
        (Hint.BLURRY, found.detail < gate.detail or found.contrast < gate.contrast),
        (Hint.EYES_CLOSED, found.eyes_open is not None and found.eyes_open < gate.eyes_open),
    )
    return next((hint for hint, failed in checks if failed), None)


def _hint_without_face(picture: Picture, gate: Gate) -> Hint:
    """Light is often why no face was found; say so rather than "no face"."""
    grey = np.asarray(Image.fromarray(picture.pixels).convert("L").reduce(4))
    if float(grey.mean()) < gate.dark:
        return Hint.DARK
    return Hint.BRIGHT if float((grey > BURNT_LEVEL).mean()) > gate.burnt else Hint.NONE


def _chip(picture: Picture, face: Face) -> NDArray[np.float64]:
    """The face upright at a fixed size, in grey: shape (150, 150)."""
    marks = engine.load().landmarks(picture.pixels, face.box)
    chip = dlib.get_face_chip(picture.pixels, marks, size=CHIP_SIDE, padding=CHIP_MARGIN)
    return np.asarray(Image.fromarray(chip).convert("L"), dtype=np.float64)


def _pose(points: NDArray[np.float64]) -> tuple[float, float, float]:
    """Eye distance in pixels, roll in degrees, nose offset in eye widths; see `Face` for the points."""
    outer_right, inner_right, outer_left, inner_left, nose = points
    across = outer_right - outer_left
    width = float(np.linalg.norm(across)) or 1.0
    eyes_px = float(np.linalg.norm((outer_right + inner_right - outer_left - inner_left) / 2))
    roll = float(np.degrees(np.arctan2(across[1], across[0])))
    offset = float(np.dot(nose - (outer_right + outer_left) / 2, across / width)) / width
    return eyes_px, roll, offset


def _eyes_open(picture: Picture, face: Face) -> float | None:
    """Mean of both eyes; their outlines are points 36 to 41 and 42 to 47."""
    outline = engine.load().outline
    if outline is None:
        return None
    marks = outline(picture.pixels, face.box)
    points = np.array([(marks.part(place).x, marks.part(place).y) for place in range(36, 48)], dtype=np.float64)
    eyes = points.reshape(2, 6, 2)
    heights = np.linalg.norm(eyes[:, [1, 2]] - eyes[:, [5, 4]], axis=2).sum(axis=1)
    widths = 2 * np.linalg.norm(eyes[:, 0] - eyes[:, 3], axis=1)
    return float((heights / np.maximum(widths, 1)).mean())


def _laplacian(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Second derivative after a 3 × 3 smoothing against sensor noise."""
    rows = (grey[:-2] + 2 * grey[1:-1] + grey[2:]) / 4
    soft = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4
    around = soft[:-2, 1:-1] + soft[2:, 1:-1] + soft[1:-1, :-2] + soft[1:-1, 2:]
    return np.asarray(around - 4 * soft[1:-1, 1:-1])
