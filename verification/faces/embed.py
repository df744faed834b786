"""The recognition network: from a face in a picture to its embedding."""

import numpy as np

from verification.faces import engine
from verification.faces.decode import Picture
from verification.faces.detect import Face
from verification.faces.vectors import Embedding


def embed(picture: Picture, face: Face) -> Embedding:
    """The face as a vector of shape (128,), from all pixels of the picture, without jitter.

    float32 loses nothing: the network computes in it and widens only its answer.
    """
    loaded = engine.load()
    marks = loaded.landmarks(picture.pixels, face.box)
    return np.array(loaded.encoder.compute_face_descriptor(picture.pixels, marks), dtype=np.float32)
