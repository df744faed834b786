"""What a worker of the queue `face` does with a claimed check: fetch, look, compare. Writes nothing about the case."""

from verification import connectors
from verification.connectors import SourceRefused, SourceUnavailable
from verification.enums import FaceOutcome, Source
from verification.services import breaker
from verification.services.faces import MANUAL_ROUTE, ClaimedCheck, Finding


def look(claimed: ClaimedCheck) -> Finding:
    """Compare a selfie with the register's photograph, over HTTP and outside any transaction.

    A selfie that cannot be judged is sent back before anybody is asked about the person. Raises
    SourceUnavailable when the photograph cannot be had now.
    """
    if claimed.selfie is None:
        return Finding(FaceOutcome.REVIEW, MANUAL_ROUTE, reference=_reference(claimed)[0])
    # dlib and its models: only a worker that compares faces pays for them.
    from verification.faces import pipeline

    if hint := pipeline.check_quality(claimed.selfie).hint:
        return Finding(FaceOutcome.RETRY, hint.value, thresholds_version=claimed.thresholds.version)
    reference, obstacle = _reference(claimed)
    if reference is None:
        return Finding(FaceOutcome.REVIEW, obstacle)
    found = pipeline.compare(claimed.selfie, reference, claimed.thresholds)
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


def _reference(claimed: ClaimedCheck) -> tuple[bytes | None, str]:
    """The photograph, or None and why there is none that could be asked for again."""
    if not claimed.has_consent:
        return None, "no_consent"
    if breaker.claim_turn(Source.PHOTOGRAPH) is not None:
        raise SourceUnavailable("resting")
    try:
        photograph = connectors.reference_photograph(claimed.nik, request_id=claimed.check.public_id)
    except SourceUnavailable:
        breaker.record_failure(Source.PHOTOGRAPH)
        raise
    except SourceRefused:
        breaker.record_success(Source.PHOTOGRAPH)
        return None, "reference_refused"
    breaker.record_success(Source.PHOTOGRAPH)
    return photograph, "" if photograph else "no_reference"
