"""Applications of the invented families that the sandbox knows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from enrollment import nik
from enrollment.enums import ApplicationState, Relation
from enrollment.models import Application
from tests import factories
from tests.support.sandbox_process import DemoResident, Sandbox
from verification.enums import ASKED_SOURCES, Purpose, Source
from verification.models import SourceRequest

# Kesilir, where the officers of `tests/cast.py` work; where the sandbox says a family lives does not matter here.
VILLAGE = "35.10.22.2003"
ACCOUNT = "009801023456789"  # in good order, says the sandbox


def born(number: str) -> date:
    return nik.parse(number).birth_dates[0]


def sent(
    resident: DemoResident,
    *,
    agreed: Iterable[str] = ASKED_SOURCES,
    state: str = ApplicationState.SUBMITTED,
    village: str = VILLAGE,
    **fields: Any,
) -> Application:
    """The sent application of a family of the sandbox, all its members and an account known, consent for `agreed`."""
    area = factories.area(village)
    people = {number: factories.PersonFactory(nik=number, born=born(number)) for number in resident.member_niks}
    family = factories.FamilyFactory(village=area, card_number__number=resident.kk_number)
    for number, person in people.items():
        relation = Relation.HEAD if number == resident.member_niks[0] else Relation.CHILD
        factories.MemberFactory(family=family, person=person, relation=relation)
    values = {"applicant": people[resident.nik], "family": family, "village": area, "state": state, **fields}
    application = factories.ApplicationFactory(sent=True, **values)
    factories.BankAccountFactory(application=application, number=ACCOUNT)
    consent(application, agreed)
    return application


def consent(application: Application, agreed: Iterable[str] = ASKED_SOURCES) -> None:
    for source in agreed:
        factories.ConsentFactory(application=application, text=factories.ConsentTextFactory(source=source))


def asked(sandbox: Sandbox, key: str = "eligible", source: str = Source.PLN, **fields: Any) -> SourceRequest:
    """One due question about a family of the sandbox whose matching has begun."""
    application = sent(sandbox.residents[key], state=ApplicationState.MATCHING)
    return SourceRequest.objects.create(application=application, source=source, purpose=Purpose.MATCHING, **fields)
