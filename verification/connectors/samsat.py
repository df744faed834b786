from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class Vehicle(BaseModel):
    model_config = ConfigDict(strict=True)

    kind: Literal["mobil", "motor"]


class Vehicles(Envelope):
    vehicles: list[Vehicle]


class Samsat(MembersConnector[Vehicles]):
    """Cars and motorcycles registered to the family."""

    source = Source.SAMSAT
    path = "samsat/v1/vehicles"
    purpose = _("Vehicles of the family")
    schema = Vehicles

    def facts(self, answer: Vehicles) -> list[FactValue]:
        kinds = [vehicle.kind for vehicle in answer.vehicles]
        return [
            FactValue("samsat.cars", kinds.count("mobil"), "vehicles"),
            FactValue("samsat.motorcycles", kinds.count("motor"), "vehicles"),
        ]
