from datetime import timedelta
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source

COUNTED = {"other_aid.cash": "tunai", "other_aid.food": "sembako"}


class Recipient(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    kind: Literal["tunai", "sembako", "lainnya"]
    active: bool


class Recipients(Envelope):
    records: list[Recipient]


class OtherAid(MembersConnector[Recipients]):
    """Members who receive cash or food from another body now (Kepmensos 73/2024, group 15)."""

    source = Source.OTHER_AID
    path = "other-aid/v1/recipients"
    purpose = _("The same aid from another body")
    max_age = timedelta(days=120)
    is_blocking = False
    schema = Recipients

    def facts(self, answer: Recipients) -> list[FactValue]:
        active = [record for record in answer.records if record.active]
        return [
            FactValue(name, len({record.nik for record in active if record.kind == kind}), "persons")
            for name, kind in COUNTED.items()
        ]
