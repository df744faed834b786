"""Home, phone, account, sending, and how far a sent application is."""

import re

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from enrollment import services
from enrollment.answers import AccountAnswers, ContactAnswers, HomeAnswers, MemberAnswers
from enrollment.enums import ApplicationState, Bank, PhoneOwner, Schooling, Step
from enrollment.models import Application, BankAccount
from perlinsos.accounts.services import service_account
from perlinsos.core import codes
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.messages.enums import Channel
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.enrollment import factories as make

ACCOUNT = AccountAnswers(Bank.BRI, "002101000123456", "Sulastri")


def member(application: Application, name: str) -> int:
    members = application.family.members.select_related("person")
    return next(member.pk for member in members if member.person.name == name)


def test_home_answers_are_kept_per_member(sulastri) -> None:
    application = make.with_family(sulastri)
    mother, child = member(application, "Sulastri"), member(application, "Rizki Maulana")
    told = {
        mother: MemberAnswers(is_pregnant=True),
        child: MemberAnswers(schooling=Schooling.LOWER_SECONDARY, has_severe_disability=True),
    }
    application = services.answer_home(application, answers=HomeAnswers(told, power_va=900), by=sulastri)
    assert application.declared_power_va == 900
    assert application.step == Step.CONTACT
    rows = {row.pk: row for row in application.family.members.all()}
    assert (rows[mother].is_pregnant, rows[mother].schooling) == (True, Schooling.NONE)
    assert (rows[child].schooling, rows[child].has_severe_disability) == (Schooling.LOWER_SECONDARY, True)


def test_not_knowing_the_meter_is_not_a_number(sulastri) -> None:
    application = services.answer_home(make.with_family(sulastri), answers=HomeAnswers(power_va=None), by=sulastri)
    assert application.declared_power_va is None
    assert application.step == Step.CONTACT


@pytest.mark.parametrize("name", ["Rizki Maulana", "Intan Permatasari"])
def test_only_a_woman_of_12_to_55_is_pregnant(sulastri, name: str) -> None:
    application = make.with_family(sulastri)
    answers = HomeAnswers({member(application, name): MemberAnswers(is_pregnant=True)})
    with time_machine.travel("2026-11-22 05:00Z"), pytest.raises(DomainError, match="^not_pregnant$"):
        services.answer_home(application, answers=answers, by=sulastri)


def test_answers_about_another_familys_member_change_nothing(sulastri) -> None:
    other = make.with_family(make.citizen(make.PONIRIN), make.card(
        members=[{**make.PONIRIN, "relation": "kepala"}], kk_number="3510220101269004"))  # fmt: skip
    theirs = member(other, "Ponirin")
    mine = make.with_family(sulastri)
    services.answer_home(mine, answers=HomeAnswers({theirs: MemberAnswers(has_severe_disability=True)}), by=sulastri)
    assert not other.family.members.get(pk=theirs).has_severe_disability


def test_without_a_phone_no_number_stays(sulastri) -> None:
    application = make.ready(sulastri)
    application = services.answer_contact(application, answers=ContactAnswers("0812", PhoneOwner.NONE), by=sulastri)
    assert (application.phone, application.phone_owner) == (None, PhoneOwner.NONE)
    with pytest.raises(DomainError, match="^phone_missing$"):
        services.answer_contact(application, answers=ContactAnswers("", PhoneOwner.SELF), by=sulastri)


def test_an_account_may_be_corrected_or_missing(sulastri) -> None:
    application = make.ready(sulastri)
    services.answer_account(application, answers=AccountAnswers(Bank.BNI, "0123456789", "Sulastri"), by=sulastri)
    services.answer_account(application, answers=AccountAnswers(Bank.NONE), by=sulastri)
    account = BankAccount.objects.get(application=application)
    assert (account.bank, account.number, account.number_index, account.holder) == (Bank.NONE, None, None, None)


@pytest.mark.parametrize(
    ("bank", "number"), [(Bank.BRI, "00210100012345"), (Bank.BNI, "123456789"), (Bank.BNI, "1" * 17)]
)
def test_a_number_of_the_wrong_length_is_refused(sulastri, bank: str, number: str) -> None:
    with pytest.raises(DomainError, match="^account_too_short$"):
        services.answer_account(make.ready(sulastri), answers=AccountAnswers(bank, number, "Sulastri"), by=sulastri)


def test_the_database_wants_a_whole_account_or_none(sulastri) -> None:
    application = make.ready(sulastri)
    with pytest.raises(IntegrityError, match="bank_account_is_complete_or_none"), transaction.atomic():
        BankAccount.objects.filter(application=application).update(bank=Bank.NONE)


# --- sending ----------------------------------------------------------------------------------


def test_sending_gives_a_code_and_wakes_the_matching(sulastri, enqueued, after_commit) -> None:
    application = make.ready(sulastri)
    with after_commit():
        application = services.submit_application(application, by=sulastri)
    assert application.state == ApplicationState.SUBMITTED
    assert application.receipt_code.startswith("BWI-")
    assert codes.clean(application.receipt_code.lower().replace("-", " ")) == application.receipt_code
    assert ("verification.start_matching", {"application_id": application.pk}) in enqueued
    assert AuditEvent.objects.filter(action="enrollment.application.submitted", actor=sulastri).count() == 1


