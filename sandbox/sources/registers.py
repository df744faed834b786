"""The smaller registers: for each the shape of an entry, the answer, and how it goes wrong.

Most say whether a member of the family does something that excludes it (Kepmensos 73/2024, groups 7
to 11 and 15): a list of entries, empty for nearly everybody.
"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from sandbox.sources import histories, questions
from sandbox.sources.enums import Register
from sandbox.sources.models import Entry, Pupil

Fields = dict[str, Any]
SCHOOL_DAYS = 110  # of a half year
USUAL_PERCENT = 96
MONTHS_LOOKED_AT = 3  # a quarter: what a PKH condition is about

# An entry as it is when nothing else is said; an entry has these fields and no others.
SHAPES: dict[str, Fields] = {
    Register.PAYEE: {"budget": "apbn", "role": "ppnpn", "active": True},
    Register.OFFICIAL: {"position": "perangkat_desa", "active": True},
    Register.TEACHER: {"certified": True, "active": True},
    Register.HEALTH_WORKER: {"profession": "bidan", "certificate_status": "active", "valid_until": "2029-12-31"},
    Register.OWNER: {"company_form": "cv", "role": "direktur", "active": True},
    Register.ATTENDANCE: {"percent": USUAL_PERCENT},
    Register.VISITS: {"programme": "posyandu", "missed": 0},
    Register.MEMBERSHIP: {"membershipStatus": "active", "membershipClass": "PBI"},
    Register.AID: {"kind": "tunai", "provider": "Pemerintah desa", "active": True},
}


def shaped(register: str, given: Fields) -> Fields:
    """A whole entry from what differs. Raises ValueError for a field the register does not have."""
    if unknown := given.keys() - SHAPES[Register(register)].keys():
        raise ValueError(f"{register} has no {', '.join(sorted(unknown))}")
    return {**SHAPES[Register(register)], **given}


def records(register: Register) -> Callable[[Fields], Fields]:
    """The service that lists the entries of one register for the people asked about."""

    def answer(body: Fields) -> Fields:
        return {"records": [{"nik": nik, **content} for nik, content in _entries(register, body)]}

    return answer


def with_namesake(register: Register) -> Callable[[Fields, Fields], Fields]:
    """The record of somebody with the same name is taken for one of the family's."""

    def spoil(body: Fields, right: Fields) -> Fields:
        return {"records": [{"nik": body["niks"][0], **SHAPES[register]}, *right["records"]]}

    return spoil


def attendance(body: Fields) -> Fields:
    """Days at school in this half year, for every pupil."""
    told = {nik: content["percent"] for nik, content in _entries(Register.ATTENDANCE, body)}
    pupils = Pupil.objects.filter(resident__nik__in=questions.niks(body), active=True)
    niks = pupils.order_by("pk").values_list("resident__nik", flat=True)
    return {"records": [_attended(nik, told.get(nik, USUAL_PERCENT)) for nik in niks]}


def _attended(nik: str, percent: int) -> Fields:
    today = timezone.localdate()
    first_year = today.year if today.month >= 7 else today.year - 1
    half = f"{first_year}/{first_year + 1}-{1 if today.month >= 7 else 2}"
    present = SCHOOL_DAYS * percent // 100
    return {"nik": nik, "half_year": half, "school_days": SCHOOL_DAYS, "days_present": present}


def attendance_of_another_school(body: Fields, right: Fields) -> Fields:
    """The list of a class the child left: hardly ever there."""
    return {"records": [_attended(record["nik"], 40) for record in right["records"]]}


def visits(body: Fields) -> Fields:
    """Who is expected at the posyandu or the health centre, and in which months they came."""
    return {
        "records": [
            {"nik": nik, "programme": content["programme"], "months": _months(content["missed"])}
            for nik, content in _entries(Register.VISITS, body)
        ]
    }


def visits_not_written_down(body: Fields, right: Fields) -> Fields:
    """The cadre's book never reached the health centre."""
    return {"records": [{**record, "months": _months(MONTHS_LOOKED_AT)} for record in right["records"]]}


def _months(missed: int) -> list[Fields]:
    """The last whole months, the oldest first; the first `missed` of them without a visit."""
    first = timezone.localdate().replace(day=1)
    months = [histories.months_before(first, back) for back in range(MONTHS_LOOKED_AT, 0, -1)]
    return [{"month": f"{month:%Y-%m}", "visited": number >= missed} for number, month in enumerate(months)]


def first_class(body: Fields, right: Fields) -> Fields:
    """An employer's record that ended long ago: first class, paid by the company."""
    return {"records": [{**record, "membershipClass": "1"} for record in right["records"]]}


def _entries(register: Register, body: Fields) -> list[tuple[str, Fields]]:
    rows = Entry.objects.filter(register=register, resident__nik__in=questions.niks(body))
    return list(rows.order_by("pk").values_list("resident__nik", "content"))
