"""People, families, applications in every state, and what belongs to an application."""

from datetime import date
from typing import Any

import factory
from django.utils import timezone

from enrollment.enums import ApplicationState, Bank, Channel, FamilyCardState, Relation, Sex, Step
from enrollment.models import (
    Application,
    BankAccount,
    Consent,
    ConsentText,
    Document,
    DocumentKind,
    Family,
    FamilyCardNumber,
    Member,
    Person,
)
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core import codes, crypto
from tests.factories.accounts import UserFactory, staff
from tests.factories.base import Factory, area, birthday, nik
from tests.factories.regions import StoredFileFactory
from verification.enums import ASKED_SOURCES, Source


class PersonFactory(Factory):
    class Meta:
        model = Person

    class Params:
        serial = factory.Sequence(lambda number: number + 400)
        born = factory.LazyAttribute(lambda o: birthday(o.serial))

    sex = Sex.FEMALE
    nik = factory.LazyAttribute(lambda o: nik(o.serial, born=o.born, sex=o.sex))
    name = factory.Sequence(lambda number: f"Sutini Rekaan {number}")
    birth_place = "Banyuwangi"
    birth_date = factory.LazyAttribute(lambda o: o.born.isoformat())
    birth_year = factory.LazyAttribute(lambda o: o.born.year)


def person_of(user: User | None) -> Person:
    """The person a citizen signed in as; without a citizen, somebody new."""
    if user is None or not hasattr(user, "identity"):
        return PersonFactory()
    said = user.identity
    known = Person.objects.filter(nik_index=crypto.blind_index(said.nik, kind="nik")).first()
    born = date.fromisoformat(said.birth_date)
    return known or PersonFactory(nik=said.nik, name=said.name, born=born, birth_place=said.birth_place)


class FamilyFactory(Factory):
    """A family with a card number; `head=person` makes that person its head."""

    class Meta:
        model = Family

    village = factory.LazyFunction(lambda: area("35.10.22.2003"))
    address = "Dusun Krajan"
    rt = "001"
    rw = "002"
    card_number = factory.RelatedFactory(
        "tests.factories.enrollment.FamilyCardNumberFactory", factory_related_name="family"
    )

    @factory.post_generation
    def head(self: Any, create: bool, extracted: Person | None, **_kwargs: Any) -> None:
        if extracted:
            MemberFactory(family=self, person=extracted, relation=Relation.HEAD)


class FamilyCardNumberFactory(Factory):
    class Meta:
        model = FamilyCardNumber

    family = factory.SubFactory(FamilyFactory, card_number=None)
    number = factory.Sequence(lambda number: f"351022{birthday(number):%d%m%y}{9000 + number % 1000:04}")


class MemberFactory(Factory):
    class Meta:
        model = Member

    family = factory.SubFactory(FamilyFactory)
    person = factory.SubFactory(PersonFactory)
    relation = Relation.CHILD


class ConsentTextFactory(Factory):
    class Meta:
        model = ConsentText
        django_get_or_create = ("source", "version")

    source = Source.PLN
    version = 1
    source_name = factory.LazyAttribute(lambda o: Source(o.source).label)
    purpose = "Memeriksa daya listrik rumah"


def consent_texts() -> list[ConsentText]:
    """The first wording for every source that is asked."""
    return [ConsentTextFactory(source=source) for source in ASKED_SOURCES]


class ApplicationFactory(Factory):
    class Meta:
        model = Application

    class Params:
        assisted = factory.Trait(
            channel=Channel.AGENT,
            owner=None,
            assisted_by=factory.LazyFunction(lambda: staff(f"agent{User.objects.count()}", Role.AGENT, "35.10.22")),
        )
        sent = factory.Trait(
            step=Step.REVIEW,
            family_card_state=FamilyCardState.RECEIVED,
            submitted_at=factory.LazyFunction(timezone.now),
            family=factory.LazyAttribute(lambda o: FamilyFactory(village=o.village, head=o.applicant)),
        )
        submitted = factory.Trait(sent=True, state=ApplicationState.SUBMITTED)
        matching = factory.Trait(sent=True, state=ApplicationState.MATCHING)
        decided = factory.Trait(
            sent=True, state=ApplicationState.DECIDED, decided_at=factory.LazyFunction(timezone.now)
        )
        announced = factory.Trait(decided=True, state=ApplicationState.ANNOUNCED)
        withdrawn = factory.Trait(state=ApplicationState.WITHDRAWN)

    reference = factory.Sequence(lambda number: f"PSL-2026-{900_000 + number}")
    receipt_code = factory.LazyFunction(lambda: codes.new_code("BWI"))
    state = ApplicationState.DRAFT
    channel = Channel.SELF
    owner = factory.SubFactory(UserFactory)
    applicant = factory.LazyAttribute(lambda o: person_of(o.owner))
    village = factory.LazyFunction(lambda: area("35.10.22.2003"))


class ConsentFactory(Factory):
    class Meta:
        model = Consent

    application = factory.SubFactory(ApplicationFactory)
    text = factory.SubFactory(ConsentTextFactory)
    given_by = factory.LazyAttribute(lambda o: o.application.owner or o.application.assisted_by)


class DocumentFactory(Factory):
    class Meta:
        model = Document

    application = factory.SubFactory(ApplicationFactory)
    kind = DocumentKind.SELFIE
    file = factory.SubFactory(StoredFileFactory)
    added_by = factory.LazyAttribute(lambda o: o.application.owner or o.application.assisted_by)


class BankAccountFactory(Factory):
    class Meta:
        model = BankAccount

    application = factory.SubFactory(ApplicationFactory)
    bank = Bank.BRI
    number = factory.Sequence(lambda number: f"0021010{number:08}")
    holder = "Sutini Rekaan"
