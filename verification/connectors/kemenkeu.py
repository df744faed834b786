from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class Payee(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    active: bool


class Payees(Envelope):
    records: list[Payee]


class Kemenkeu(MembersConnector[Payees]):
    """Members who are paid from the state's or a region's budget now (Kepmensos 73/2024, group 7)."""

    source = Source.KEMENKEU
    path = "kemenkeu/v1/payees"
    purpose = _("Who is paid from a public budget")
    is_blocking = False
    schema = Payees

    def facts(self, answer: Payees) -> list[FactValue]:
        paid = {record.nik for record in answer.records if record.active}
        return [FactValue("kemenkeu.paid_from_budget", len(paid), "persons")]
