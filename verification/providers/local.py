"""Comparing in this worker, with the register's photograph."""

import numpy as np

from verification.enums import FaceOutcome
from verification.faces import pipeline
from verification.faces.normalise import Centres
from verification.operating import Operation
from verification.providers.reference import reference_of
from verification.services.faces import ClaimedCheck, Finding


def compare(claimed: ClaimedCheck) -> Finding:
    """Selfie against photograph. Raises SourceUnavailable when the photograph cannot be had now."""
    assert claimed.selfie is not None  # noqa: S101 - `looking` brings only checks with a picture here
    reference, obstacle = reference_of(claimed)
    if reference is None:
        return Finding(FaceOutcome.REVIEW, obstacle)
    operation = claimed.operation
    found = pipeline.compare(claimed.selfie, reference, operation.thresholds, mean=_centres(operation))
    reason = found.hint or found.reason
    return Finding(
        FaceOutcome(found.outcome.value),
        reason.value if reason else "",
        raw=found.raw,
        engine_version=found.engine_version,
        thresholds_version=found.thresholds_version,
        template=found.selfie_embedding,
        reference=reference,
    )


def _centres(operation: Operation) -> Centres | None:
    means = operation.means
    if means is None:
        return None
    return Centres(
        version=means.version,
        recogniser=operation.thresholds.recogniser,
        general=np.array(means.general),
        population=np.array(means.population),
        people=means.people,
    )
