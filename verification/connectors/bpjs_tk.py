from datetime import date, timedelta
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source

RUNNING = timedelta(days=92)  # an employer pays each month; a quarter without is an ended job


class Wage(BaseModel):
    model_config = ConfigDict(strict=True)

    status: Literal["active", "inactive"]
    monthly_wage: Annotated[int, Field(ge=0, le=10_000_000_000)]


class Contribution(BaseModel):
    """Employers are told apart and counted; no name is kept."""

    model_config = ConfigDict(strict=True)

    nik: Annotated[str, Field(pattern=r"^\d{16}$")]
    employer: Annotated[str, Field(min_length=1, max_length=200)]
    months: Annotated[int, Field(ge=0, le=720)]
    last_contribution: date


class Wages(Envelope):
    records: list[Wage]
    contributions: list[Contribution] | None = None


class BpjsTk(MembersConnector[Wages]):
    """The highest wage of a running employment in the family, and who still pays in, where BPJS TK says it."""

    source = Source.BPJS_TK
    path = "bpjs-tk/v1/wages"
    purpose = _("Wages in the family, and who is paid in for")
    max_age = timedelta(days=180)
    schema = Wages

    def facts(self, answer: Wages) -> list[FactValue]:
        running = [record.monthly_wage for record in answer.records if record.status == "active"]
        wage = FactValue("bpjs_tk.highest_wage", max(running, default=0), "rupiah/month")
        if answer.contributions is None:
            return [wage]
        paid = [one for one in answer.contributions if answer.as_of - one.last_contribution <= RUNNING]
        longest = max((one.months for one in answer.contributions), default=0)
        return [
            wage,
            FactValue("bpjs_tk.paid_in", len({one.nik for one in paid}), "persons", since_words=2),
            FactValue("bpjs_tk.employers", len({one.employer for one in paid}), "number", since_words=2),
            FactValue("bpjs_tk.contribution_months", longest, "months", since_words=2),
        ]
