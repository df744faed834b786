from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class Official(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    position: Literal["kepala_desa", "perangkat_desa", "bpd"]
    active: bool


class Officials(Envelope):
    records: list[Official]


class Kemendagri(MembersConnector[Officials]):
    """Members who head a village or work in its office now (Kepmensos 73/2024, group 8); its council is not office."""

    source = Source.KEMENDAGRI
    path = "kemendagri/v1/village-officials"
    purpose = _("Who works in a village office")
    is_blocking = False
    schema = Officials

    def facts(self, answer: Officials) -> list[FactValue]:
        serving = {record.nik for record in answer.records if record.active and record.position != "bpd"}
        return [FactValue("kemendagri.village_officials", len(serving), "persons")]
