"""The face engine of a process: dlib's detector and 5-point landmarks, and a recognition network.

The weights are those that `face_recognition` 1.3.0 ships, unless `$FACE_MODEL_PATH` names an ONNX
file of the operator (`recogniser.from_file`). The library itself is not imported, for three
reasons: importing it also loads the 68-point landmark file (trained on iBUG 300-W, not cleared for
commercial products) and a detector nobody uses; it switches Pillow to accept truncated files for
the whole process; and where its models are missing it calls `quit()`, which would end a worker
without an exception.

The 68 points are only good for one thing here: whether the eyes are open. They are loaded when the
operator says `FACE_68_POINTS=accepted`, which means: I have looked at the licence of that file.

Loaded once per process, on first use. `./portal bench face` prints how long a comparison takes and
how much memory a worker holds.
"""

import importlib.util
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import dlib

from verification.faces import recogniser
from verification.faces.recogniser import Recogniser

DETECTOR_VERSION = f"dlib {dlib.__version__}"


@dataclass(frozen=True, slots=True)
class Engine:
    """dlib's callables, the network, and the version every verdict stores. Embeddings of two versions never mix.

    `outline` finds 68 points; None unless the operator has accepted the licence of that file. `companion` is
    always the shipped network, the only one for which it was measured how far one person moves in a recording;
    without a network of the operator it is the `recogniser` itself.
    """

    detector: Any
    landmarks: Any
    outline: Any | None
    recogniser: Recogniser
    companion: Recogniser
    version: str


@cache
def load() -> Engine:
    """The engine of this process. Raises FileNotFoundError where the weights are not installed.

    A model of the operator that cannot be used raises UnusableModel: comparing with another network
    than the one that was calibrated would be worse than not comparing.
    """
    weights = _weights()
    given, accepted = os.environ.get("FACE_MODEL_PATH"), os.environ.get("FACE_68_POINTS") == "accepted"
    shipped = recogniser.from_dlib(weights / "dlib_face_recognition_resnet_model_v1.dat")
    network = recogniser.from_file(Path(given)) if given else shipped
    return Engine(
        detector=dlib.get_frontal_face_detector(),
        landmarks=dlib.shape_predictor(str(weights / "shape_predictor_5_face_landmarks.dat")),
        outline=dlib.shape_predictor(str(weights / "shape_predictor_68_face_landmarks.dat")) if accepted else None,
        recogniser=network,
        companion=shipped,
        version=f"{DETECTOR_VERSION}, {network.version}",
    )


def _weights() -> Path:
    # find_spec does not run the package, which would import pkg_resources only to build these paths.
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package face_recognition_models is not installed")
    return Path(spec.origin).parent / "models"
