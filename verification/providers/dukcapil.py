"""Dukcapil's face match: the NIK and the selfie go out, a yes or no and a similarity come back.

Dukcapil publishes no description of its own service; the shape is the one its resellers document
(`face`, `face_similarity` from 0 to 1, yes from 0.75). The similarity has no meaning beside our
distances, so neither is ever turned into the other: the verdict stores it beside the version `dukcapil-1`.
The face is measured here all the same, to be searched for among the others.
"""

import base64
from dataclasses import replace
from typing import Annotated

from django.conf import settings
from pydantic import Field

from verification.connectors import SourceRefused, SourceUnavailable, http
from verification.connectors.base import Envelope, read
from verification.enums import FaceOutcome, Source
from verification.faces.codes import Reason
from verification.providers.reference import reference_of
from verification.services import breaker
from verification.services.faces import ClaimedCheck, Finding

PATH = "dukcapil/v1/face-match"
VERSION = "dukcapil-1"


class FaceMatchAnswer(Envelope):
    face: bool
    face_similarity: Annotated[float, Field(ge=0, le=1)]


def compare(claimed: ClaimedCheck) -> Finding:
    """What Dukcapil says of the selfie. Raises SourceUnavailable when it says nothing now.

    Accepted only when it says yes and is at least as sure as `FACE_SIMILARITY`; anything else is for
    an officer, who gets the register's photograph to look at.
    """
    if not claimed.has_consent:
        return Finding(FaceOutcome.REVIEW, "no_consent")
    answer = _ask(claimed)
    if isinstance(answer, str):
        return Finding(FaceOutcome.REVIEW, answer, thresholds_version=VERSION, engine_version=VERSION)
    template, recogniser = _described(claimed)
    found = Finding(
        FaceOutcome.ACCEPT,
        similarity=answer.face_similarity,
        thresholds_version=VERSION,
        engine_version=VERSION,
        template=template,
        recogniser=recogniser,
    )
    if answer.face and answer.face_similarity >= settings.FACE_SIMILARITY:
        return found
    reason = Reason.UNCERTAIN if answer.face else Reason.MISMATCH
    reference, _obstacle = reference_of(claimed)
    return replace(found, outcome=FaceOutcome.REVIEW, reason=reason.value, reference=reference)


def _described(claimed: ClaimedCheck) -> tuple[bytes | None, str]:
    """What the person looks like to the network here, so that whoever registers twice is found."""
    # dlib and its models are in this process already: it has judged the picture before asking anybody.
    from verification.faces import engine, pipeline

    if claimed.embedding is not None:
        return claimed.embedding, engine.load().recogniser.version
    assert claimed.selfie is not None  # noqa: S101 - `looking` brings only checks with a picture here
    return pipeline.describe(claimed.selfie)


def _ask(claimed: ClaimedCheck) -> FaceMatchAnswer | str:
    """The answer, or why there will be none."""
    assert claimed.selfie is not None  # noqa: S101 - `looking` brings only checks with a picture here
    if breaker.claim_turn(Source.PHOTOGRAPH) is not None:
        raise SourceUnavailable("resting")
    question = {"nik": claimed.nik, "image_base64": base64.b64encode(claimed.selfie).decode()}
    request_id = claimed.check.public_id
    try:
        body = http.post(PATH, question, source=Source.PHOTOGRAPH, request_id=request_id)
        answer = read(body.content, FaceMatchAnswer, request_id=request_id)
    except SourceUnavailable as error:
        breaker.record_failure(Source.PHOTOGRAPH, error=error.code)
        raise
    except SourceRefused as error:
        breaker.record_success(Source.PHOTOGRAPH, error=error.code)
        return "reference_refused"
    breaker.record_success(Source.PHOTOGRAPH, latency_ms=body.latency_ms)
    return answer if isinstance(answer, FaceMatchAnswer) else "no_reference"
