"""Keeping what was seen of duties, and what a family says is wrong about it. The only writers of records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import owing, permissions
from eligibility.documents import document_of
from eligibility.enums import DutyKind, DutyValue
from eligibility.models import MACHINES, DutyRecord, DutyReporter
from eligibility.rules.commitments import Duty
from eligibility.rules.duties import worth
from eligibility.rules.periods import months_ended, next_month
from enrollment.models import Member
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, crypto
from perlinsos.core.errors import DomainError
from verification.enums import Source


@dataclass(frozen=True)
class Told:
    """What somebody says of one duty of one member in one month; `percent` of school days, if counted."""

    kind: DutyKind
    month: date
    value: DutyValue
    percent: int | None = None
    reference: str = ""
    note: str = ""


@dataclass(frozen=True)
class Handed:
    """One row of another system, under a reference of its own. A share of school days, or a word."""

    reference: str
    nik: str
    month: date
    value: DutyValue
    percent: int | None
    as_of: date


@dataclass(frozen=True)
class Answer:
    """What became of a row: `recorded`, `unchanged`, or `refused` with a code and a reason."""

    id: str
    status: str
    code: str = ""
    detail: str = ""


@transaction.atomic
def record_duty(member: Member, told: Told, *, by: User) -> DutyRecord:
    """Keep what was verified with the family. For agents of the village and officers of the area.

    The same again changes nothing. Refused with `not_yet` before the month is over, `not_owed`,
    `too_late` for months long past, and `same_person` where the family doubts what this person recorded.
    """
    access.ensure(permissions.can_record_duty(by, member.family))
    today = timezone.localdate()
    if told.month < months_ended(today)[-1]:
        raise DomainError(_("This month is too long ago to be recorded here."), code="too_late")
    held, _duties = _hold(member, told)
    if held is not None and held.is_doubted:
        doubted = held.supersedes
        if doubted is not None and doubted.recorded_by_id == by.pk:
            raise DomainError(_("You recorded what the family doubts. Somebody else must look."), code="same_person")
    elif held is not None and (held.value, held.source) == (told.value, Source.GROUND_CHECK):
        return held
    return _keep(member, told, source=Source.GROUND_CHECK, as_of=today, held=held, by=by)


@transaction.atomic
def doubt_duty(record: DutyRecord, *, note: str, by: User) -> DutyRecord:
    """The family says that a record is wrong: it becomes unknown, and costs nothing until somebody else has looked.

    For the family, or an agent of its village for it. Refused with `stale` when something newer is on
    record, `costs_nothing`, and `doubted_before`: what was looked at again stands.
    """
    access.ensure(permissions.can_doubt_duty(by, record.member.family))
    told = Told(DutyKind(record.kind), record.month, DutyValue.UNKNOWN, note=note)
    held = _live(record.member, told)
    if held is None or held.pk != record.pk:
        raise DomainError(_("Newer data has come in meanwhile. Reload the page."), code="stale")
    if record.value != DutyValue.NOT_FULFILLED:
        raise DomainError(_("This record costs your family nothing."), code="costs_nothing")
    chain = DutyRecord.objects.filter(member=record.member, kind=record.kind, month=record.month)
    if chain.filter(source=Source.CITIZEN).exists():
        message = _("Somebody looked at this again already. Ask at the village office what you can still do.")
        raise DomainError(message, code="doubted_before")
    doubt = _keep(record.member, told, source=Source.CITIZEN, as_of=timezone.localdate(), held=held, by=by)
    audit.record("eligibility.duty.doubted", subject=record, by=by, new=doubt.pk)
    return doubt


@transaction.atomic
def hand_in(rows: Sequence[Handed], *, by: User) -> list[Answer]:
    """Keep what a system counted, row by row; the answers are in the order of the rows.

    For systems entered as a reporter, within their area. Sent again under the same reference a row changes
    nothing. A row is refused with `invalid` for a share of health visits, `not_found` for anybody the system
    may not know of or who has no such duty then, `not_yet`, `future`, `reference_used` for another content,
    `outdated` by a newer record, `outranked` by somebody who looked, and `doubted` while the family doubts
    the record that this would repeat.
    """
    access.ensure(permissions.can_hand_in(by))
    kind = DutyKind(DutyReporter.objects.get(client__user=by).kind)
    answers: dict[int, Answer] = {}
    for number in sorted(range(len(rows)), key=lambda number: rows[number].nik):  # members are held in one order
        row = rows[number]
        try:
            with transaction.atomic():
                is_new = _hand_in(kind, row, by=by)
        except DomainError as error:
            answers[number] = Answer(row.reference, "refused", error.code, str(error.message))
        else:
            answers[number] = Answer(row.reference, "recorded" if is_new else "unchanged")
    return [answers[number] for number in range(len(rows))]


# --- how ------------------------------------------------------------------------------------------
def _hand_in(kind: DutyKind, row: Handed, *, by: User) -> bool:
    """Keep one row; False when it is on record already."""
    source = MACHINES[kind]
    sent_before = DutyRecord.objects.filter(recorded_by=by, reference=row.reference).first()
    if sent_before is not None:
        return _same_again(sent_before, row)
    if row.percent is not None and kind != DutyKind.SCHOOL:
        raise DomainError(_("Health visits are reported as “value”, not as “percent”."), code="invalid")
    if row.as_of > timezone.localdate():
        raise DomainError(_("The date of the data lies in the future."), code="future")
    member, told = _member_of(row.nik, by=by), Told(kind, row.month, row.value, row.percent, row.reference)
    try:
        held, duties = _hold(member, told)
    except DomainError as error:
        raise _not_found() if error.code == "not_owed" else error from error
    told = replace(told, value=worth(row.value, row.percent, duties))
    if held is not None:
        if (held.source, held.value, held.percent, held.as_of) == (source, told.value, told.percent, row.as_of):
            return False
        _ensure_replaceable(held, told, as_of=row.as_of)
    _keep(member, told, source=source, as_of=row.as_of, held=held, by=by)
    return True


def _hold(member: Member, told: Told) -> tuple[DutyRecord | None, tuple[Duty, ...]]:
    """The live record and the duties it is judged by, with the member held.

    Refuses a month that is not over, or without this duty.
    """
    if next_month(told.month) > timezone.localdate():
        raise DomainError(_("This month is not over yet."), code="not_yet")
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    duties = _duties_of(member, told)
    if duties is None:
        raise DomainError(_("There is no such duty for this person in this month."), code="not_owed")
    return _live(member, told), duties


def _live(member: Member, told: Told) -> DutyRecord | None:
    found = DutyRecord.objects.current().filter(member=member, kind=told.kind, month=told.month)
    return found.select_related("supersedes").first()


def _duties_of(member: Member, told: Told) -> tuple[Duty, ...] | None:
    """The duties of the rules that this record is about; None where the member owes none."""
    for participation in owing.covering(member, told.month):
        if owing.duty_of(participation, member, told.kind, told.month):
            return document_of(participation.determination.rule_set).duties
    return None


def _keep(member: Member, told: Told, *, source: str, as_of: date, held: DutyRecord | None, by: User) -> DutyRecord:
    record = DutyRecord.objects.create(
        member=member, kind=told.kind, month=told.month, percent=told.percent, source=source, as_of=as_of,
        value=told.value, reference=told.reference,
        note=told.note or None, recorded_by=by, supersedes=held,
    )  # fmt: skip
    superseded = held.pk if held else None
    audit.record("eligibility.duty.recorded", subject=record, by=by, value=record.value, supersedes=superseded)
    return record


def _member_of(nik: str, *, by: User) -> Member:
    """The member of a family in the area of the system. Nobody learns who is registered elsewhere."""
    here = scoping.area_filter(by, roles=[Role.SYSTEM], field="family__village_id")
    index = crypto.blind_index(nik, kind="nik")
    member = Member.objects.living().filter(here, person__nik_index=index).select_related("person", "family").first()
    if member is None:
        raise _not_found()
    return member


def _not_found() -> DomainError:
    return DomainError(_("Nobody with this NIK has this duty in this month in your area."), code="not_found")


def _same_again(sent: DutyRecord, row: Handed) -> bool:
    same_person = sent.member.person.nik == row.nik
    if not same_person or (sent.month, sent.percent, sent.as_of) != (row.month, row.percent, row.as_of):
        raise DomainError(_("This reference was used for something else."), code="reference_used")
    if row.percent is None and sent.value != row.value:
        raise DomainError(_("This reference was used for something else."), code="reference_used")
    return False


def _ensure_replaceable(held: DutyRecord, told: Told, *, as_of: date) -> None:
    """Who looked outranks a list; older data never replaces newer; a doubt is not settled by saying it again."""
    if held.source == Source.GROUND_CHECK:
        raise DomainError(_("Somebody looked at this with the family. Their record stands."), code="outranked")
    if as_of < held.as_of and not held.is_doubted:
        raise DomainError(_("Newer data is on record."), code="outdated")
    if held.is_doubted and told.value != DutyValue.FULFILLED:
        raise DomainError(_("The family doubts this record. Somebody else looks at it first."), code="doubted")
