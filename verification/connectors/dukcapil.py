"""Dukcapil: the family card, and the photograph a selfie is compared with."""

import base64
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import PlainValidator

from enrollment import cards
from enrollment.enums import Relation
from verification.connectors import http
from verification.connectors.base import Connector, Envelope, FactValue, Question, Subjects, read
from verification.enums import Source
from verification.rules import age_on

CHILD_UNTIL, ELDERLY_FROM = 6, 60  # whole years, both counted in


def _bytes(encoded: object) -> bytes:
    if not isinstance(encoded, str):
        raise ValueError("a picture is text in base 64")
    return base64.b64decode(encoded, validate=True)


class FamilyCardAnswer(Envelope):
    family_card: Annotated[cards.CardData, PlainValidator(cards.parse)]


class PhotographAnswer(Envelope):
    image_base64: Annotated[bytes, PlainValidator(_bytes)]
    content_type: Literal["image/jpeg", "image/png"]


@dataclass(frozen=True, slots=True)
class FoundCard:
    """`card` is None when Dukcapil does not know the NIK."""

    card: cards.CardData | None
    as_of: date
    latency_ms: int = 0


class Dukcapil(Connector[FamilyCardAnswer]):
    """Who belongs to the family, counted among the living on the day the register was read."""

    source = Source.DUKCAPIL
    path = "dukcapil/v1/family-card"
    purpose = _("Who belongs to the family")
    schema = FamilyCardAnswer

    def question(self, about: Subjects) -> Question | None:
        return {"nik": about.applicant_nik} if about.applicant_nik else None

    def facts(self, answer: FamilyCardAnswer) -> list[FactValue]:
        members = answer.family_card.members
        ages = [age_on(answer.as_of, born=member.birth_date) for member in members if member.is_alive]
        heads_alive = [member.is_alive for member in members if member.relation == Relation.HEAD]
        return [
            FactValue("dukcapil.family_size", len(ages), "persons"),
            FactValue("dukcapil.children_0_6", sum(0 <= age <= CHILD_UNTIL for age in ages), "persons"),
            FactValue("dukcapil.elderly_60", sum(age >= ELDERLY_FROM for age in ages), "persons"),
            FactValue("dukcapil.head_alive", any(heads_alive), "flag"),
        ]


def family_card(nik: str, *, request_id: UUID) -> FoundCard:
    """The card itself, to show on the form. Raises SourceUnavailable or SourceRefused."""
    body = http.post(Dukcapil.path, {"nik": nik}, request_id=request_id)
    answer = read(body, FamilyCardAnswer, request_id=request_id)
    card = answer.family_card if isinstance(answer, FamilyCardAnswer) else None
    return FoundCard(card, answer.as_of, body.latency_ms)


def reference_photograph(nik: str, *, request_id: UUID) -> bytes | None:
    """The registered photograph, None when there is none. Raises SourceUnavailable or SourceRefused."""
    path = "dukcapil/v1/reference-photo"
    body = http.post(path, {"nik": nik}, request_id=request_id, max_bytes=http.PHOTO_MAX_BYTES)
    answer = read(body, PhotographAnswer, request_id=request_id)
    return answer.image_base64 if isinstance(answer, PhotographAnswer) else None
