"""What the tests of enrolment need beyond `tests.factories`: cards as Dukcapil answers them, drafts half-way."""

from datetime import date
from typing import Any

from enrollment import cards, services
from enrollment.answers import AccountAnswers, ContactAnswers, FamilyAnswers, HomeAnswers, MemberAnswers
from enrollment.cards import CardData
from enrollment.enums import Bank, FamilyCardState, PhoneOwner
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.accounts.services import Claims, record_identity, service_account
from perlinsos.regions.models import Area
from tests import factories

KESILIR = "35.10.22.2003"
LATENG = "35.10.16.1014"
JATILUWIH = "51.02.08.2013"
UNSERVED = "35.09.01.2001"
AS_OF = date(2026, 11, 1)

SULASTRI = {"nik": "3510226702799005", "name": "Sulastri", "sex": "P", "birth_date": "1979-02-27"}
RIZKI = {"nik": "3510220511129006", "name": "Rizki Maulana", "sex": "L", "birth_date": "2012-11-05"}
INTAN = {"nik": "3510227001189007", "name": "Intan Permatasari", "sex": "P", "birth_date": "2018-01-30"}
PONIRIN = {"nik": "3510221503749040", "name": "Ponirin", "sex": "L", "birth_date": "1974-03-15"}


def answer(*, members: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """The `family_card` object as Dukcapil sends it: Sulastri, widow, with two children in Kesilir."""
    lines = members or [
        {**SULASTRI, "relation": "kepala"},
        {**RIZKI, "relation": "anak"},
        {**INTAN, "relation": "anak"},
    ]
    card = {
        "kk_number": "3510220907169002",
        "head_nik": SULASTRI["nik"],
        "address": "Dusun Krajan, Jl. Pesanggrahan 8",
        "rt": "004",
        "rw": "002",
        "village_code": KESILIR,
        "members": [{"birth_place": "Banyuwangi", "alive": True, "deceased_on": None, **line} for line in lines],
    }
    return {**card, **changes}


def card(**changes: Any) -> CardData:
    return cards.parse(answer(**changes))


def citizen(who: dict[str, str] | None = None) -> User:
    """Somebody who signed in with IKD: Sulastri, or one of the people above."""
    person = who or SULASTRI
    user = factories.UserFactory(identity=None)
    claims = Claims(
        nik=person["nik"],
        name=person["name"],
        birth_place="Banyuwangi",
        birth_date=date.fromisoformat(person["birth_date"]),
        address="Dusun Krajan",
        acr="urn:ikd:biometric",
        authenticated_at=None,
    )
    record_identity(claims, by=user)
    return User.objects.get(pk=user.pk)


def served_areas() -> None:
    """Two regencies that take part, and one village of a third that does not."""
    for code in (KESILIR, LATENG, "35.10.07.2002", JATILUWIH):
        factories.area(code)
    for regency in ("35.10", "51.02"):
        factories.ParameterFactory(area=Area.objects.get(code=regency))
    factories.area(UNSERVED)


def asked(user: User) -> Application:
    """Consent given; Dukcapil has not answered yet."""
    factories.consent_texts()
    return services.give_consent(services.start_application(by=user), by=user)


def with_card(user: User, received: CardData | None = None) -> Application:
    """Consent given, no photo needed, the card is there."""
    application = services.choose_manual_photo(asked(user), by=user)
    return receive(application, received or card())


def receive(application: Application, received: CardData | None, state: str = FamilyCardState.RECEIVED) -> Application:
    by = service_account("verification")
    as_of = AS_OF if received else None
    return services.record_family_card(application, state=state, card=received, as_of=as_of, by=by)


def with_family(user: User, received: CardData | None = None) -> Application:
    return services.confirm_family(with_card(user, received), answers=FamilyAnswers(), by=user)


def ready(user: User, received: CardData | None = None) -> Application:
    """Every page answered; only sending is left."""
    application = with_family(user, received)
    members = {member.pk: MemberAnswers() for member in application.family.members.current()}
    application = services.answer_home(application, answers=HomeAnswers(members, power_va=900), by=user)
    contact = ContactAnswers("081234567890", PhoneOwner.SELF)
    application = services.answer_contact(application, answers=contact, by=user)
    account = AccountAnswers(Bank.BRI, "002101000123456", "Sulastri")
    return services.answer_account(application, answers=account, by=user)


def sent(user: User, received: CardData | None = None) -> Application:
    return services.submit_application(ready(user, received), by=user)
