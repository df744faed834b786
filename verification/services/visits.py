"""Meeting somebody whose face no picture could show: one visit, papers and person compared on the spot."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Document, DocumentKind
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, files
from perlinsos.core.errors import DomainError
from verification import permissions
from verification.enums import CheckState, FaceReason, Met, Paper
from verification.models import FaceAnswer, FaceCheck
from verification.services import rechecks
from verification.services.face_review import apply_answer, hold_open, refuse_second_answer
from verification.settlement import AT_VISIT

NEEDED_PAPER: dict[str, Paper] = {FaceReason.CARD_FITS: Paper.KTP, FaceReason.VOUCHED: Paper.LETTER}


@dataclass(frozen=True)
class Visit:
    """What an agent saw: whom (`Met`), which papers (`Paper`), the coded answer, who spoke for the person,
    and a photograph of the face if the person wanted one."""

    met: str
    reason: str
    papers: tuple[str, ...] = ()
    representative: str = ""
    photo: bytes | None = None


@transaction.atomic
def record_visit(check: FaceCheck, visit: Visit, *, by: User) -> FaceCheck:
    """Keep what an agent of the village saw; a yes that nothing contradicts settles who it is, at once.

    An officer looks as well when the answer is no, when the agent enrolled the family, or when an
    earlier picture was turned down. Refused with `incomplete` (papers or the representative's name are
    missing), `answered`, `stale`, or an InputError of the picture.
    """
    access.ensure(permissions.can_meet(by, check))
    _refuse_incomplete(visit)
    check = hold_open(check)
    refuse_second_answer(check, by=by)
    answer = FaceAnswer.objects.create(
        face_check=check,
        given_by=by,
        first_reason=visit.reason,
        reason=visit.reason,
        answered_at=timezone.now(),
        met=visit.met,
        papers=list(visit.papers),
        representative=visit.representative or None,
        photo=_kept(check, visit.photo, by=by),
    )
    audit.record("verification.face_check.visited", subject=check, by=by, reason=visit.reason, met=visit.met)
    if answer.is_definite:
        earlier = FaceCheck.objects.filter(application=check.application_id).exclude(pk=check.pk)
        turned_down = earlier.filter(state=CheckState.REJECTED).exists()
        needs_officer = turned_down or check.application.assisted_by_id == by.pk
        check = apply_answer(check, answer, settles_ties=False, needs_officer=needs_officer, by=by)
    if answer.photo is not None:
        rechecks.open_recheck(check, answer.photo, by=by)
    return check


def _refuse_incomplete(visit: Visit) -> None:
    reason = FaceReason.NOT_MET.value if visit.met == Met.NOBODY else visit.reason
    needed = NEEDED_PAPER.get(reason)
    is_complete = (
        visit.met in Met.values
        and visit.reason == reason
        and (reason in AT_VISIT or reason == FaceReason.NOT_MET)
        and (needed is None or needed in visit.papers)
        and (visit.met != Met.HELPED or bool(visit.representative))
    )
    if not is_complete:
        raise DomainError(_("Say whom you met, which papers you saw, and whether the face fits."), code="incomplete")


def _kept(check: FaceCheck, photo: bytes | None, *, by: User) -> Document | None:
    if photo is None:
        return None
    return Document.objects.create(
        application=check.application, kind=DocumentKind.SELFIE, file=files.store_photo(photo), added_by=by
    )
