"""A face as 128 numbers, and how they travel. Needs numpy only."""

import numpy as np
from numpy.typing import NDArray

LENGTH = 128
Embedding = NDArray[np.float32]


def to_bytes(embedding: Embedding) -> bytes:
    """512 bytes, little-endian float32: biometric data, to be sealed before it is stored."""
    return embedding.astype("<f4").tobytes()


def from_bytes(data: bytes) -> Embedding:
    """The vector `to_bytes` wrote, shape (128,). Raises ValueError for any other length."""
    if len(data) != 4 * LENGTH:
        raise ValueError(f"an embedding has {4 * LENGTH} bytes")
    return np.frombuffer(data, dtype="<f4").astype(np.float32)
