"""What a worker of the queue `face` does with a claimed check: fetch, look, compare. Writes nothing about the case."""

from dataclasses import replace

from verification import providers
from verification.enums import FaceOutcome
from verification.faces.codes import Move
from verification.models import SAMPLE
from verification.providers.reference import reference_of
from verification.services.faces import MANUAL_ROUTE, ClaimedCheck, ClaimedRecording, Finding
from verification.services.recordings import Liveness


def look(claimed: ClaimedCheck) -> Finding:
    """Have a selfie compared, over HTTP and outside any transaction.

    A selfie that cannot be judged is sent back before anybody is asked about the person. Raises
    SourceUnavailable when whoever compares, or the register's photograph, cannot be had now.
    """
    if claimed.check.reason == SAMPLE:
        return Finding(FaceOutcome.REVIEW, SAMPLE, reference=reference_of(claimed)[0])
    if claimed.selfie is None:
        return Finding(FaceOutcome.REVIEW, MANUAL_ROUTE, reference=reference_of(claimed)[0])
    if claimed.recording is not None:
        return _look_at_recording(claimed, claimed.recording)
    # dlib and its models: only a worker that compares faces pays for them.
    from verification.faces import pipeline

    quality = pipeline.check_quality(claimed.selfie)
    light = quality.measures.light if quality.measures else None
    if quality.hint:
        version = claimed.operation.thresholds.version
        return Finding(FaceOutcome.RETRY, quality.hint.value, thresholds_version=version, light=light)
    return replace(providers.chosen()(claimed), light=light)


def _look_at_recording(claimed: ClaimedCheck, sent: ClaimedRecording) -> Finding:
    """First whether somebody was there, then who: compared is what the frames showed, no other picture."""
    from verification.faces import recording
    from verification.faces.vectors import to_bytes

    version = claimed.operation.thresholds.version
    if sent.spoiled:
        return Finding(FaceOutcome.RETRY, sent.spoiled, thresholds_version=version, liveness=Liveness(sent.spoiled))
    found = recording.evaluate(sent.frames, [Move(move) for move in sent.moves])
    if found.why is not None or found.embedding is None:
        why = str(found.why)
        seen = Liveness(why, found.texture)
        return Finding(FaceOutcome.RETRY, why, thresholds_version=version, light=found.light, liveness=seen)
    live = replace(claimed, selfie=sent.frames[found.best], embedding=to_bytes(found.embedding))
    return replace(providers.chosen()(live), light=found.light, liveness=Liveness("", found.texture))
