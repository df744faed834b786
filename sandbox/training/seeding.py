"""Puts the invented families of the plan into the sandbox; again and again with the same result."""

from pathlib import Path

from django.db import transaction

from sandbox.residents import pictures
from sandbox.residents.enums import Origin
from sandbox.residents.models import FamilyCard, Photograph, Resident
from sandbox.sources import registers
from sandbox.sources.enums import Register, WageStatus
from sandbox.sources.models import Decile, Employment, Entry, Meter, Parcel, Pupil, Vehicle, Wage
from sandbox.training.plan import Plan, PlannedFamily, PlannedMember

CARD_FIELDS = [
    *("kk_number", "address", "rt", "rw", "village_code", "village_name"),
    *("story", "expected", "origin", "position"),
]
RESIDENT_FIELDS = [
    *("family_card", "name", "sex", "birth_place", "birth_date", "relation"),
    *("marital_status", "deceased_on", "pin", "position"),
]


@transaction.atomic
def seed(plan: Plan) -> None:
    """Families, residents and what the sources know. What a trainer added stays as it is."""
    cards = _write_cards(plan)
    residents = _write_residents(plan, cards)
    for table in (Meter, Vehicle, Parcel, Wage, Employment, Pupil, Entry):
        table.objects.filter(resident__family_card__origin=Origin.SEED).delete()
    Decile.objects.filter(family_card__origin=Origin.SEED).delete()
    for family in plan.families:
        _write_household_facts(family, cards[family.key], residents[family.members[0].nik])
        for member in family.members:
            _write_personal_facts(member, residents[member.nik])
            _write_entries(member, residents[member.nik], insurance=family.insurance)


def _write_cards(plan: Plan) -> dict[str, FamilyCard]:
    rows = [
        FamilyCard(
            key=family.key,
            kk_number=family.kk,
            address=family.address,
            rt=family.rt,
            rw=family.rw,
            village_code=family.village,
            village_name=plan.villages[family.village],
            story=family.story,
            expected=family.expected,
            origin=Origin.SEED,
            position=position,
        )
        for position, family in enumerate(plan.families)
    ]
    FamilyCard.objects.filter(origin=Origin.SEED).exclude(key__in=[row.key for row in rows]).delete()
    stored = FamilyCard.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=CARD_FIELDS
    )
    return {card.key: card for card in stored}


def _write_residents(plan: Plan, cards: dict[str, FamilyCard]) -> dict[str, Resident]:
    rows = [
        Resident(
            family_card=cards[family.key],
            nik=member.nik,
            name=member.name,
            sex=member.sex,
            birth_place=member.birth_place,
            birth_date=member.birth_date,
            relation=member.relation,
            marital_status=member.marital,
            deceased_on=member.deceased_on,
            pin=member.pin,
            position=position,
        )
        for family in plan.families
        for position, member in enumerate(family.members)
    ]
    seeded = Resident.objects.filter(family_card__origin=Origin.SEED)
    seeded.exclude(nik__in=[row.nik for row in rows]).delete()
    stored = Resident.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["nik"], update_fields=RESIDENT_FIELDS
    )
    return {resident.nik: resident for resident in stored}


def _write_household_facts(family: PlannedFamily, card: FamilyCard, head: Resident) -> None:
    if family.decile is not None:
        Decile.objects.create(family_card=card, decile=family.decile)
    Meter.objects.bulk_create(Meter(resident=head, **meter) for meter in family.meters)
    Vehicle.objects.bulk_create(Vehicle(resident=head, **vehicle) for vehicle in family.vehicles)
    Parcel.objects.bulk_create(Parcel(resident=head, **parcel) for parcel in family.parcels)


def _write_personal_facts(member: PlannedMember, resident: Resident) -> None:
    if member.wage:
        Wage.objects.create(resident=resident, **{"status": WageStatus.ACTIVE, **member.wage})
    if member.employment:
        Employment.objects.create(resident=resident, kind=member.employment)
    if member.school:
        Pupil.objects.create(resident=resident, level=member.school)


def _write_entries(member: PlannedMember, resident: Resident, *, insurance: str) -> None:
    told = dict(member.registers)
    if insurance and member.deceased_on is None:
        told[Register.MEMBERSHIP] = {"membershipClass": insurance}
    Entry.objects.bulk_create(
        Entry(resident=resident, register=register, content=registers.shaped(register, given))
        for register, given in told.items()
    )


def seed_photographs(plan: Plan, folder: Path) -> int:
    """Reference pictures from `folder` (`<face>.jpg` or `.png`); one a trainer took is kept. How many."""
    wanted = {member.nik: member.face for family in plan.families for member in family.members if member.face}
    taken = Photograph.objects.filter(origin=Origin.TRAINER).values("resident_id")
    count = 0
    for resident in Resident.objects.with_nik(list(wanted)).exclude(pk__in=taken):
        if picture := _picture(folder, wanted[resident.nik]):
            content, content_type = picture
            Photograph.objects.update_or_create(
                resident=resident,
                defaults={"content": content, "content_type": content_type, "origin": Origin.SEED},
            )
            count += 1
    return count


def _picture(folder: Path, face: str) -> tuple[bytes, str] | None:
    for path in (folder / f"{face}.jpg", folder / f"{face}.jpeg", folder / f"{face}.png"):
        if path.is_file():
            content = path.read_bytes()
            content_type = pictures.content_type_of(content)
            return (content, content_type) if content_type else None
    return None
