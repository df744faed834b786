"""Rows that satisfy every constraint, one factory per model, variants as traits.

`ApplicationFactory()` is a citizen's draft; `ApplicationFactory(submitted=True)` is sent with its
family, `assisted=True` came through an agent. All people are invented: NIK serials are 9xxx.
"""

import io
from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from agents.enums import AgentKind
from agents.models import AgentProfile, AssistedVisit
from appeals.models import Appeal, Evidence, GroundCheck, ObjectionWindow
from eligibility.enums import BatchState, Outcome, Placement, RankingCause
from eligibility.models import Batch, BatchEntry, Determination, Programme, Quota, RankedEntry, Ranking, RuleSet
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
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import ApiClient, IdentityClaims, Membership, Organisation, User
from perlinsos.accounts.services import token_digest
from perlinsos.core import codes, crypto, files
from perlinsos.core.models import StoredFile
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.regions.models import Area, Level, Parameter
from verification.enums import ASKED_SOURCES, CheckState, RequestState, Source
from verification.models import FaceCheck, Fact, SourceRequest

PASSWORD = "a-long-test-password"
API_TOKEN = "api-token-for-tests"
SINCE = date(2024, 1, 1)
LEVELS = {2: Level.PROVINCE, 5: Level.REGENCY, 8: Level.DISTRICT, 13: Level.VILLAGE}
NAMES = {
    "35": "Jawa Timur",
    "35.10": "Kabupaten Banyuwangi",
    "35.10.03": "Purwoharjo",
    "35.10.03.2001": "Grajagan",
    "35.10.07": "Gambiran",
    "35.10.07.2002": "Jajag",
    "35.10.16": "Banyuwangi",
    "35.10.16.1014": "Lateng",
    "35.10.22": "Siliragung",
    "35.10.22.2003": "Kesilir",
    "51": "Bali",
    "51.02": "Kabupaten Tabanan",
    "51.02.05": "Tabanan",
    "51.02.05.2004": "Delod Peken",
    "51.02.08": "Penebel",
    "51.02.08.2013": "Jatiluwih",
}


def area(code: str) -> Area:
    """The area with this official code, and those above it."""
    parent = area(code.rpartition(".")[0]) if "." in code else None
    zone = "Asia/Makassar" if code.startswith("51") else "Asia/Jakarta"
    fields = {"level": LEVELS[len(code)], "name": NAMES.get(code, code), "parent": parent, "timezone": zone}
    return Area.objects.get_or_create(code=code, defaults=fields)[0]


def nik(serial: int, *, born: date, sex: str, district: str = "351022") -> str:
    """An invented NIK: district of first registration, birth date (women: day + 40), serial 9xxx."""
    day = born.day + (40 if sex == Sex.FEMALE else 0)
    return f"{district}{day:02}{born:%m%y}{9000 + serial % 1000:04}"


def birthday(serial: int) -> date:
    return date(1960, 1, 1) + timedelta(days=serial * 17 % 14_000)


