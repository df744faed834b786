from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source

COUNTED = {
    "bkn.asn": {"asn"},
    "bkn.tni_polri": {"tni", "polri"},
    "bkn.pensioners": {"pensiunan"},
}


class Employee(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    kind: Literal["asn", "tni", "polri", "pensiunan"]


class Employees(Envelope):
    records: list[Employee]


class Bkn(MembersConnector[Employees]):
    """Members in the pay of the state. A person with two records of one kind counts once."""

    source = Source.BKN
    path = "bkn/v1/employment"
    purpose = _("Who works for the state")
    schema = Employees

    def facts(self, answer: Employees) -> list[FactValue]:
        return [
            FactValue(name, len({record.nik for record in answer.records if record.kind in kinds}), "persons")
            for name, kinds in COUNTED.items()
        ]
