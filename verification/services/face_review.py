"""Face checks as far as people go: an officer compares, says why, and may send somebody to look."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.core import access, audit, workflow
from perlinsos.core.errors import DomainError
from perlinsos.messages.services import tell
from verification import permissions
from verification.enums import CheckState, Judgement
from verification.models import FaceCheck
from verification.services import readiness


@transaction.atomic
def note_view(check: FaceCheck, *, by: User) -> None:
    """Put on record that somebody opened this comparison. For officers and auditors of the area."""
    access.ensure(permissions.can_see_faces(by))
    audit.record("verification.face_check.viewed", subject=check, by=by)


@transaction.atomic
def note_judgement(check: FaceCheck, *, judgement: str, by: User) -> None:
    """Put on record what the officer said before seeing what the machine thinks."""
    access.ensure(permissions.can_settle(by, check))
    audit.record("verification.face_check.judged", subject=check, by=by, judgement=judgement)


@transaction.atomic
def settle_face_check(check: FaceCheck, *, confirmed: bool, reason: str, by: User) -> FaceCheck:
    """Say for good whether it is this person. For an officer of the village with no part in the case.

    `reason` is a `Judgement` that fits. Refused with `bad_reason`, `stale` when a newer picture came
    or somebody was faster, and `bad_transition` when nothing is to be settled.
    """
    access.ensure(permissions.can_settle(by, check))
    if reason not in Judgement.values or reason == Judgement.UNSURE or Judgement(reason).confirms != confirmed:
        raise DomainError(_("Choose a reason that fits the answer."), code="bad_reason")
    _ensure_newest(check)
    check = workflow.move(
        check,
        CheckState.CONFIRMED if confirmed else CheckState.REJECTED,
        by=by,
        reason=reason,
        judgement=reason,
        settled_by=by,
        settled_at=timezone.now(),
    )
    if confirmed:
        readiness.nudge_decision(check.application)
    else:
        _tell_rejected(check)
    return check


@transaction.atomic
def ask_for_visit(check: FaceCheck, *, by: User) -> FaceCheck:
    """Leave it open and have the village agent meet the person. For whoever could settle it.

    Refused with `stale` when it was settled meanwhile or a newer picture came.
    """
    access.ensure(permissions.can_settle(by, check))
    _ensure_newest(check)
    if not FaceCheck.objects.filter(pk=check.pk, state=CheckState.REVIEW).update(
        judgement=Judgement.UNSURE, updated_at=timezone.now()
    ):
        raise _stale()
    check.refresh_from_db()
    audit.record("verification.face_check.visit_asked", subject=check, by=by)
    _tell_visit(check)
    return check


@transaction.atomic
def apply_judgement(check: FaceCheck, *, judgement: Judgement, by: User) -> FaceCheck:
    """Do what an officer's answer means: settle it, or ask for a visit. Refused as these two are."""
    if judgement == Judgement.UNSURE:
        return ask_for_visit(check, by=by)
    return settle_face_check(check, confirmed=judgement.confirms, reason=judgement, by=by)


def _ensure_newest(check: FaceCheck) -> None:
    held = readiness.hold(check.application_id)
    if FaceCheck.objects.filter(application=held, pk__gt=check.pk).exists():
        raise _stale()


def _stale() -> DomainError:
    return DomainError(_("Someone else changed this first. Reload the page."), code="stale")


def _tell_rejected(check: FaceCheck) -> None:
    application = check.application
    with override(application.language):
        tell(
            application,
            key=f"face-rejected:{check.pk}",
            title=gettext("We need to meet you"),
            body=gettext(
                "We could not yet make sure with the photo that it is you. Your registration stays. "
                "Bring your identity card to the village office. This is free."
            ),
            address=application.phone or "",
        )


def _tell_visit(check: FaceCheck) -> None:
    application = check.application
    with override(application.language):
        tell(
            application,
            key=f"face-visit:{check.pk}",
            title=gettext("A village agent will visit you"),
            body=gettext(
                "The agent looks at your identity card and your face. You need not do anything. This is free."
            ),
            address=application.phone or "",
        )
