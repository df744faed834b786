"""From a face in a picture to its embedding: the mean of six looks at it.

Straight and tilted by four degrees to either side, each as it is and mirrored. A network answers a
little differently to every small change; the mean of several answers says more about the person and
less about the picture. Same-person pairs accepted when one stranger in a thousand is (raw distance,
each list with its own edge):

    looks                     Labeled Faces   East-Asian names in it   webcam against print
    one                            76 %              58 %                     89 %
    mirrored too (2)               86 %              70 %                     92 %
    mirrored and tilted (6)        89 %              72 %                     92 %
    and shifted, scaled (18)       92 %              71 %                     92 %

Six looks take 44 ms of one core, eighteen three times that for little more.
"""

import math

import dlib
import numpy as np
from numpy.typing import NDArray

from verification.faces import engine
from verification.faces.decode import Picture
from verification.faces.detect import Face
from verification.faces.recogniser import Recogniser
from verification.faces.vectors import Embedding

TILTS = (0.0, math.radians(4), math.radians(-4))
MARGIN = 0.25  # around the face, as `face_recognition` cuts it


def embed(picture: Picture, face: Face, network: Recogniser | None = None) -> Embedding:
    """The face as a vector, shape (128,) with the network of `face_recognition`, float32.

    `network` is that of the installation unless another is named, here and below.
    """
    return np.asarray(looks(picture, face, network).mean(axis=0), dtype=np.float32)


def glance(picture: Picture, face: Face, network: Recogniser | None = None) -> Embedding:
    """One look instead of six, as `face_recognition` takes it: enough to tell one person from another in a film."""
    network = network or engine.load().recogniser
    return np.asarray(network.embeddings(chips(picture, face, network.side)[:1])[0], dtype=np.float32)


def looks(picture: Picture, face: Face, network: Recogniser | None = None) -> NDArray[np.float32]:
    """Every look by itself, shape (6, length); the first is what `face_recognition` sees."""
    network = network or engine.load().recogniser
    straight = chips(picture, face, network.side)
    return network.embeddings(np.concatenate([straight, straight[:, :, ::-1]]))


def chips(picture: Picture, face: Face, side: int) -> NDArray[np.uint8]:
    """The face cut out and upright, once per tilt: shape (3, side, side, 3)."""
    cut = dlib.get_face_chip_details(engine.load().landmarks(picture.pixels, face.box), side, MARGIN)
    size = dlib.chip_dims(side, side)
    tilted = [dlib.chip_details(cut.rect, size, cut.angle + tilt) for tilt in TILTS]
    return np.stack([dlib.extract_image_chip(picture.pixels, details) for details in tilted])
