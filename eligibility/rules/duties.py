"""What the records of a quarter mean for its payment, and who owes which duty in which month. Pure functions.

A month counts by itself: of school the share of days, of health whether somebody went. Unknown counts nowhere.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.enums import DutyKind, DutyValue
from eligibility.rules.commitments import HIGHEST, Duty, Measure, broken, later, payment
from eligibility.rules.periods import MONTHS, Quarter, next_month
from enrollment.enums import Schooling

MEASURES = {DutyKind.SCHOOL: Measure.ATTENDANCE_PERCENT, DutyKind.HEALTH: Measure.MISSED_HEALTH_VISITS}
KINDS = {measure: kind for kind, measure in MEASURES.items()}
SMALL_UNTIL = 7  # a small child is 0 to 6 years old
CARE_MONTHS = 12  # from what the family said of a pregnancy: nine months and the time after birth


@dataclass(frozen=True)
class Note:
    """What is on record of one member and one month; `percent` of school days where a source counts them."""

    member: int
    kind: DutyKind
    month: date
    value: DutyValue
    percent: int | None = None


@dataclass(frozen=True)
class Situation:
    """What of a member says which duties it has. `told_on` is the day the family said so."""

    born: date
    schooling: Schooling
    is_pregnant: bool
    told_on: date


@dataclass(frozen=True)
class Cause:
    """A broken duty, and the records it was broken by."""

    duty: Duty
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Settlement:
    """The payment of a quarter: a quarter of the year, or the share of the months paid for, less the cuts."""

    quarter: Quarter
    full: int
    rupiah: int
    causes: tuple[Cause, ...]

    @property
    def cut(self) -> int:
        return self.full - self.rupiah


def owes(kind: DutyKind, member: Situation, month: date) -> bool:
    """Whether a member has this duty in this month: pupils go to school, small children and mothers to be checked."""
    if kind == DutyKind.SCHOOL:
        return member.schooling != Schooling.NONE
    is_small = member.born < next_month(month) and month < later(member.born, months=12 * SMALL_UNTIL)
    is_mother = member.is_pregnant and month < later(member.told_on, months=CARE_MONTHS)
    return is_small or is_mother


def worth(value: DutyValue, percent: int | None, duties: Iterable[Duty]) -> DutyValue:
    """What a share of school days means under these duties; without a share, what was said in words."""
    if percent is None:
        return value
    limits = [duty for duty in duties if duty.measure == Measure.ATTENDANCE_PERCENT]
    is_broken = any(duty.is_broken_by(percent) for duty in limits)
    return DutyValue.NOT_FULFILLED if is_broken else DutyValue.FULFILLED


def measured(notes: Iterable[Note]) -> list[tuple[Measure, int]]:
    """The records as the numbers that duties are written in: shares by month, missed months by member.

    Said in words, school counts as all or none of the days, so that any limit agrees with the word.
    """
    known = [note for note in notes if note.value != DutyValue.UNKNOWN]
    shares = [_share(note) for note in known if note.kind == DutyKind.SCHOOL]
    missed: dict[int, int] = {}
    for note in known:
        if note.kind == DutyKind.HEALTH and note.value == DutyValue.NOT_FULFILLED:
            missed[note.member] = missed.get(note.member, 0) + 1
    return [
        *((Measure.ATTENDANCE_PERCENT, share) for share in shares),
        *((Measure.MISSED_HEALTH_VISITS, count) for count in missed.values()),
    ]


def settle(
    rupiah_per_year: int,
    duties: Sequence[Duty],
    notes: Iterable[Note],
    quarter: Quarter,
    *,
    months: Collection[date] | None = None,
) -> Settlement:
    """The payment of `quarter` under these duties, with what cut it; records of other months count nothing.

    `months` are those of the quarter that are paid for, else all: each is a third, in whole rupiah, rounded down.
    """
    paid = quarter.months if months is None else months
    inside = [note for note in notes if note.month in paid]
    found = broken(duties, measured(inside))
    return Settlement(
        quarter=quarter,
        full=payment(rupiah_per_year, []) * len(paid) // MONTHS,
        rupiah=payment(rupiah_per_year, found) * len(paid) // MONTHS,
        causes=tuple(Cause(duty, _breaking(duty, inside)) for duty in found),
    )


def _share(note: Note) -> int:
    if note.percent is not None:
        return note.percent
    return HIGHEST[Measure.ATTENDANCE_PERCENT] if note.value == DutyValue.FULFILLED else 0


def _breaking(duty: Duty, notes: Sequence[Note]) -> tuple[Note, ...]:
    """The records without which the duty would be kept."""
    mine = [note for note in notes if note.kind == KINDS[duty.measure] and note.value != DutyValue.UNKNOWN]
    if duty.measure == Measure.ATTENDANCE_PERCENT:
        return tuple(note for note in mine if duty.is_broken_by(_share(note)))
    missed = [note for note in mine if note.value == DutyValue.NOT_FULFILLED]
    people = {note.member for note in missed}
    guilty = {one for one in people if duty.is_broken_by(sum(note.member == one for note in missed))}
    return tuple(note for note in missed if note.member in guilty)
