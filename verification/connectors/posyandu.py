from datetime import timedelta
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source

QUARTER = 3  # months


class Month(BaseModel):
    model_config = ConfigDict(strict=True)

    visited: bool


class Expected(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    programme: Literal["kehamilan", "posyandu"]
    months: Annotated[list[Month], Field(max_length=QUARTER)]


class Visits(Envelope):
    records: list[Expected]


class Posyandu(MembersConnector[Visits]):
    """Pregnant members the health centre knows, and the months of the last quarter in which one who was
    expected did not come: of the member who missed most. Nobody expected, nothing missed. No diagnosis is asked for.
    """

    source = Source.POSYANDU
    path = "kemenkes/v1/visits"
    purpose = _("Visits of pregnant mothers and small children")
    max_age = timedelta(days=120)
    is_blocking = False
    schema = Visits

    def facts(self, answer: Visits) -> list[FactValue]:
        pregnant = {record.nik for record in answer.records if record.programme == "kehamilan"}
        missed = [sum(not month.visited for month in record.months) for record in answer.records]
        return [
            FactValue("posyandu.pregnant", len(pregnant), "persons"),
            FactValue("posyandu.missed_months", max(missed, default=0), "months"),
        ]
