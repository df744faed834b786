"""Comparing in this worker, with the register's photograph."""

from verification import enrolled
from verification.enums import FaceOutcome
from verification.faces import pipeline
from verification.providers.reference import reference_of
from verification.services.faces import ClaimedCheck, Finding


def compare(claimed: ClaimedCheck) -> Finding:
    """Selfie against photograph. Raises SourceUnavailable when the photograph cannot be had now."""
    assert claimed.selfie is not None  # noqa: S101 - `looking` brings only checks with a picture here
    reference, obstacle = reference_of(claimed)
    if reference is None:
        return Finding(FaceOutcome.REVIEW, obstacle)
    operation = claimed.operation
    found = pipeline.compare(
        claimed.selfie,
        reference,
        operation.thresholds,
        mean=enrolled.centres_of(operation),
        embedding=claimed.embedding,
    )
    reason = found.hint or found.reason
    return Finding(
        FaceOutcome(found.outcome.value),
        reason.value if reason else "",
        raw=found.raw,
        population=found.cen,
        general=found.gen,
        mean_version=(found.mean_version or "") if found.cen is not None else "",
        engine_version=found.engine_version,
        thresholds_version=found.thresholds_version,
        template=found.selfie_embedding,
        recogniser=found.recogniser,
        reference=reference,
    )
