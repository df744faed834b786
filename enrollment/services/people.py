"""Who is who. A NIK names one Person; only a register may correct what we hold about a NIK."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from enrollment import nik as nik_rules
from enrollment.cards import CardMember
from enrollment.models import Application, Person
from perlinsos.accounts.models import IdentityClaims
from perlinsos.core import crypto


@dataclass(frozen=True, slots=True)
class Known:
    """The persons behind the lines of a card, in its order, and what was odd about them."""

    persons: tuple[Person, ...]
    warnings: tuple[str, ...] = ()


@transaction.atomic
def person_on_record(*, nik: str, name: str, sex: str, birth_date: date, birth_place: str) -> Person:
    """The person with this NIK; a new one takes the other values, a known one keeps its own."""
    person, _created = Person.objects.get_or_create(
        nik_index=crypto.blind_index(nik, kind="nik"),
        defaults={
            "nik": nik,
            "name": name,
            "sex": sex,
            "birth_date": birth_date.isoformat(),
            "birth_year": birth_date.year,
            "birth_place": birth_place or None,
        },
    )
    return person


@transaction.atomic
def person_of_identity(said: IdentityClaims) -> Person:
    """Who signed in. The identity provider corrects what somebody else may have typed about this NIK."""
    born, sex = date.fromisoformat(said.birth_date), nik_rules.sex_of(said.nik)
    person = person_on_record(nik=said.nik, name=said.name, sex=sex, birth_date=born, birth_place=said.birth_place)
    told = {"name": said.name, "birth_date": said.birth_date, "birth_year": born.year}
    _change(person, {**told, "birth_place": said.birth_place or person.birth_place})
    return person


@transaction.atomic
def people_of_register(members: Iterable[CardMember], *, of: Application, as_of: date) -> Known:
    """Persons as Dukcapil lists them: what we held about a NIK is corrected to the register."""
    members = tuple(members)
    found = _by_nik(members)
    nameless = _without_nik(of)
    persons = tuple(found[member.nik] if member.nik else _nameless(member, nameless) for member in members)
    for person, member in zip(persons, members, strict=True):
        _correct(person, member, as_of=as_of)
    return Known(persons, _applicant_missing(persons, of))


@transaction.atomic
def people_as_typed(members: Iterable[CardMember], *, of: Application) -> Known:
    """Persons as a family typed them: nobody's record is corrected and nobody's is shown.

    A NIK we know under another name or birth date is not linked: the line becomes a person without
    a NIK, with the warning `nik_held_by_other`, so typing a stranger's NIK reveals nothing.
    """
    members = tuple(members)
    found = _by_nik(members)
    nameless = _without_nik(of)
    persons, warnings = [], []
    for member in members:
        person = found.get(member.nik) if member.nik else None
        if person is not None and person.pk != of.applicant_id and not _is_same(person, member):
            warnings.append("nik_held_by_other")
            person = None
        persons.append(person or _nameless(member, nameless))
    return Known(tuple(persons), (*warnings, *_applicant_missing(persons, of)))


def _by_nik(members: Iterable[CardMember]) -> dict[str | None, Person]:
    """Persons by NIK, made where new, in an order that two families with a shared member agree on."""
    wanted = {crypto.blind_index(member.nik, kind="nik"): member for member in members if member.nik}
    known = {bytes(person.nik_index): person for person in Person.objects.filter(nik_index__in=wanted)}
    return {
        member.nik: known.get(index)
        or person_on_record(
            nik=member.nik or "",
            name=member.name,
            sex=member.sex,
            birth_date=member.birth_date,
            birth_place=member.birth_place,
        )
        for index, member in sorted(wanted.items())
    }


def _without_nik(application: Application) -> list[Person]:
    if application.family_id is None:
        return []
    here = Person.objects.filter(memberships__family_id=application.family_id, memberships__left_on=None)
    return list(here.filter(nik_index=None).distinct())  # on record, and noted for this draft


def _nameless(member: CardMember, candidates: list[Person]) -> Person:
    """Somebody without a NIK: the same line of this family as before, or a new person."""
    same = next((person for person in candidates if _is_same(person, member)), None)
    if same is not None:
        candidates.remove(same)  # twins without a NIK are two lines and two persons
        return same
    return Person.objects.create(
        name=member.name,
        sex=member.sex,
        birth_date=member.birth_date.isoformat(),
        birth_year=member.birth_date.year,
        birth_place=member.birth_place or None,
    )


def _is_same(person: Person, member: CardMember) -> bool:
    same_name: bool = person.name.casefold().split() == member.name.casefold().split()
    return same_name and bool(person.birth_date == member.birth_date.isoformat())


def _correct(person: Person, member: CardMember, *, as_of: date) -> None:
    deceased_on = None if member.is_alive else member.deceased_on or as_of  # dead by that day at the latest
    told: dict[str, Any] = {
        "name": member.name,
        "sex": member.sex,
        "birth_date": member.birth_date.isoformat(),
        "birth_year": member.birth_date.year,
        "birth_place": member.birth_place or person.birth_place,
        "deceased_on": deceased_on,
    }
    _change(person, told)


def _change(person: Person, told: dict[str, Any]) -> None:
    changed = [field for field, value in told.items() if getattr(person, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(person, field, told[field])
    person.updated_at = timezone.now()
    person.save(update_fields=[*changed, "updated_at"])


def _applicant_missing(persons: Iterable[Person], application: Application) -> tuple[str, ...]:
    listed = any(person.pk == application.applicant_id for person in persons)
    return () if listed else ("applicant_not_listed",)
