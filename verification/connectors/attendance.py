from datetime import timedelta
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source

Days = Annotated[int, Field(ge=0, le=366)]


class Attended(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    school_days: Days
    days_present: Days

    @model_validator(mode="after")
    def not_present_without_school(self) -> "Attended":
        if self.days_present > self.school_days:
            raise ValueError("more days present than school days")
        return self


class Attendance(Envelope):
    records: list[Attended]


class SchoolAttendance(MembersConnector[Attendance]):
    """The pupil of the family who is at school least, in whole percent rounded down (PKH asks for 85).

    Without a pupil, or before the first school day, there is no share to speak of: only the count.
    """

    source = Source.ATTENDANCE
    path = "dapodik/v1/attendance"
    purpose = _("How often children are at school")
    max_age = timedelta(days=120)
    is_blocking = False
    schema = Attendance

    def facts(self, answer: Attendance) -> list[FactValue]:
        known = [record for record in answer.records if record.school_days]
        shares = [100 * record.days_present // record.school_days for record in known]
        lowest = [FactValue("attendance.lowest_percent", min(shares), "percent")] if shares else []
        return [FactValue("attendance.pupils", len({record.nik for record in known}), "persons"), *lowest]
