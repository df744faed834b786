"""A face as numbers (128 with the shipped network), and how they travel. Needs numpy only."""

import numpy as np
from numpy.typing import NDArray

LENGTH = 128
Embedding = NDArray[np.float32]


def to_bytes(embedding: Embedding) -> bytes:
    """512 bytes, little-endian float32: biometric data, to be sealed before it is stored."""
    return embedding.astype("<f4").tobytes()


def from_bytes(data: bytes, *, length: int = LENGTH) -> Embedding:
    """The vector `to_bytes` wrote, shape (length,). Raises ValueError for any other length."""
    if len(data) != 4 * length:
        raise ValueError(f"an embedding has {4 * length} bytes")
    return np.frombuffer(data, dtype="<f4").astype(np.float32)
