from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source

COUNTED = {"bpjs_kes.premium_paid_by_state": "PBI", "bpjs_kes.first_class": "1"}


class Membership(BaseModel):
    """Names as in the exchange's messages. What it could say about illness is not read: nobody needs it here."""

    model_config = ConfigDict(strict=True)

    nik: str
    membershipStatus: Literal["active", "inactive", "not_registered"]  # noqa: N815 - the name the source uses
    membershipClass: Literal["1", "2", "3", "PBI"] | None = None  # noqa: N815 - the name the source uses


class Memberships(Envelope):
    records: list[Membership]


class BpjsKes(MembersConnector[Memberships]):
    """Members whose health insurance the state pays, and members insured in first class."""

    source = Source.BPJS_KES
    path = "bpjs-kes/v1/memberships"
    purpose = _("Class of health insurance")
    is_blocking = False
    schema = Memberships

    def facts(self, answer: Memberships) -> list[FactValue]:
        active = [record for record in answer.records if record.membershipStatus == "active"]
        return [
            FactValue(name, len({record.nik for record in active if record.membershipClass == kind}), "persons")
            for name, kind in COUNTED.items()
        ]
