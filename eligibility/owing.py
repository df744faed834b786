"""Who of a family owes which duty in which month, and what is on record of it. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from eligibility.documents import document_of
from eligibility.enums import DutyKind, DutyValue
from eligibility.models import DutyRecord, Participation
from eligibility.rules.commitments import Duty
from eligibility.rules.duties import KINDS, Note, Situation, owes
from eligibility.rules.periods import months_ended
from enrollment.enums import Schooling
from enrollment.models import Application, Member


@dataclass(frozen=True)
class Owed:
    """One duty of one member in one month; `record` is what holds now, if anything."""

    member: Member
    kind: DutyKind
    month: date
    duty: Duty
    record: DutyRecord | None

    @property
    def is_open(self) -> bool:
        """Nobody has looked yet, or the family says that what was recorded is wrong."""
        return self.record is None or self.record.is_doubted


def with_members(participations: QuerySet[Participation]) -> QuerySet[Participation]:
    """What `of` reads, in a fixed number of queries whatever the number of rows."""
    members = Member.objects.living().select_related("person")
    return participations.select_related(
        "application__applicant", "application__village", "programme"
    ).prefetch_related(
        "determination__rule_set",
        Prefetch("application__family__members", queryset=members, to_attr="people"),
    )


def of(participations: Sequence[Participation], *, today: date | None = None) -> dict[int, list[Owed]]:
    """Duties of the last months that are over, by participation, the oldest first."""
    months = sorted(months_ended(today or timezone.localdate()))
    everybody = [member for one in participations for member in people(one)]
    rows = DutyRecord.objects.of_members(everybody, months=months).select_related("supersedes")
    records = {(row.member_id, row.kind, row.month): row for row in rows}
    return {one.pk: list(_owed(one, months, records)) for one in participations}


def people(participation: Participation) -> list[Member]:
    """The living members; `participation` comes from `with_members`."""
    found: list[Member] = getattr(participation.application.family, "people", [])
    return found


def covering(member: Member, month: date) -> QuerySet[Participation]:
    """Participations of the member's family that were under way from before the month began until it did."""
    rows = Participation.objects.filter(application__family=member.family_id, started_on__lte=month)
    return rows.filter(Q(ended_on=None) | Q(ended_on__gte=month)).select_related(
        "application", "determination__rule_set"
    )


def duty_of(participation: Participation, member: Member, kind: DutyKind, month: date) -> Duty | None:
    """The duty of the rules that this member owes in this month under this participation."""
    by_kind = {KINDS[duty.measure]: duty for duty in document_of(participation.determination.rule_set).duties}
    duty = by_kind.get(kind)
    return duty if duty and owes(kind, situation_of(member, participation.application), month) else None


def situation_of(member: Member, application: Application) -> Situation:
    return Situation(member.person.born, Schooling(member.schooling), member.is_pregnant, application.told_on)


def note_of(record: DutyRecord) -> Note:
    return Note(record.member_id, DutyKind(record.kind), record.month, DutyValue(record.value), record.percent)


def _owed(
    participation: Participation, months: Iterable[date], records: dict[tuple[int, str, date], DutyRecord]
) -> Iterable[Owed]:
    for month in months:
        if month < participation.started_on:
            continue
        for member in people(participation):
            for kind in DutyKind:
                duty = duty_of(participation, member, kind, month)
                if duty is not None:
                    yield Owed(member, kind, month, duty, records.get((member.pk, kind, month)))
