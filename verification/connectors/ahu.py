from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source

# A company of one person (UU 11/2020) may be a food stall: a rule has to be able to tell it from others.
ONE_PERSON = "pt_perorangan"


class Owner(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    company_form: Literal["pt", "pt_perorangan", "cv", "firma", "koperasi", "yayasan"]
    active: bool


class Owners(Envelope):
    records: list[Owner]


class Ahu(MembersConnector[Owners]):
    """Members who own or manage a company that exists (Kepmensos 73/2024, group 11)."""

    source = Source.AHU
    path = "ahu/v1/owners"
    purpose = _("Who owns or manages a company")
    is_blocking = False
    schema = Owners

    def facts(self, answer: Owners) -> list[FactValue]:
        active = [record for record in answer.records if record.active]
        alone = {record.nik for record in active if record.company_form == ONE_PERSON}
        others = {record.nik for record in active if record.company_form != ONE_PERSON}
        return [
            FactValue("ahu.company_owners", len(others), "persons"),
            FactValue("ahu.one_person_companies", len(alone), "persons"),
        ]
