"""What Dukcapil is asked for besides facts: the family card to fill in the form, and the photograph of a person."""

import base64
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import PlainValidator

from enrollment import cards
from verification.connectors import http
from verification.connectors.base import Envelope, read
from verification.connectors.dukcapil import Dukcapil, FamilyCardAnswer
from verification.enums import Source


def _bytes(encoded: object) -> bytes:
    if not isinstance(encoded, str):
        raise ValueError("a picture is text in base 64")
    return base64.b64decode(encoded, validate=True)


class PhotographAnswer(Envelope):
    image_base64: Annotated[bytes, PlainValidator(_bytes)]
    content_type: Literal["image/jpeg", "image/png"]


@dataclass(frozen=True, slots=True)
class FoundCard:
    """`card` is None when Dukcapil does not know the NIK."""

    card: cards.CardData | None
    as_of: date
    latency_ms: int = 0


def family_card(nik: str, *, request_id: UUID) -> FoundCard:
    """The card itself, to show on the form. Raises SourceUnavailable or SourceRefused."""
    body = http.post(Dukcapil.path, {"nik": nik}, source=Source.DUKCAPIL, request_id=request_id)
    answer = read(body.content, FamilyCardAnswer, request_id=request_id)
    card = answer.family_card if isinstance(answer, FamilyCardAnswer) else None
    return FoundCard(card, answer.as_of, body.latency_ms)


def reference_photograph(nik: str, *, request_id: UUID) -> bytes | None:
    """The registered photograph, None when there is none. Raises SourceUnavailable or SourceRefused."""
    body = http.post(
        "dukcapil/v1/reference-photo",
        {"nik": nik},
        source=Source.PHOTOGRAPH,
        request_id=request_id,
        max_bytes=http.PHOTO_MAX_BYTES,
    )
    answer = read(body.content, PhotographAnswer, request_id=request_id)
    return answer.image_base64 if isinstance(answer, PhotographAnswer) else None
