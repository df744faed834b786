"""Home, phone and bank account: what only the family knows."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import rules
from enrollment.answers import AccountAnswers, ContactAnswers, HomeAnswers, MemberAnswers
from enrollment.enums import Bank, PhoneOwner, Step
from enrollment.models import Application, BankAccount, Member
from enrollment.services.drafts import hold, hold_draft, note_answer
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.core.errors import DomainError


@transaction.atomic
def answer_home(application: Application, *, answers: HomeAnswers, by: User) -> Application:
    """School, pregnancy, severe disability per member, and the power on the meter's sticker."""
    held = hold_draft(application, by=by)
    _answer_for_members(held, answers)
    return note_answer(held, Step.HOME, by=by, declared_power_va=answers.power_va)


@transaction.atomic
def answer_home_again(application: Application, *, answers: HomeAnswers, by: User) -> Application:
    """The same once more after sending, because something may have changed. For the layer that makes facts of it,
    which asks who may."""
    held = hold(application)
    _answer_for_members(held, answers)
    held.declared_power_va, held.home_told_on = answers.power_va, timezone.localdate()
    held.save(update_fields=["declared_power_va", "home_told_on", "updated_at"])
    audit.record("enrollment.application.answered_again", subject=held, by=by)
    return held


def _answer_for_members(held: Application, answers: HomeAnswers) -> None:
    members = held.form_members.select_related("person")
    for member in members.filter(pk__in=answers.members):
        _answer_for(member, answers.members[member.pk])


def _answer_for(member: Member, told: MemberAnswers) -> None:
    person = member.person
    if told.is_pregnant and not rules.may_be_pregnant(person.sex, person.born, timezone.localdate()):
        raise DomainError(_("Only a woman of 12 to 55 years can be marked as pregnant."), code="not_pregnant")
    member.schooling = told.schooling
    member.is_pregnant, member.has_severe_disability = told.is_pregnant, told.has_severe_disability
    member.save(update_fields=["schooling", "is_pregnant", "has_severe_disability", "updated_at"])


@transaction.atomic
def answer_contact(application: Application, *, answers: ContactAnswers, by: User) -> Application:
    """How to reach the family. Without a phone everything goes on paper and through the village office."""
    held = hold_draft(application, by=by)
    has_phone = answers.phone_owner != PhoneOwner.NONE
    if has_phone and not answers.phone:
        raise DomainError(_("Fill in the phone number, or choose “No phone”."), code="phone_missing")
    phone = answers.phone if has_phone else None
    return note_answer(held, Step.CONTACT, by=by, phone=phone, phone_owner=answers.phone_owner)


@transaction.atomic
def answer_account(application: Application, *, answers: AccountAnswers, by: User) -> Application:
    """Where assistance would be paid; a family may have no account yet."""
    held = hold_draft(application, by=by)
    bank, has_account = Bank(answers.bank), answers.bank != Bank.NONE
    if has_account and not (bank.shortest_number <= len(answers.number) <= 16 and answers.holder):
        raise DomainError(_("The account number is too short. Look at the bank book again."), code="account_too_short")
    number, holder = (answers.number, answers.holder) if has_account else (None, None)
    told = {"bank": bank.value, "number": number, "holder": holder}
    BankAccount.objects.update_or_create(application=held, defaults=told)
    return note_answer(held, Step.ACCOUNT, by=by)