def test_sending_twice_gives_the_same_receipt_and_tells_once(sulastri) -> None:
    stale = make.ready(sulastri)
    first = services.submit_application(stale, by=sulastri)
    second = services.submit_application(stale, by=sulastri)
    assert (first.receipt_code, first.submitted_at) == (second.receipt_code, second.submitted_at)
    told = OutboxMessage.objects.filter(key__startswith="application-received")
    assert sorted(told.values_list("channel", flat=True)) == [Channel.INBOX, Channel.SMS]


def test_the_message_names_code_and_date_and_nobody(sulastri) -> None:
    application = make.ready(sulastri)
    with time_machine.travel("2026-11-22 05:00Z"):
        application = services.submit_application(application, by=sulastri)
    message = OutboxMessage.objects.get(channel=Channel.SMS)
    assert message.address == "081234567890"
    assert application.receipt_code in message.body
    assert "6 Des 2026" in message.body
    assert "Sulastri" not in message.body
    assert "http" not in message.body
    assert len(message.body) <= 160


def test_the_promise_is_what_the_area_promises(sulastri) -> None:
    regency = Area.objects.get(code="35.10")
    factories.ParameterFactory(area=regency, name=Parameter.Name.DECISION_DAYS, value=3, source="SK Bupati")
    application = make.ready(sulastri)
    with time_machine.travel("2026-11-22 20:00Z"):  # already the 23rd in Banyuwangi
        application = services.submit_application(application, by=sulastri)
    assert application.promised_on.isoformat() == "2026-11-26"


def test_without_a_phone_only_the_status_page_is_told(sulastri) -> None:
    application = make.ready(sulastri)
    services.answer_contact(application, answers=ContactAnswers("", PhoneOwner.NONE), by=sulastri)
    services.submit_application(application, by=sulastri)
    assert OutboxMessage.objects.get().channel == Channel.INBOX


@pytest.mark.parametrize(
    ("code", "name", "prefix"),
    [
        ("51.02.08.2013", "Kabupaten Tabanan", "TAB"),
        ("35.09.01.2001", "Kabupaten Jember", "JEM"),
        ("71.71.01.1001", "Kota Ú", "PSL"),
    ],
)
def test_the_code_begins_with_the_regency(sulastri, code: str, name: str, prefix: str) -> None:
    factories.area(code)
    Area.objects.filter(code=code[:5]).update(name=name)
    if not Area.objects.served().filter(code=code).exists():
        factories.ParameterFactory(area=Area.objects.get(code=code[:5]))
    application = services.submit_application(make.ready(sulastri, make.card(village_code=code)), by=sulastri)
    assert re.match(f"{prefix}-", application.receipt_code)


@pytest.mark.parametrize("missing", ["photo", "family", "home", "contact", "account", "consent"])
def test_an_unfinished_form_is_not_sent(sulastri, missing: str) -> None:
    application = make.ready(sulastri)
    if missing == "consent":
        application.consents.update(withdrawn_at=application.created_at)
    elif missing == "account":
        BankAccount.objects.filter(application=application).delete()
    else:
        gap = {"photo": {"photo_route": ""}, "family": {"family": None}, "home": {"step": Step.HOME},
               "contact": {"phone_owner": ""}}[missing]  # fmt: skip
        Application.objects.filter(pk=application.pk).update(**gap)
    with pytest.raises(DomainError, match=f"^incomplete_{missing}$"):
        services.submit_application(application, by=sulastri)


def test_the_database_refuses_a_sent_application_without_a_family(sulastri) -> None:
    application = make.sent(sulastri)
    with pytest.raises(IntegrityError, match="application_sent_is_complete"), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(receipt_code=None)


def test_after_sending_no_answer_changes(sulastri) -> None:
    application = make.ready(sulastri)
    services.submit_application(application, by=sulastri)
    with pytest.raises(DomainError, match="^already_sent$"):
        services.answer_account(application, answers=ACCOUNT, by=sulastri)


def test_a_stranger_sends_nothing(sulastri, cast) -> None:
    application = make.ready(sulastri)
    for stranger in (cast.kirana, cast.eko, cast.ani):
        with pytest.raises(PermissionDenied):
            services.submit_application(application, by=stranger)


def test_a_withdrawn_application_cannot_be_sent(sulastri) -> None:
    application = make.ready(sulastri)
    services.refuse_consent(application, by=sulastri)
    with pytest.raises(DomainError, match="^bad_transition$"):
        services.submit_application(application, by=sulastri)


# --- progress -----------------------------------------------------------------------------------


def test_the_apps_above_move_it_on_and_nobody_moves_it_back(sulastri) -> None:
    worker, application = service_account("eligibility"), make.sent(sulastri)
    application = services.begin_matching(application, by=worker)
    assert services.begin_matching(application, by=worker).state == ApplicationState.MATCHING
    application = services.record_decided(application, by=worker)
    assert application.decided_at
    application = services.record_announced(application, by=worker)
    with pytest.raises(DomainError, match="^bad_transition$"):
        services.begin_matching(application, by=worker)


def test_only_officers_of_the_area_and_the_system_move_it(sulastri, cast) -> None:
    application = make.sent(sulastri)
    for somebody in (sulastri, cast.citra, cast.gita, cast.eko):
        with pytest.raises(PermissionDenied):
            services.begin_matching(application, by=somebody)
    assert services.begin_matching(application, by=cast.ani).state == ApplicationState.MATCHING


def test_a_step_cannot_be_skipped(sulastri) -> None:
    with pytest.raises(DomainError, match="^bad_transition$"):
        services.record_announced(make.sent(sulastri), by=service_account("eligibility"))
