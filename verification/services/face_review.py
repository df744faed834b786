"""Faces as far as people go: who looks says why, hears the machine afterwards, and is not alone when contradicted."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError
from verification import permissions
from verification.enums import CheckState, Judgement
from verification.models import FaceAnswer, FaceCheck
from verification.services import face_messages, faces, readiness
from verification.settlement import LEANS, Voice, Weight, at_desk, weigh


@transaction.atomic
def note_view(check: FaceCheck, *, by: User) -> None:
    """Put on record that somebody opened this comparison. For officers and auditors of the area."""
    access.ensure(permissions.can_see_faces(by))
    audit.record("verification.face_check.viewed", subject=check, by=by)


@transaction.atomic
def choose_answer(check: FaceCheck, *, reason: str, by: User) -> FaceAnswer:
    """Keep what an officer says before seeing what the machine thinks; the first choice stays the first.

    For an officer of the village with no part in the case. Refused with `bad_reason`, `answered`
    when this officer has answered already, and `stale` when it is settled or a newer picture came.
    """
    access.ensure(permissions.can_settle(by, check))
    check = hold_open(check)
    _refuse_unfit(check, reason)
    refuse_second_answer(check, by=by)
    answer, created = FaceAnswer.objects.get_or_create(
        face_check=check, given_by=by, answered_at=None, defaults={"first_reason": reason}
    )
    if created:
        audit.record("verification.face_check.judged", subject=check, by=by, judgement=answer.judgement, reason=reason)
    return answer


@transaction.atomic
def confirm_answer(check: FaceCheck, *, reason: str, by: User) -> FaceCheck:
    """Give the answer that counts, after the machine was heard. For the officer who has chosen one.

    It settles the check, or asks for a visit, or for a second officer when it is contradicted.
    Refused as `choose_answer`, and with `not_chosen` before a first choice.
    """
    access.ensure(permissions.can_settle(by, check))
    check = hold_open(check)
    answer = FaceAnswer.objects.filter(face_check=check).pending_of(by).first()
    if answer is None:
        refuse_second_answer(check, by=by)
        raise DomainError(_("Choose an answer first."), code="not_chosen")
    _refuse_unfit(check, reason)
    answer.reason, answer.answered_at = reason, timezone.now()
    answer.save(update_fields=["reason", "answered_at", "updated_at"])
    if answer.judgement == Judgement.UNSURE:
        return _ask_for_visit(check, answer, by=by)
    return apply_answer(check, answer, settles_ties=True, by=by)


@transaction.atomic
def apply_answer(
    check: FaceCheck, answer: FaceAnswer, *, settles_ties: bool, needs_officer: bool = False, by: User
) -> FaceCheck:
    """Do what a definite answer means beside those given before. For the service that took the answer."""
    weight = weigh(
        Voice(answer.judgement.confirms, settles_ties),
        _earlier_voices(check, but=answer),
        machine_leans=LEANS.get(check.reason),
        needs_officer=needs_officer,
    )
    if weight == Weight.SETTLES:
        return _settle(check, answer, by=by)
    changed = {"disputed_by": by} if weight == Weight.NEEDS_SECOND_OFFICER else {}
    FaceCheck.objects.filter(pk=check.pk).update(judgement="", updated_at=timezone.now(), **changed)
    audit.record(f"verification.face_check.{weight.value}", subject=check, by=by, reason=answer.reason)
    check.refresh_from_db()
    return check


@transaction.atomic
def hold_open(check: FaceCheck) -> FaceCheck:
    """The check as it is now, its case locked, open for people. Refused with `stale`."""
    readiness.hold(check.application_id)
    check = FaceCheck.objects.select_related("application").get(pk=check.pk)
    if not check.is_open or check.is_replaced:
        raise DomainError(_("Someone else changed this first. Reload the page."), code="stale")
    return check


@transaction.atomic
def refuse_second_answer(check: FaceCheck, *, by: User) -> None:
    """Refuse `answered` when this person has given a definite answer: a second look is somebody else's."""
    if FaceAnswer.objects.filter(face_check=check, given_by=by).definite().exists():
        raise DomainError(_("You have answered already. Somebody else must look."), code="answered")


def _refuse_unfit(check: FaceCheck, reason: str) -> None:
    if not any(reason in reasons for reasons in at_desk(check.selfie_id is not None).values()):
        raise DomainError(_("Choose an answer first."), code="bad_reason")


def _earlier_voices(check: FaceCheck, *, but: FaceAnswer) -> list[Voice]:
    """What others said; of a re-check also whoever confirmed the person by hand."""
    given = FaceAnswer.objects.filter(face_check=check).definite().exclude(pk=but.pk)
    voices = [Voice(answer.judgement.confirms, settles_ties=not answer.met) for answer in given]
    return [Voice(True, settles_ties=False), *voices] if check.recheck_of_id else voices


def _settle(check: FaceCheck, answer: FaceAnswer, *, by: User) -> FaceCheck:
    if check.is_waiting:  # met before the register's photograph was there: the worker finds its lease lost
        check = workflow.move(check, CheckState.REVIEW, by=by, lease_until=None)
    confirms = answer.judgement.confirms
    check = workflow.move(
        check,
        CheckState.CONFIRMED if confirms else CheckState.REJECTED,
        by=by,
        reason=answer.reason,
        judgement=answer.judgement,
        settled_by=by,
        settled_at=timezone.now(),
    )
    if confirms:
        jobs.enqueue("verification.search_duplicates", face_check_id=check.pk)
    if confirms and check.recheck_of_id is None:
        readiness.nudge_decision(check.application)
    if not confirms:
        faces.open_meeting(check.application_id, by=by) if check.recheck_of_id else face_messages.tell_rejected(check)
    return check


def _ask_for_visit(check: FaceCheck, answer: FaceAnswer, *, by: User) -> FaceCheck:
    FaceCheck.objects.filter(pk=check.pk).update(judgement=Judgement.UNSURE, updated_at=timezone.now())
    check.refresh_from_db()
    audit.record("verification.face_check.visit_asked", subject=check, by=by, reason=answer.reason)
    face_messages.tell_visit(check)
    return check
