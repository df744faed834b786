"""Invented families whose cases are complete, for benchmarks of the decision. Made row by row, without the form."""

import random
from datetime import date

from django.db import transaction
from django.utils import timezone

from enrollment.enums import ApplicationState, Channel, FamilyCardState, Relation, Sex, Step
from enrollment.models import Application, Consent, ConsentText, Family, FamilyCardNumber, Member, Person
from perlinsos.accounts.models import User
from perlinsos.core import codes, jobs
from perlinsos.regions.models import Area
from verification.enums import CheckState, RequestState, Source
from verification.models import FaceCheck, Fact, SourceRequest

VILLAGE = "35.10.22.2003"
BIRTHDAYS = 840  # of the heads: the least common multiple of their years, months and days


def facts_of(chance: random.Random) -> dict[str, int | bool]:
    """What the sources would say of one family: poor enough to be interesting, now and then not."""
    return {
        "dukcapil.family_size": chance.randint(1, 7),
        "dukcapil.children_0_6": chance.choice([0, 0, 1, 2]),
        "dukcapil.elderly_60": chance.choice([0, 0, 1]),
        "dukcapil.head_alive": True,
        "dtsen.decile": chance.randint(1, 7),
        "pln.power_va": chance.choice([0, 450, 450, 900, 900, 1300, 2200]),
        "samsat.cars": chance.choice([0, 0, 0, 0, 1]),
        "samsat.motorcycles": chance.randint(0, 2),
        "bpn.land_m2": chance.choice([0, 60, 90, 120]),
        "bpjs_tk.highest_wage": chance.choice([0, 0, 1_500_000, 3_200_000]),
        "bkn.asn": chance.choice([0] * 9 + [1]),
        "bkn.tni_polri": 0,
        "bkn.pensioners": 0,
        "dapodik.pupils_sd": chance.randint(0, 2),
        "dapodik.pupils_smp": chance.randint(0, 1),
        "dapodik.pupils_sma": chance.randint(0, 1),
        "citizen.pregnant": chance.choice([0, 0, 1]),
        "citizen.severe_disability": 0,
    }


def make(total: int, chance: random.Random, *, agent: User) -> list[Application]:
    """`total` applications that wait for nothing but the decision."""
    village = Area.objects.get(pk=VILLAGE)
    return [_one(number, chance, agent, village) for number in range(total)]


@transaction.atomic
def send(number: int, chance: random.Random, *, agent: User, asked: list[str]) -> Application:
    """One family that has just sent the form, agreed to `asked`, and whose face is confirmed."""
    village = Area.objects.get(pk=VILLAGE)
    application = _application(number, agent, village, state=ApplicationState.SUBMITTED)
    assert application.family is not None  # noqa: S101 - made a line before
    FaceCheck.objects.create(application=application, state=CheckState.ACCEPTED)
    for text in ConsentText.objects.public().filter(source__in=asked):
        Consent.objects.create(application=application, text=text, given_by=agent)
    card = f"351022{chance.randrange(10**6):06}{number % 9999 + 1:04}"
    FamilyCardNumber.objects.create(family=application.family, number=card)
    jobs.enqueue("verification.start_matching", application_id=application.pk)
    return application


def _one(number: int, chance: random.Random, agent: User, village: Area) -> Application:
    application = _application(number, agent, village, state=ApplicationState.MATCHING)
    assert application.family is not None  # noqa: S101 - made a line before
    _answers(application, application.family, chance)
    return application


def _application(number: int, agent: User, village: Area, *, state: str) -> Application:
    born = date(1960 + number % 40, 1 + number % 12, 1 + number % 28)
    serial = 9000 + number // BIRTHDAYS
    head = Person.objects.create(
        nik=f"351022{born:%d%m%y}{serial:04}" if serial < 10_000 else None,
        name=f"Warga Rekaan {number}",
        sex=Sex.MALE,
        birth_date=born.isoformat(),
        birth_year=born.year,
    )
    family = Family.objects.create(village=village)
    Member.objects.create(family=family, person=head, relation=Relation.HEAD)
    return Application.objects.create(
        reference=f"BNC-{agent.pk}-{number}",
        receipt_code=codes.new_code("BNC"),
        state=state,
        channel=Channel.AGENT,
        assisted_by=agent,
        applicant=head,
        family=family,
        village=village,
        step=Step.REVIEW,
        family_card_state=FamilyCardState.RECEIVED,
        submitted_at=timezone.now(),
    )


def _answers(application: Application, family: Family, chance: random.Random) -> None:
    said = facts_of(chance)
    sources = sorted({name.partition(".")[0] for name in said} - {Source.CITIZEN.value})
    SourceRequest.objects.bulk_create(
        SourceRequest(application=application, source=source, state=RequestState.ANSWERED, answered_at=timezone.now())
        for source in sources
    )
    Fact.objects.bulk_create(
        Fact(family=family, name=name, value=value, source=name.partition(".")[0], as_of=timezone.localdate())
        for name, value in said.items()
    )
    FaceCheck.objects.create(application=application, state=CheckState.ACCEPTED)
