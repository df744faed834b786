"""Who belongs to a family that registers again: only once the form is sent, and nobody in two registrations."""

from dataclasses import replace

import pytest
from django.test import Client

from agents.services import begin_visit, confirm_family
from eligibility.enums import Placement
from enrollment import cards, services
from enrollment.answers import (
    AccountAnswers,
    ApplicantInput,
    ContactAnswers,
    FamilyAnswers,
    HomeAnswers,
    MemberAnswers,
)
from enrollment.cards import CardData, CardMember
from enrollment.enums import ApplicationState, Bank, PhoneOwner, Relation, Schooling
from enrollment.models import Application, Family, Person
from perlinsos.accounts.services import service_account
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.support import again
from tests.support.again import fresh, over, refusal
from verification.services.facts import current_facts, record_declared

pytestmark = pytest.mark.django_db


@pytest.fixture
def retold(cast: Cast) -> Application:
    """A form filled in beside the registration in force: the son is gone, a daughter and answers are new."""
    over(cast.application)
    again.served()
    indah, family = cast.indah, cast.application.family
    son = factories.MemberFactory(family=family, schooling=Schooling.PRIMARY, has_severe_disability=True).person
    draft = again.answer(services.start_again(by=indah), family, by=indah)
    card = again.card_of(family)
    stays = tuple(line for line in card.members if line.nik != son.nik)
    daughter = factories.PersonFactory.build()
    born = CardMember(
        nik=daughter.nik,
        name="Putri Rekaan",
        sex=daughter.sex,
        birth_date=daughter.born,
        birth_place="",
        relation=Relation.CHILD,
    )
    factories.area("35.10.16.1014")
    typed = replace(card, address="Jalan Baru 7", members=(*stays, born))
    answers = FamilyAnswers(typed=cards.tidy(typed), village_code="35.10.16.1014")
    draft = services.confirm_family(draft, answers=answers, by=indah)
    told = {member.pk: MemberAnswers(schooling=Schooling.LOWER_SECONDARY) for member in draft.form_members}
    draft = services.answer_home(draft, answers=HomeAnswers(told, power_va=450), by=indah)
    draft = services.answer_contact(draft, answers=ContactAnswers("", PhoneOwner.NONE), by=indah)
    return services.answer_account(draft, answers=AccountAnswers(Bank.NONE), by=indah)


def said_of(family: Family) -> dict[str, tuple[str, bool]]:
    """What a family said of its members, by name."""
    members = family.members.current().select_related("person")
    return {member.person.name: (member.schooling, member.has_severe_disability) for member in members}


def test_a_card_that_is_never_sent_changes_nothing_of_the_case_in_force(
    cast: Cast, client: Client, sign_in: SignIn, retold: Application
) -> None:
    family = Family.objects.get(pk=cast.application.family_id)
    assert "Putri Rekaan" not in said_of(family)
    assert sorted(said_of(family).values()) == [("none", False), ("sd", True)]
    assert (family.village_id, family.address) == (cast.application.village_id, "Dusun Krajan")
    record_declared(cast.application, by=service_account("verification"))
    assert current_facts(family, ["citizen.severe_disability"])["citizen.severe_disability"].value == 1
    sign_in(client, cast.indah)
    for shown in ("/daftar/rumah/", "/daftar/periksa/"):  # the form asks about those whom it was told of
        assert "Putri Rekaan" in client.get(shown).content.decode(), shown


def test_sending_makes_it_so(cast: Cast, retold: Application) -> None:
    before = {member.pk for member in cast.application.family.members.current()}
    sent = services.submit_application(retold, by=cast.indah)
    family = Family.objects.get(pk=sent.family_id)
    assert family.pk == cast.application.family_id
    assert (family.village_id, family.address) == ("35.10.16.1014", "Jalan Baru 7")
    assert "Putri Rekaan" in said_of(family)
    assert set(said_of(family).values()) == {("smp", False)}
    assert before & {member.pk for member in family.members.current()}  # who stayed is the same row
    assert list(sent.form_members) == list(family.members.current())


def test_whoever_was_sent_elsewhere_meanwhile_is_not_taken_along(cast: Cast, retold: Application) -> None:
    daughter = retold.form_members.get(relation=Relation.CHILD).person
    factories.ApplicationFactory(submitted=True, family=factories.FamilyFactory(head=daughter))
    assert refusal(lambda: services.submit_application(retold, by=cast.indah)) == "already_registered"
    assert fresh(cast.application).state == ApplicationState.ANNOUNCED


def with_grandmother(family: Family, grandmother: Person) -> CardData:
    """The card of a family that lists somebody of another one."""
    card = again.card_of(family)
    line = CardMember(
        nik=grandmother.nik,
        name=grandmother.name,
        sex=grandmother.sex,
        birth_date=grandmother.born,
        birth_place=grandmother.birth_place or "",
        relation=Relation.PARENT,
    )
    return replace(card, members=(*card.members, line))


def test_nobody_ends_up_in_two_registrations_in_force(cast: Cast) -> None:
    """Sending the card of the daughter would not end what an agent registered for the grandmother alone."""
    alone = cast.eko_application
    over(alone, Placement.WAITING, position=1)
    again.served()
    head = factories.PersonFactory()
    daughter = factories.FamilyFactory(village=alone.village, head=head)
    card = with_grandmother(daughter, alone.applicant)
    draft = begin_visit(ApplicantInput(nik=head.nik, name=head.name, birth_date=head.born), by=cast.eko)
    services.choose_village(draft, village_code=alone.village_id, by=cast.eko)
    code = refusal(lambda: confirm_family(draft, answers=FamilyAnswers(typed=cards.tidy(card)), by=cast.eko))
    assert code == "already_registered"
    assert alone.family.members.current().filter(person=alone.applicant).exists()


def test_who_an_agent_registered_is_not_taken_along_on_another_card(cast: Cast) -> None:
    alone = cast.eko_application
    over(alone)
    again.served()
    household = factories.FamilyFactory(village=alone.village, head=factories.PersonFactory())
    citizen = factories.UserFactory(identity__nik=alone.applicant.nik)
    draft = services.choose_village(services.start_application(by=citizen), village_code=alone.village_id, by=citizen)
    card = with_grandmother(household, alone.applicant)
    answers = FamilyAnswers(typed=cards.tidy(card))
    assert refusal(lambda: services.confirm_family(draft, answers=answers, by=citizen)) == "already_registered"
