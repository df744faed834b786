"""What a worker of the queue `face` does with a claimed check: fetch, look, compare. Writes nothing about the case."""

from dataclasses import replace

from verification import providers
from verification.enums import FaceOutcome
from verification.providers.reference import reference_of
from verification.services.faces import MANUAL_ROUTE, ClaimedCheck, Finding


def look(claimed: ClaimedCheck) -> Finding:
    """Have a selfie compared, over HTTP and outside any transaction.

    A selfie that cannot be judged is sent back before anybody is asked about the person. Raises
    SourceUnavailable when whoever compares, or the register's photograph, cannot be had now.
    """
    if claimed.selfie is None:
        return Finding(FaceOutcome.REVIEW, MANUAL_ROUTE, reference=reference_of(claimed)[0])
    # dlib and its models: only a worker that compares faces pays for them.
    from verification.faces import pipeline

    quality = pipeline.check_quality(claimed.selfie)
    light = quality.measures.light if quality.measures else None
    if quality.hint:
        version = claimed.operation.thresholds.version
        return Finding(FaceOutcome.RETRY, quality.hint.value, thresholds_version=version, light=light)
    return replace(providers.chosen()(claimed), light=light)
