"""The face engine: the detector, the 5-point landmarks and the recognition network of dlib.

These are the weights that `face_recognition` 1.3.0 ships, called the way its
`face_encodings(model="small")` calls them; `tests/verification/test_faces_engine.py` holds the two
equal to the last bit. The library itself is not imported, for three reasons: importing it also
loads the 68-point landmark file (trained on iBUG 300-W, not cleared for commercial products) and a
detector nobody uses; it switches Pillow to accept truncated files for the whole process; and
where its models are missing it calls `quit()`, which would end a worker without an exception.

Loaded once per process, on first use: about 1 s. Resident memory of a bare worker process on x86-64:
45 MB before, 74 MB loaded, 107 MB after comparing camera pictures, 214 MB after pictures of 15
megapixels. One comparison of two 480 to 600 pixel pictures takes about 0.25 s of one core.
"""

import importlib.util
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dlib


@dataclass(frozen=True, slots=True)
class Engine:
    """dlib's callables, and the version every verdict stores. Embeddings of two versions never mix."""

    detector: Any
    landmarks: Any
    encoder: Any
    version: str


@cache
def load() -> Engine:
    """The engine of this process. Raises FileNotFoundError where the weights are not installed."""
    weights = _weights()
    return Engine(
        detector=dlib.get_frontal_face_detector(),
        landmarks=dlib.shape_predictor(str(weights / "shape_predictor_5_face_landmarks.dat")),
        encoder=dlib.face_recognition_model_v1(str(weights / "dlib_face_recognition_resnet_model_v1.dat")),
        version=f"dlib {dlib.__version__}, face_recognition_models {version('face_recognition_models')}, small",
    )


def _weights() -> Path:
    # find_spec does not run the package, which would import pkg_resources only to build these paths.
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package face_recognition_models is not installed")
    return Path(spec.origin).parent / "models"
