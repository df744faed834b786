"""How far apart two faces are, and what that means. Nothing here can refuse a person."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verification.faces.codes import Outcome, Reason
from verification.faces.thresholds import FaceThresholds
from verification.faces.vectors import Embedding


@dataclass(frozen=True, slots=True, eq=False)
class PopulationMean:
    """Mean embedding of at least a hundred confirmed people, shape (128,), and its version."""

    version: str
    vector: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distances:
    """`raw`: 0 (same picture) to 2. `cen`: after subtracting the population mean; None without one."""

    raw: float
    cen: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is None when accepted."""

    outcome: Outcome
    reason: Reason | None = None


def distances(first: Embedding, second: Embedding, mean: PopulationMean | None = None) -> Distances:
    """Both distances of two embeddings; symmetric in them."""
    one, two = first.astype(np.float64), second.astype(np.float64)
    raw = float(np.linalg.norm(one - two))
    if mean is None:
        return Distances(raw)
    return Distances(raw, float(np.linalg.norm(_unit(one - mean.vector) - _unit(two - mean.vector))))


def decide(found: Distances, thresholds: FaceThresholds) -> Verdict:
    """Accept or review. A larger distance never leads to a better verdict; NaN is never accepted."""
    if found.cen is None:
        accepted = found.raw <= thresholds.accept_raw_alone
        near = found.raw <= thresholds.review_raw
    else:
        accepted = found.raw <= thresholds.accept_raw and found.cen <= thresholds.accept_cen
        near = found.raw <= thresholds.review_raw and found.cen <= thresholds.review_cen
    if accepted:
        return Verdict(Outcome.ACCEPT)
    return Verdict(Outcome.REVIEW, Reason.UNCERTAIN if near else Reason.MISMATCH)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / (np.linalg.norm(vector) or 1.0)
