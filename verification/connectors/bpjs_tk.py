from datetime import timedelta
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class Wage(BaseModel):
    model_config = ConfigDict(strict=True)

    status: Literal["active", "inactive"]
    monthly_wage: Annotated[int, Field(ge=0, le=10_000_000_000)]


class Wages(Envelope):
    records: list[Wage]


class BpjsTk(MembersConnector[Wages]):
    """The highest wage of a running employment in the family, rupiah a month."""

    source = Source.BPJS_TK
    path = "bpjs-tk/v1/wages"
    purpose = _("Wages in the family")
    max_age = timedelta(days=180)
    schema = Wages

    def facts(self, answer: Wages) -> list[FactValue]:
        running = [record.monthly_wage for record in answer.records if record.status == "active"]
        return [FactValue("bpjs_tk.highest_wage", max(running, default=0), "rupiah/month")]
