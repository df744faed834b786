from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class Meter(BaseModel):
    model_config = ConfigDict(strict=True)

    power_va: Annotated[int, Field(ge=0, le=200_000)]


class Meters(Envelope):
    meters: list[Meter]


class Pln(MembersConnector[Meters]):
    """The largest electricity meter on a name of the family, in VA."""

    source = Source.PLN
    path = "pln/v1/meters"
    purpose = _("Electric power of the house")
    schema = Meters

    def facts(self, answer: Meters) -> list[FactValue]:
        largest = max((meter.power_va for meter in answer.meters), default=0)
        return [FactValue("pln.power_va", largest, "VA")]