def photo(size: tuple[int, int] = (64, 48)) -> bytes:
    """A small valid JPEG; faces come from `tests/support/faces.py`."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (120, 140, 160)).save(buffer, "JPEG")
    return buffer.getvalue()


class Factory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


# --- accounts ---------------------------------------------------------------------------------


class OrganisationFactory(Factory):
    class Meta:
        model = Organisation
        django_get_or_create = ("name",)

    name = "Dinas Sosial Banyuwangi"


class IdentityFactory(Factory):
    """What the provider said about a citizen."""

    class Meta:
        model = IdentityClaims

    class Params:
        serial = factory.Sequence(lambda number: number)
        sex = Sex.FEMALE
        born = factory.LazyAttribute(lambda o: birthday(o.serial))

    nik = factory.LazyAttribute(lambda o: nik(o.serial, born=o.born, sex=o.sex))
    name = factory.Sequence(lambda number: f"Warga Rekaan {number}")
    birth_place = "Banyuwangi"
    birth_date = factory.LazyAttribute(lambda o: o.born.isoformat())
    address = "Dusun Krajan"
    acr = "urn:ikd:biometric"
    authenticated_at = factory.LazyFunction(timezone.now)


class UserFactory(Factory):
    """A citizen with identity claims; `staff=True` for somebody who works, `service=True` for a system."""

    class Meta:
        model = User

    class Params:
        staff = factory.Trait(
            kind=UserKind.STAFF,
            email=factory.Sequence(lambda number: f"staff{number}@example.id"),
            name=factory.Sequence(lambda number: f"Staff {number}"),
            password=factory.django.Password(PASSWORD),
            identity=None,
        )
        service = factory.Trait(kind=UserKind.SERVICE, identity=None)

    kind = UserKind.CITIZEN
    password = factory.django.Password(None)
    identity = factory.RelatedFactory(IdentityFactory, factory_related_name="user")


class MembershipFactory(Factory):
    class Meta:
        model = Membership

    class Params:
        expired = factory.Trait(valid_during=(SINCE, date(2025, 1, 1)))

    user = factory.SubFactory(UserFactory, staff=True)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.OFFICER
    area_code = "35.10"
    valid_during = (SINCE, None)


class ApiClientFactory(Factory):
    class Meta:
        model = ApiClient

    class Params:
        area_code = "35.10"
        token = API_TOKEN

    user = factory.SubFactory(UserFactory, service=True)
    name = factory.Sequence(lambda number: f"system {number}")
    token_digest = factory.LazyAttribute(lambda o: token_digest(o.token))

    @factory.post_generation
    def scope(self: Any, create: bool, extracted: str | None, **_kwargs: Any) -> None:
        MembershipFactory(user=self.user, role=Role.SYSTEM, area_code=extracted or "35.10")


def staff(name: str, role: str, area_code: str, *, organisation: str = "Dinas Sosial Banyuwangi") -> User:
    """Somebody who works in `role` in the area, password `PASSWORD`, e-mail `<name>@example.id`."""
    user = UserFactory(staff=True, name=name, email=f"{name.lower()}@example.id")
    MembershipFactory(user=user, role=role, area_code=area_code, organisation__name=organisation)
    return user


# --- regions, decrees, files ------------------------------------------------------------------


class ParameterFactory(Factory):
    class Meta:
        model = Parameter

    area = factory.LazyFunction(lambda: area("35.10"))
    name = Parameter.Name.SERVED
    value = True
    source = "Uji coba"
    valid_during = (SINCE, None)


class DecreeFactory(Factory):
    class Meta:
        model = Decree

    kind = DecreeKind.RESULT
    number = factory.Sequence(lambda number: f"188/{number}/KEP/429.011/2026")
    title = "Pengumuman hasil penetapan"
    signer = "Bupati Banyuwangi"
    signed_on = date(2026, 1, 5)
    area = factory.LazyFunction(lambda: area("35.10"))
    valid_during = (SINCE, None)


class StoredFileFactory(Factory):
    class Meta:
        model = StoredFile

    class Params:
        data = factory.LazyFunction(photo)

    content_type = "image/jpeg"

    @classmethod
    def _create(cls, model_class: type, *args: Any, **fields: Any) -> StoredFile:
        return files.store_generated(fields.get("data") or photo(), fields["content_type"])


# --- enrollment -------------------------------------------------------------------------------


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
    card_number = factory.RelatedFactory("tests.factories.FamilyCardNumberFactory", factory_related_name="family")

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


# --- verification -----------------------------------------------------------------------------


class FaceCheckFactory(Factory):
    class Meta:
        model = FaceCheck

    class Params:
        accepted = factory.Trait(state=CheckState.ACCEPTED, raw_distance=0.31)
        review = factory.Trait(state=CheckState.REVIEW, raw_distance=0.52)
        manual = factory.Trait(state=CheckState.REVIEW, selfie=None, reason="manual_route")

    application = factory.SubFactory(ApplicationFactory)
    selfie = factory.LazyAttribute(lambda o: DocumentFactory(application=o.application))


class SourceRequestFactory(Factory):
    class Meta:
        model = SourceRequest

    class Params:
        answered = factory.Trait(state=RequestState.ANSWERED, answered_at=factory.LazyFunction(timezone.now))
        not_found = factory.Trait(state=RequestState.NOT_FOUND, answered_at=factory.LazyFunction(timezone.now))

    application = factory.SubFactory(ApplicationFactory, matching=True)
    source = Source.PLN


class FactFactory(Factory):
    class Meta:
        model = Fact

    family = factory.SubFactory(FamilyFactory)
    name = "pln.power_va"
    value = 450
    unit = "VA"
    source = factory.LazyAttribute(lambda o: o.name.partition(".")[0])
    as_of = date(2026, 1, 15)


# --- eligibility ------------------------------------------------------------------------------


class ProgrammeFactory(Factory):
    class Meta:
        model = Programme
        django_get_or_create = ("code",)

    code = "pkh"
    name = "Program Keluarga Harapan"


class RuleSetFactory(Factory):
    """A version without a rule in it; tests of decisions load the real documents."""

    class Meta:
        model = RuleSet
        django_get_or_create = ("programme", "version")

    programme = factory.SubFactory(ProgrammeFactory)
    version = "2026.1"
    document: Any = factory.LazyFunction(lambda: {"criteria": []})
    sha256 = "0" * 64
    valid_during = (SINCE, None)


class DeterminationFactory(Factory):
    class Meta:
        model = Determination

    application = factory.SubFactory(ApplicationFactory, decided=True)
    rule_set = factory.SubFactory(RuleSetFactory)
    programme = factory.SelfAttribute("rule_set.programme")
    outcome = Outcome.ELIGIBLE
    facts: Any = factory.LazyFunction(dict)
    trace: Any = factory.LazyFunction(list)
    criteria_count = factory.LazyAttribute(lambda o: len(o.trace))
    cause = "first"


class QuotaFactory(Factory):
    class Meta:
        model = Quota
        django_get_or_create = ("programme", "area")

    programme = factory.SubFactory(ProgrammeFactory)
    area = factory.LazyFunction(lambda: area("35.10"))
    valid_during = (SINCE, None)
    places = 2
    source = "Surat Kemensos (rekaan)"


class BatchFactory(Factory):
    """A draft of Banyuwangi; `prepared=True` waits for a second officer, `announced=True` is public."""

    class Meta:
        model = Batch

    class Params:
        prepared = factory.Trait(state=BatchState.PREPARED, prepared_at=factory.LazyFunction(timezone.now))
        announced = factory.Trait(
            prepared=True,
            state=BatchState.ANNOUNCED,
            decree=factory.SubFactory(DecreeFactory),
            announced_by=factory.SubFactory(UserFactory, staff=True),
            announced_at=factory.LazyFunction(timezone.now),
            seed="0" * 64,
        )

    reference = factory.Sequence(lambda number: f"BWI-PKH-2026-{number:02}")
    area = factory.LazyFunction(lambda: area("35.10"))
    programme = factory.SubFactory(ProgrammeFactory)
    quota = factory.LazyAttribute(lambda o: QuotaFactory(programme=o.programme, area=o.area))
    prepared_by = factory.SubFactory(UserFactory, staff=True)


class BatchEntryFactory(Factory):
    class Meta:
        model = BatchEntry

    batch = factory.SubFactory(BatchFactory)
    application = factory.SubFactory(ApplicationFactory, decided=True)
    programme = factory.SelfAttribute("batch.programme")


class RankingFactory(Factory):
    class Meta:
        model = Ranking

    batch = factory.SubFactory(BatchFactory, announced=True)
    number = 1
    cause = RankingCause.ANNOUNCEMENT
    places = factory.SelfAttribute("batch.quota.places")


class RankedEntryFactory(Factory):
    class Meta:
        model = RankedEntry

    ranking = factory.SubFactory(RankingFactory)
    entry = factory.LazyAttribute(
        lambda o: BatchEntryFactory(batch=o.ranking.batch, application__state=ApplicationState.ANNOUNCED)
    )
    determination = factory.LazyAttribute(lambda o: DeterminationFactory(application=o.entry.application))
    placement = Placement.FUNDED
    position = 1
    places = factory.SelfAttribute("ranking.places")


# --- appeals and agents -----------------------------------------------------------------------


class ObjectionWindowFactory(Factory):
    """Open now; `closed=True` ended yesterday."""

    class Meta:
        model = ObjectionWindow

    class Params:
        closed = factory.Trait(closes_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=1)))

    batch = factory.SubFactory(BatchFactory, announced=True)
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=3))
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=27))


class AppealFactory(Factory):
    """The wrong meter: PLN says 2,200 VA, the family says 900."""

    class Meta:
        model = Appeal

    reference = factory.Sequence(lambda number: f"SGH-2026-{900_000 + number}")
    application = factory.SubFactory(ApplicationFactory, announced=True)
    window = factory.SubFactory(ObjectionWindowFactory)
    determination = factory.LazyAttribute(
        lambda o: DeterminationFactory(application=o.application, outcome=Outcome.NOT_ELIGIBLE)
    )
    fact = factory.LazyAttribute(lambda o: FactFactory(family=o.application.family, value=2200))
    claimed_value = 900
    lodged_by = factory.LazyAttribute(lambda o: o.application.owner or o.application.assisted_by)
    answer_by = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=14))


class EvidenceFactory(Factory):
    class Meta:
        model = Evidence

    appeal = factory.SubFactory(AppealFactory)
    file = factory.SubFactory(StoredFileFactory)
    added_by = factory.SelfAttribute("appeal.lodged_by")


class GroundCheckFactory(Factory):
    class Meta:
        model = GroundCheck

    appeal = factory.SubFactory(AppealFactory)
    requested_by = factory.SubFactory(UserFactory, staff=True)
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7))


class AgentProfileFactory(Factory):
    class Meta:
        model = AgentProfile

    user = factory.SubFactory(UserFactory, staff=True)
    kind = AgentKind.PKH


class AssistedVisitFactory(Factory):
    class Meta:
        model = AssistedVisit

    application = factory.SubFactory(ApplicationFactory, assisted=True)
    agent = factory.SelfAttribute("application.assisted_by")
