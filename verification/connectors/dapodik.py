from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source

LEVELS = ("sd", "smp", "sma")


class Pupil(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    level: Literal["sd", "smp", "sma"]
    active: bool


class Pupils(Envelope):
    records: list[Pupil]


class Dapodik(MembersConnector[Pupils]):
    """Members who go to school now, per level. A pupil listed by two schools counts once."""

    source = Source.DAPODIK
    path = "dapodik/v1/pupils"
    purpose = _("Children who go to school")
    schema = Pupils

    def facts(self, answer: Pupils) -> list[FactValue]:
        active = {(record.nik, record.level) for record in answer.records if record.active}
        counts = {level: sum(1 for _nik, found in active if found == level) for level in LEVELS}
        return [FactValue(f"dapodik.pupils_{level}", count, "persons") for level, count in counts.items()]
