from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from verification.connectors.base import Connector, Envelope, FactValue, Question, Subjects
from verification.enums import Source


class Family(Envelope):
    decile: int = Field(ge=1, le=10)


class Dtsen(Connector[Family]):
    """The welfare decile of the family. A family that is not listed has none: unknown, never 10."""

    source = Source.DTSEN
    path = "dtsen/v1/family"
    purpose = _("How well-off the family is (decile)")
    max_age = timedelta(days=180)
    schema = Family

    def question(self, about: Subjects) -> Question | None:
        return {"kk_number": about.kk_number} if about.kk_number else None

    def facts(self, answer: Family) -> list[FactValue]:
        return [FactValue("dtsen.decile", answer.decile, "decile")]
