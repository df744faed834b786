"""How far apart two faces are, and what that means. Nothing here can refuse a person.

What no distance can tell: identical twins. The network was never asked to, and their pictures are
as close as two of one person. A twin who comes with the other's card is found where the register's
facts are compared and where one face asks twice (duplicates), by an officer.
"""

from dataclasses import dataclass

import numpy as np

from verification.faces import normalise
from verification.faces.codes import Outcome, Reason
from verification.faces.normalise import Centres
from verification.faces.thresholds import FaceThresholds
from verification.faces.vectors import Embedding


@dataclass(frozen=True, slots=True)
class Distances:
    """Each 0 (same picture) to 2. `cen` is seen from the mean of the population, `gen` from the general
    mean; both are None without centres."""

    raw: float
    cen: float | None = None
    gen: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is None when accepted."""

    outcome: Outcome
    reason: Reason | None = None


def distances(first: Embedding, second: Embedding, centres: Centres | None = None) -> Distances:
    """All distances of two embeddings; symmetric in them."""
    raw = float(np.linalg.norm(first.astype(np.float64) - second.astype(np.float64)))
    if centres is None:
        return Distances(raw)
    seen = (float(normalise.distance(first, second, mean)) for mean in (centres.population, centres.general))
    return Distances(raw, *seen)


def decide(found: Distances, thresholds: FaceThresholds) -> Verdict:
    """Accept or review. A larger distance never leads to a better verdict; NaN is never accepted.

    Without centres only the strict raw edge counts.
    """
    if found.cen is None or found.gen is None:
        accepted = found.raw <= thresholds.accept_raw_alone
        near = found.raw <= thresholds.review_raw
    else:
        accepted = found.cen <= thresholds.accept_cen and found.gen <= thresholds.accept_gen
        near = found.raw <= thresholds.review_raw and found.cen <= thresholds.review_cen
    if accepted and near:
        return Verdict(Outcome.ACCEPT)
    return Verdict(Outcome.REVIEW, Reason.UNCERTAIN if near else Reason.MISMATCH)


def decide_for(recogniser: str, found: Distances, thresholds: FaceThresholds) -> Verdict:
    """`decide` for distances of this network. One that nobody calibrated accepts nobody."""
    if recogniser != thresholds.recogniser:
        return Verdict(Outcome.REVIEW, Reason.NOT_CALIBRATED)
    return decide(found, thresholds)
