from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class Teacher(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    certified: bool
    active: bool


class Teachers(Envelope):
    records: list[Teacher]


class Gtk(MembersConnector[Teachers]):
    """Members who teach and hold the certificate that brings an allowance (Kepmensos 73/2024, group 9)."""

    source = Source.GTK
    path = "kemendikdasmen/v1/teachers"
    purpose = _("Who is a certified teacher")
    is_blocking = False
    schema = Teachers

    def facts(self, answer: Teachers) -> list[FactValue]:
        certified = {record.nik for record in answer.records if record.certified and record.active}
        return [FactValue("gtk.certified_teachers", len(certified), "persons")]
