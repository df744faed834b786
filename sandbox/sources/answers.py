"""What each service knows: a question in, the fields of the answer out, None for "not found"."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sandbox.residents.models import FamilyCard, Photograph, Resident
from sandbox.sources import accounts, face_match, histories, old, questions, registers, wrong
from sandbox.sources.enums import Register, WageStatus
from sandbox.sources.models import Decile, Employment, Meter, Parcel, Pupil, Vehicle, Wage
from sandbox.switches.enums import Service

Fields = dict[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """One row of the contract. `spoil` turns a right answer into a plausible wrong one, `age` into an old one."""

    service: Service
    answer: Callable[[Fields], Fields | None]
    spoil: Callable[[Fields, Fields], Fields | None]
    age: Callable[[Fields, Fields], Fields | None]
    as_of: Callable[[date], date]


def today(day: date) -> date:
    return day


def month_start(day: date) -> date:
    """Most sources send a copy of their register once a month."""
    return day.replace(day=1)


def quarter_start(day: date) -> date:
    """DTSEN is published four times a year."""
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def last_week(day: date) -> date:
    return day - timedelta(days=7)


def family_card(body: Fields) -> Fields | None:
    nik = questions.number(body, "nik")
    card = FamilyCard.objects.filter(members__nik=nik).first()
    if card is None:
        return None
    members = list(card.members.all())
    head = next((member for member in members if member.relation == "kepala"), members[0])
    return {
        "family_card": {
            "kk_number": card.kk_number,
            "head_nik": head.nik,
            "address": card.address,
            "rt": card.rt,
            "rw": card.rw,
            "village_code": card.village_code,
            "members": [_member(member) for member in members],
        }
    }


def _member(resident: Resident) -> Fields:
    return {
        "nik": resident.nik,
        "name": resident.name,
        "sex": resident.sex,
        "birth_place": resident.birth_place,
        "birth_date": resident.birth_date.isoformat(),
        "relation": resident.relation,
        "marital_status": resident.marital_status,
        "alive": resident.deceased_on is None,
        "deceased_on": resident.deceased_on.isoformat() if resident.deceased_on else None,
    }


def reference_photo(body: Fields) -> Fields | None:
    photograph = Photograph.objects.filter(resident__nik=questions.number(body, "nik")).first()
    return None if photograph is None else photo_fields(photograph)


def photo_fields(photograph: Photograph) -> Fields:
    return {
        "image_base64": base64.b64encode(bytes(photograph.content)).decode(),
        "content_type": photograph.content_type,
    }


def decile(body: Fields) -> Fields | None:
    kk_number = questions.number(body, "kk_number")
    row = Decile.objects.filter(family_card__kk_number=kk_number).first()
    return None if row is None else {"decile": row.decile}


def meters(body: Fields) -> Fields:
    rows = Meter.objects.filter(resident__nik__in=questions.niks(body))
    found = list(rows.values("power_va", "tariff"))
    usage = histories.usage(sum(meter["power_va"] for meter in found)) if found else []
    return {"meters": found, "usage": usage}


def vehicles(body: Fields) -> Fields:
    rows = Vehicle.objects.filter(resident__nik__in=questions.niks(body))
    return {"vehicles": list(rows.values("kind", "year"))}


def parcels(body: Fields) -> Fields:
    rows = Parcel.objects.filter(resident__nik__in=questions.niks(body))
    return {"parcels": list(rows.values("area_m2"))}


def wages(body: Fields) -> Fields:
    rows = Wage.objects.filter(resident__nik__in=questions.niks(body)).select_related("resident")
    return {
        "records": [{"nik": row.resident.nik, "status": row.status, "monthly_wage": row.monthly_wage} for row in rows],
        "contributions": [
            histories.contribution(row.resident.nik, is_running=row.status == WageStatus.ACTIVE) for row in rows
        ],
    }


def employment(body: Fields) -> Fields:
    rows = Employment.objects.filter(resident__nik__in=questions.niks(body)).select_related("resident")
    return {"records": [{"nik": row.resident.nik, "kind": row.kind} for row in rows]}


def pupils(body: Fields) -> Fields:
    rows = Pupil.objects.filter(resident__nik__in=questions.niks(body)).select_related("resident")
    return {"records": [{"nik": row.resident.nik, "level": row.level, "active": row.active} for row in rows]}


def listed(service: Service, register: Register, as_of: Callable[[date], date]) -> Endpoint:
    """A register that lists entries: a namesake's gets in by mistake, and once there was none."""
    return Endpoint(
        service, registers.records(register), registers.with_namesake(register), old.nothing("records"), as_of
    )


ENDPOINTS = {
    "dukcapil/v1/family-card": Endpoint(Service.FAMILY_CARD, family_card, wrong.family_card, wrong.family_card, today),
    "dukcapil/v1/reference-photo": Endpoint(Service.PHOTO, reference_photo, wrong.photo, old.same, today),
    "dukcapil/v1/face-match": Endpoint(Service.PHOTO, face_match.face_match, face_match.swapped, old.same, today),
    "dtsen/v1/family": Endpoint(Service.DTSEN, decile, wrong.decile, old.decile, quarter_start),
    "pln/v1/meters": Endpoint(Service.PLN, meters, wrong.meters, old.meters, month_start),
    "samsat/v1/vehicles": Endpoint(Service.SAMSAT, vehicles, wrong.vehicles, old.nothing("vehicles"), month_start),
    "bpn/v1/parcels": Endpoint(Service.BPN, parcels, wrong.parcels, old.nothing("parcels"), month_start),
    "bpjs-tk/v1/wages": Endpoint(Service.WAGES, wages, wrong.wages, old.wages, month_start),
    "bkn/v1/employment": Endpoint(Service.EMPLOYMENT, employment, wrong.employment, old.nothing("records"), last_week),
    "kemenkeu/v1/payees": listed(Service.PAYEES, Register.PAYEE, month_start),
    "kemendagri/v1/village-officials": listed(Service.OFFICIALS, Register.OFFICIAL, quarter_start),
    "kemendikdasmen/v1/teachers": listed(Service.TEACHERS, Register.TEACHER, month_start),
    "kemenkes/v1/health-workers": listed(Service.HEALTH_WORKERS, Register.HEALTH_WORKER, last_week),
    "ahu/v1/owners": listed(Service.OWNERS, Register.OWNER, last_week),
    "other-aid/v1/recipients": listed(Service.OTHER_AID, Register.AID, month_start),
    "dapodik/v1/attendance": Endpoint(
        Service.ATTENDANCE,
        registers.attendance,
        registers.attendance_of_another_school,
        old.nothing("records"),
        month_start,
    ),
    "kemenkes/v1/visits": Endpoint(
        Service.VISITS, registers.visits, registers.visits_not_written_down, old.nothing("records"), month_start
    ),
    "bpjs-kes/v1/memberships": Endpoint(
        Service.MEMBERSHIPS,
        registers.records(Register.MEMBERSHIP),
        registers.first_class,
        old.nothing("records"),
        last_week,
    ),
    "bank/v1/account-check": Endpoint(
        Service.ACCOUNTS, accounts.check, accounts.of_another, accounts.not_yet_opened, today
    ),
    "dapodik/v1/pupils": Endpoint(Service.PUPILS, pupils, wrong.pupils, old.pupils, month_start),
}
