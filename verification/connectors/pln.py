from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class Meter(BaseModel):
    model_config = ConfigDict(strict=True)

    power_va: Annotated[int, Field(ge=0, le=200_000)]


class Bill(BaseModel):
    """One month. Where nobody could read the meter the bill is estimated, and says so."""

    model_config = ConfigDict(strict=True)

    kwh: Annotated[int, Field(ge=0, le=100_000)]
    is_estimated: bool


class Meters(Envelope):
    meters: list[Meter]
    usage: Annotated[list[Bill], Field(max_length=24)] | None = None


class Pln(MembersConnector[Meters]):
    """The largest electricity meter on a name of the family, in VA, and what the house uses, where PLN says it."""

    source = Source.PLN
    path = "pln/v1/meters"
    purpose = _("Electric power of the house, and its use")
    schema = Meters

    def facts(self, answer: Meters) -> list[FactValue]:
        largest = max((meter.power_va for meter in answer.meters), default=0)
        return [FactValue("pln.power_va", largest, "VA"), *self._used(answer.usage)]

    def _used(self, usage: list[Bill] | None) -> list[FactValue]:
        """The mean month, as certain as meters were read for it."""
        if usage is None:
            return []
        months = len(usage) or 1
        read = sum(not bill.is_estimated for bill in usage) if usage else 1
        mean = sum(bill.kwh for bill in usage) // months
        return [FactValue("pln.monthly_kwh", mean, "kWh/month", confidence=100 * read // months, since_words=2)]
