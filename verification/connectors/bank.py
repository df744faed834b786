from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Connector, Envelope, FactValue, Question, Subjects
from verification.enums import Source


class Checked(BaseModel):
    model_config = ConfigDict(strict=True)

    exists: bool
    name_matches: bool
    active: bool
    can_receive_transfer: bool


class AccountCheck(Envelope):
    account: Checked


class Bank(Connector[AccountCheck]):
    """Whether assistance would arrive at the account the family named. Balances are not asked for."""

    source = Source.BANK
    path = "bank/v1/account-check"
    purpose = _("Whether the account can be paid to")
    max_age = timedelta(days=90)
    is_blocking = False
    schema = AccountCheck

    def question(self, about: Subjects) -> Question | None:
        if (account := about.account) is None:
            return None
        return {"bank": account.bank, "account_number": account.number, "account_name": account.holder}

    def facts(self, answer: AccountCheck) -> list[FactValue]:
        checked = answer.account
        return [
            FactValue("bank.account_exists", checked.exists, "flag"),
            FactValue("bank.name_matches", checked.name_matches, "flag"),
            FactValue("bank.account_active", checked.active, "flag"),
            FactValue("bank.can_receive_transfer", checked.can_receive_transfer, "flag"),
        ]
