"""What a trainer may change: add a family, replace a photograph. Nobody signs in here."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from sandbox.residents.enums import Origin, Sex
from sandbox.residents.models import FamilyCard, Photograph, Resident, nik_for
from sandbox.sources.enums import Tariff, VehicleKind, WageStatus
from sandbox.sources.models import Decile, Employment, Meter, Pupil, Vehicle, Wage

FIRST_SERIAL = 9500
SUBSIDISED_UP_TO_VA = 900


@dataclass(frozen=True)
class SourceFacts:
    """What the sources shall know about the new family; None or empty: nothing."""

    decile: int | None
    power_va: int | None
    has_car: bool
    monthly_wage: int | None
    employment: str


@transaction.atomic
def add_family(card: FamilyCard, members: list[tuple[Resident, str]], facts: SourceFacts) -> Resident:
    """Store a family (members with their school level, or "") and return its first member.

    Empty NIK and KK numbers are made up, with serials from 9500, so that nobody real has them.
    """
    card.kk_number = card.kk_number or _free_kk_number(card.village_code, timezone.localdate())
    card.key = f"pelatih-{card.kk_number}"
    card.origin = Origin.TRAINER
    card.save(force_insert=True)
    for position, (member, level) in enumerate(members):
        member.family_card = card
        member.position = position
        member.nik = member.nik or _free_nik(card.village_code, member.birth_date, member.sex)
        member.save(force_insert=True)
        if level:
            Pupil.objects.create(resident=member, level=level)
    head = members[0][0]
    _write_facts(card, head, facts)
    return head


def _write_facts(card: FamilyCard, head: Resident, facts: SourceFacts) -> None:
    if facts.decile:
        Decile.objects.create(family_card=card, decile=facts.decile)
    if facts.power_va:
        tariff = Tariff.SUBSIDISED if facts.power_va <= SUBSIDISED_UP_TO_VA else Tariff.NOT_SUBSIDISED
        Meter.objects.create(resident=head, power_va=facts.power_va, tariff=tariff)
    if facts.has_car:
        Vehicle.objects.create(resident=head, kind=VehicleKind.CAR, year=timezone.localdate().year - 5)
    if facts.monthly_wage:
        Wage.objects.create(resident=head, status=WageStatus.ACTIVE, monthly_wage=facts.monthly_wage)
    if facts.employment:
        Employment.objects.create(resident=head, kind=facts.employment)


def _free_nik(village_code: str, birth_date: date, sex: str) -> str:
    return next(
        nik
        for serial in range(FIRST_SERIAL, 10_000)
        if not Resident.objects.filter(nik=(nik := nik_for(village_code, birth_date, sex, serial))).exists()
    )


def _free_kk_number(village_code: str, day: date) -> str:
    """Same shape as a NIK: district, day of issue, serial."""
    return next(
        number
        for serial in range(FIRST_SERIAL, 10_000)
        if not FamilyCard.objects.filter(kk_number=(number := nik_for(village_code, day, Sex.MALE, serial))).exists()
    )


def replace_photograph(resident: Resident, content: bytes, content_type: str) -> None:
    """The new reference picture of `resident`, kept when the families are seeded again."""
    Photograph.objects.update_or_create(
        resident=resident,
        defaults={"content": content, "content_type": content_type, "origin": Origin.TRAINER},
    )
