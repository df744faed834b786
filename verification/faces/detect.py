"""Where the faces are: HOG detector and five landmarks per face, largest face first.

The detector needs a face of about 80 pixels in the picture it sees. It looks at 640 pixels on the
long side (31 ms) and only when that shows nobody at the whole picture.
"""

from dataclasses import dataclass

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from verification.faces import engine
from verification.faces.decode import Picture

QUICK_SIDE = 640
REFERENCE_SIDE = 960
SURE = 0.75  # detector score from which a face is upright beyond doubt
# A second face counts from this detector score and this share of the largest face's area: people
# in the background of a field visit do not spoil a selfie.
BYSTANDER_SCORE, BYSTANDER_AREA = 0.3, 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face in pixels of the picture: box, detector score, and five points, shape (5, 2).

    Points: 0 outer and 1 inner corner of the eye on the image's right, 2 outer and 3 inner corner
    of the eye on its left, 4 the base of the nose.
    """

    left: int
    top: int
    right: int
    bottom: int
    score: float
    points: NDArray[np.float64]

    @property
    def area(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)

    @property
    def box(self) -> dlib.rectangle:
        return dlib.rectangle(self.left, self.top, self.right, self.bottom)


def find_faces(picture: Picture, *, side: int = QUICK_SIDE, upsample: int = 0, above: float = 0.0) -> tuple[Face, ...]:
    """All faces found with the picture shrunk to `side`, largest first; `above` is the least detector score."""
    shrink = min(1.0, side / max(picture.width, picture.height))
    seen = picture.pixels
    if shrink < 1:
        size = (round(picture.width * shrink), round(picture.height * shrink))
        seen = np.asarray(Image.fromarray(picture.pixels).resize(size, Image.Resampling.BOX))
    boxes, scores, _kinds = engine.load().detector.run(seen, upsample, above)
    faces = (_face(picture, box, score, shrink) for box, score in zip(boxes, scores, strict=True))
    return tuple(sorted(faces, key=lambda face: -face.area))


def face_at(picture: Picture, last: Face) -> Face:
    """The landmarks where a face was in the picture before, for one the detector no longer sees."""
    return _face(picture, last.box, 0.0, 1.0)


def find_in_selfie(picture: Picture) -> tuple[Picture, tuple[Face, ...]]:
    """Quick look first; the whole picture only when nobody was found; turned only while nobody is there beyond doubt.

    A picture passed on by a messenger has lost the note how to turn it: that is no fault of the person.
    """
    faces = find_faces(picture) or find_faces(picture, side=max(picture.width, picture.height))
    if _surest(faces) >= SURE:
        return picture, faces
    turned, others = _upright(picture, (2, 1, 3), side=QUICK_SIDE)
    return (turned, others) if _surest(others) > _surest(faces) else (picture, faces)


def find_in_reference(picture: Picture) -> tuple[Picture, tuple[Face, ...]]:
    """The same for a photograph of a register, which may be very small. Up to 2.5 s when there is no face at all."""
    for upsample in (0, 1):
        turned, faces = _upright(picture, (0, 1, 3, 2), side=REFERENCE_SIDE, upsample=upsample)
        if faces:
            return turned, faces
    return picture, ()


def _upright(
    picture: Picture, quarter_turns: tuple[int, ...], *, side: int, upsample: int = 0
) -> tuple[Picture, tuple[Face, ...]]:
    """The first turn with a face beyond doubt, else that with the surest face.

    15 of 100 upside-down faces pass for upright ones, their eyes on the cheeks, with a score of 0.7 at
    most and never above that of the same face upright, which is below `SURE` in 5 of 100 (260 pictures).
    """
    best: tuple[Picture, tuple[Face, ...]] = picture, ()
    for turns in quarter_turns:
        turned = Picture(np.ascontiguousarray(np.rot90(picture.pixels, turns)))
        faces = find_faces(turned, side=side, upsample=upsample)
        if _surest(faces) > _surest(best[1]):
            best = turned, faces
        if _surest(faces) >= SURE:
            break
    return best


def _surest(faces: tuple[Face, ...]) -> float:
    return max((face.score for face in faces), default=-1.0)


def without_bystanders(faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """The largest face and those near enough to compete with it."""
    return tuple(
        face
        for place, face in enumerate(faces)
        if place == 0 or (face.score > BYSTANDER_SCORE and face.area > BYSTANDER_AREA * faces[0].area)
    )


def _face(picture: Picture, box: dlib.rectangle, score: float, shrink: float) -> Face:
    left, top, right, bottom = (round(edge / shrink) for edge in (box.left(), box.top(), box.right(), box.bottom()))
    marks = engine.load().landmarks(picture.pixels, dlib.rectangle(left, top, right, bottom))
    points = np.array([(point.x, point.y) for point in marks.parts()], dtype=np.float64)
    return Face(left, top, right, bottom, float(score), points)
