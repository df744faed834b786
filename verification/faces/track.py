"""One face followed through the frames of a recording, and how it stands in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from verification.faces import parallax
from verification.faces.codes import Break, Hint
from verification.faces.decode import Picture
from verification.faces.detect import BYSTANDER_SCORE, Face, face_at, find_faces, without_bystanders
from verification.faces.quality import Measures, measure

# A turned head is a worse face to the detector: look for it with less certainty once it was seen.
EASY = -0.6
MOST_LOST = 2  # frames in which the face may be missing
JUMP = 0.8  # of its width between two frames: people move slower than pictures are swapped
SIDE = 480  # what the detector sees: the face of somebody before their own phone is large
# Difference of two frames after 4 x 4 pixels were made one, in parts of their contrast. A picture saved once
# more stays below 0.006; webcam shots of people who sat still, two frames apart, were never below 0.015.
SAME_PICTURE = 0.007


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One frame with its face; `found` says whether the detector saw it or only its last place was looked at."""

    picture: Picture
    face: Face
    measures: Measures
    chip: NDArray[np.float64]
    found: bool


def follow(pictures: Sequence[Picture]) -> list[Seen] | Hint | Break:
    """The same face in every frame, or why there is none. The first frame must show it clearly."""
    seen: list[Seen] = []
    for picture in pictures:
        faces = find_faces(picture, side=SIDE, above=EASY if seen else 0.0)
        certain = tuple(face for face in faces if face.score > BYSTANDER_SCORE)
        if len(without_bystanders(certain)) > 1:
            return Hint.MANY
        if not faces and not seen:
            return Hint.NONE
        face = _nearest(faces, seen[-1].face) if seen and faces else faces[0] if faces else None
        here = face or face_at(picture, seen[-1].face)
        if seen and _distance(here, seen[-1].face) > JUMP * (here.right - here.left):
            return Break.JUMPED
        seen.append(Seen(picture, here, measure(picture, here), parallax.chip(picture, here), face is not None))
    return Break.LOST if sum(not each.found for each in seen) > MOST_LOST else seen


def has_copies(pictures: Sequence[Picture]) -> bool:
    """Whether two frames are one picture, saved again perhaps."""
    small = [np.asarray(Image.fromarray(each.pixels).convert("L").reduce(4), dtype=np.float32) for each in pictures]
    return any(
        one.shape == other.shape and float(np.abs(one - other).mean()) < SAME_PICTURE * float(one.std())
        for place, one in enumerate(small)
        for other in small[place + 1 :]
    )


def _nearest(faces: tuple[Face, ...], last: Face) -> Face:
    return min(faces, key=lambda face: _distance(face, last))


def _distance(one: Face, other: Face) -> float:
    return (
        float(
            np.hypot(one.left + one.right - other.left - other.right, one.top + one.bottom - other.top - other.bottom)
        )
        / 2
    )
