from datetime import timedelta
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class Parcel(BaseModel):
    model_config = ConfigDict(strict=True)

    area_m2: Annotated[int, Field(ge=0, le=100_000_000)]


class Parcels(Envelope):
    parcels: list[Parcel]


class Bpn(MembersConnector[Parcels]):
    """All land titled to the family, in square metres."""

    source = Source.BPN
    path = "bpn/v1/parcels"
    purpose = _("Land the family owns")
    max_age = timedelta(days=730)
    schema = Parcels

    def facts(self, answer: Parcels) -> list[FactValue]:
        return [FactValue("bpn.land_m2", sum(parcel.area_m2 for parcel in answer.parcels), "m2")]
