"""A recognition network: aligned faces in, embeddings out. Run by ONNX Runtime on one thread.

One thread, because a worker is one process per core; more threads only take each other's cache.
"""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from verification.faces import dlib_network

VIEWS = "6 views"  # how `embed` looks at a face; embeddings of other looks are another version
# The usual preparation of published face networks (ArcFace and its kin): RGB to -1 … 1.
OPERATOR_MEAN, OPERATOR_SCALE = (127.5, 127.5, 127.5), 127.5


class UnusableModel(ValueError):
    """A model file that is no recognition network of the shape documented at `from_file`."""


@dataclass(frozen=True, slots=True, eq=False)
class Recogniser:
    """One loaded network. `version` names weights and preparation: embeddings of two never mix.

    `side` is the edge of the aligned face it wants, in pixels; `length` that of its embeddings.
    """

    version: str
    side: int
    length: int
    session: onnxruntime.InferenceSession
    mean: tuple[float, float, float]
    scale: float
    has_unit_length: bool  # whether its embeddings are scaled to length 1, so that distances go from 0 to 2

    def embeddings(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Of aligned RGB faces, shape (n, side, side, 3), the embeddings, shape (n, length)."""
        prepared = (chips.astype(np.float32) - np.array(self.mean, np.float32)) / np.float32(self.scale)
        feed = {self.session.get_inputs()[0].name: np.ascontiguousarray(prepared.transpose(0, 3, 1, 2))}
        found = np.asarray(self.session.run(None, feed)[0], dtype=np.float32)
        if self.has_unit_length:
            found = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), np.float32(1e-12))
        return found


def from_dlib(weights: Path) -> Recogniser:
    """The network of `face_recognition_models`. Raises ValueError for any other weight file."""
    return Recogniser(
        version=f"face_recognition_models {version('face_recognition_models')}, small, {VIEWS}",
        side=dlib_network.SIDE,
        length=dlib_network.LENGTH,
        session=_session(dlib_network.model(weights)),
        mean=dlib_network.MEAN_RGB,
        scale=dlib_network.SCALE,
        has_unit_length=False,
    )


def from_file(path: Path) -> Recogniser:
    """A stronger network of the operator: an ONNX file.

    One input (n, 3, S, S) float32, RGB scaled to -1 … 1, S fixed in the file; first output (n, L).
    The face arrives upright with its eyes on the same spots, cut the way dlib cuts it (25 % margin).
    Raises UnusableModel when the file is anything else.
    """
    try:
        data = path.read_bytes()
        session = _session(data)
    except Exception as error:  # the runtime raises its own kinds for each way a file can be wrong
        raise UnusableModel(f"{path.name} is no ONNX model: {type(error).__name__}") from None
    shape, answer = session.get_inputs()[0].shape, session.get_outputs()[0].shape
    square = len(shape) == 4 and shape[1] == 3 and isinstance(shape[2], int) and shape[2] == shape[3]
    if len(session.get_inputs()) != 1 or not square or len(answer) != 2 or not isinstance(answer[1], int):
        raise UnusableModel(f"{path.name} takes {shape} and gives {answer}; (n, 3, S, S) and (n, L) are needed")
    return Recogniser(
        version=f"{path.name} {hashlib.sha256(data).hexdigest()[:12]}, {VIEWS}",
        side=shape[2],
        length=answer[1],
        session=session,
        mean=OPERATOR_MEAN,
        scale=OPERATOR_SCALE,
        has_unit_length=True,
    )


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: a hint about a graph is nothing an operator can act on
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
