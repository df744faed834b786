"""What an agent sees of families that receive: who owes what, what is recorded, what is still open. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from eligibility import owing
from eligibility.enums import DutyValue
from eligibility.models import Participation
from eligibility.owing import Owed
from eligibility.records import Line, line
from enrollment.models import Member
from perlinsos.accounts.models import User
from perlinsos.messages.names import mask_name


@dataclass(frozen=True)
class FamilyLine:
    """A family in the list, its name masked, and how many answers are still open."""

    participation: Participation
    name: str
    open: int


@dataclass(frozen=True)
class Question:
    """One duty of one member: what is on record, and whether this agent may answer."""

    owed: Owed
    on_record: Line | None
    may_answer: bool

    @property
    def answers(self) -> list[tuple[str, str, bool]]:
        """Value, word, and whether it is what stands now."""
        stands = self.owed.record.value if self.owed.record else None
        return [(value.value, str(value.label), value == stands) for value in DutyValue]


@dataclass(frozen=True)
class Month:
    first_day: date
    questions: tuple[Question, ...]


def lines(participations: Sequence[Participation]) -> list[FamilyLine]:
    owed = owing.of(participations)
    return [FamilyLine(one, _masked(one), sum(duty.is_open for duty in owed[one.pk])) for one in participations]


def months(participation: Participation, *, by: User) -> list[Month]:
    """The last months that are over, the newest first."""
    found = owing.of([participation])[participation.pk]
    grouped = groupby(found, key=lambda owed: owed.month)
    read = [Month(first_day, tuple(_question(owed, by) for owed in rows)) for first_day, rows in grouped]
    return read[::-1]


def members(participation: Participation) -> list[Member]:
    return owing.people(participation)


def _question(owed: Owed, by: User) -> Question:
    record = owed.record
    doubted = record.supersedes if record is not None and record.is_doubted else None
    return Question(
        owed=owed,
        on_record=line(record) if record is not None else None,
        may_answer=doubted is None or doubted.recorded_by_id != by.pk,
    )


def _masked(participation: Participation) -> str:
    applicant = participation.application.applicant
    return mask_name(applicant.name) if applicant else participation.application.reference
