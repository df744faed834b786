"""dlib's recognition network, rebuilt from dlib's weight file for ONNX Runtime.

The network is the 29-layer residual one of `face_recognition_models` 0.3.0 (weights in the public
domain). On one core dlib itself takes 81 ms a face and ONNX Runtime 7 ms; the embeddings agree to
1e-6. The time saved pays for looking at every face several times (`embed.py`).

The weight file is a stream of dlib's own serialisation. Only the tensors matter here: a version
number 2, four dimensions, then little-endian float32 values. They come in the order of computation:
for every convolution its filters and biases, then the scale and shift that follow it, at the end
the matrix of the embedding. The architecture itself is not in the file; it is that of dlib's
`dnn_face_recognition_ex.cpp`. A file of any other shape is refused, never guessed at.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

SIDE = 150
LENGTH = 128
MEAN_RGB, SCALE = (122.782, 117.001, 104.298), 256.0  # how dlib prepares the pixels
# Channels and residual blocks of each level; every level but the first halves the picture.
LEVELS = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))

TENSOR_VERSION = 2
LONGEST_TAIL = 4096  # what dlib writes behind the matrix
Tensor = NDArray[np.float32]


def model(weights: Path) -> bytes:
    """The network as an ONNX model: `face` (n, 3, 150, 150) float32 to `embedding` (n, 128).

    Raises ValueError when the file does not hold exactly this network.
    """
    return bytes(_Builder(_Tensors(weights.read_bytes())).build().SerializeToString())


class _Builder:
    """Writes one node after another; `_side` and `_channels` follow the picture through them."""

    def __init__(self, tensors: "_Tensors") -> None:
        self._tensors = tensors
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._side, self._channels = SIDE, 3

    def build(self) -> ModelProto:
        last = self._node("Relu", self._convolve("face", LEVELS[0][0], kernel=7, stride=2))
        self._side = (self._side - 3) // 2 + 1
        last = self._node("MaxPool", last, kernel_shape=[3, 3], strides=[2, 2])
        for level, (channels, blocks) in enumerate(LEVELS):
            for block in range(blocks):
                last = self._residual(last, channels, halves=level > 0 and block == 0)
        flat = self._node("Flatten", self._node("GlobalAveragePool", last))
        matrix = self._constant(self._tensors.next(self._channels, LENGTH))
        self._nodes.append(helper.make_node("MatMul", [flat, matrix], ["embedding"]))
        if self._tensors.rest > LONGEST_TAIL:
            raise ValueError("the weight file holds more than the network")
        graph = helper.make_graph(
            self._nodes,
            "dlib_face_recognition_resnet_model_v1",
            [helper.make_tensor_value_info("face", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", LENGTH])],
            self._constants,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

    def _residual(self, first: str, channels: int, *, halves: bool) -> str:
        """Two convolutions beside a short cut. dlib fills whichever is smaller with zeros."""
        before, narrow = self._side, self._channels
        inner = self._node("Relu", self._convolve(first, channels, kernel=3, stride=2 if halves else 1))
        deep = self._convolve(inner, channels, kernel=3, stride=1)
        short = first
        if halves:
            pooled = before // 2
            short = self._node("AveragePool", first, kernel_shape=[2, 2], strides=[2, 2])
            side = max(pooled, self._side)
            short = self._fill(short, channels - narrow, side - pooled)
            deep = self._fill(deep, 0, side - self._side)
            self._side = side
        return self._node("Relu", self._node("Add", deep, short))

    def _convolve(self, first: str, channels: int, *, kernel: int, stride: int) -> str:
        """A convolution and the scale and shift after it, folded into one."""
        area = channels * self._channels * kernel * kernel
        filters_and_biases = self._tensors.next(area + channels)
        scale, shift = self._tensors.next(2 * channels).reshape(2, channels)
        filters = filters_and_biases[:area].reshape(channels, self._channels, kernel, kernel)
        pad = kernel // 2 if stride == 1 else 0
        self._side = (self._side + 2 * pad - kernel) // stride + 1
        self._channels = channels
        return self._node(
            "Conv",
            first,
            self._constant(filters * scale[:, None, None, None]),
            self._constant(filters_and_biases[area:] * scale + shift),
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[pad] * 4,
        )

    def _fill(self, first: str, channels: int, pixels: int) -> str:
        if not channels and not pixels:
            return first
        return self._node("Pad", first, self._constant(np.array([0, 0, 0, 0, 0, channels, pixels, pixels], np.int64)))

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def _constant(self, values: NDArray[np.generic]) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name


class _Tensors:
    """Reads float tensors from a dlib stream, one behind the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def next(self, *shape: int) -> Tensor:
        """The next tensor of this shape. Raises ValueError where there is none."""
        header = _integer(TENSOR_VERSION) + b"".join(_integer(length) for length in (*shape, 1, 1, 1, 1)[:4])
        start = self._data.find(header, self._place)
        size = math.prod(shape)
        if start < 0 or len(self._data) < start + len(header) + 4 * size:
            raise ValueError(f"the weight file has no tensor {shape} where the network needs it")
        start += len(header)
        self._place = start + 4 * size
        return np.frombuffer(self._data, dtype="<f4", count=size, offset=start).reshape(shape)

    @property
    def rest(self) -> int:
        """Bytes behind the last tensor."""
        return len(self._data) - self._place


def _integer(value: int) -> bytes:
    """dlib's variable-length integer, for a positive one: the number of bytes, then those bytes."""
    width = (value.bit_length() + 7) // 8
    return bytes([width]) + value.to_bytes(width, "little")
