"""What the page of one comparison shows: before the answer only pictures, then every other voice. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from verification import permissions, wording
from verification.enums import CheckState, FaceReason, Judgement, Met, Paper
from verification.forms import AnswerForm
from verification.models import FaceAnswer, FaceCheck, FaceFrame, FaceRecording


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody else said: who in a word, the reason, and the papers seen at a visit."""

    who: str | Promise
    reason: str | Promise
    papers: str
    at: datetime | None


def of(check: FaceCheck, pending: FaceAnswer | None, form: AnswerForm, *, viewer: User) -> dict[str, Any]:
    """`form` is None for who may not answer; `heard` stays empty until an answer was chosen."""
    given = list(check.answers.given().select_related("photo__file", "given_by").order_by("answered_at"))
    is_closed = not check.is_open or check.is_replaced
    obstacle = _("This comparison is closed.") if is_closed else _obstacle(check, given, viewer)
    others = [answer for answer in given if answer.given_by_id != viewer.pk]
    recording: FaceRecording | None = getattr(check.selfie, "recording", None)
    kept = recording.frames.filter(file__removed_at=None).order_by("number") if recording else FaceFrame.objects.none()
    context = {
        "check": check,
        "recording": recording,
        "frames": list(kept.select_related("file")),
        "form": None if obstacle else form,
        "obstacle": obstacle,
        "is_closed": is_closed,
        "visit_photos": [answer.photo.file for answer in given if answer.photo is not None],
        "heard": [_heard(answer) for answer in (given if is_closed else others)] if is_closed or pending else [],
        "rechecks": list(check.rechecks.order_by("created_at")) if is_closed else [],
    }
    return context | (_machine(check, pending) if pending and not obstacle else {})


def thanks(check: FaceCheck) -> str:
    """What an officer reads after answering."""
    if check.state == CheckState.REVIEW and check.judgement == Judgement.UNSURE:
        return gettext("Your answer is saved. The village agent is asked to visit.")
    if check.is_open:
        return gettext("Your answer is saved. A second officer looks as well, because answers differ.")
    return gettext("Your answer is saved.")


def _machine(check: FaceCheck, pending: FaceAnswer) -> dict[str, Any]:
    confirms = pending.judgement.confirms
    is_definite = pending.is_definite
    return {
        "first": FaceReason(pending.first_reason),
        "machine_says": wording.machine_says(check.reason),
        "texture_says": wording.texture_says(getattr(check.selfie, "recording", None)),
        "differs": is_definite and wording.differs(check.reason, confirms=confirms),
    }


def _obstacle(check: FaceCheck, given: list[FaceAnswer], viewer: User) -> str | Promise:
    """Why this viewer cannot answer; empty for who can."""
    if any(answer.given_by_id == viewer.pk and answer.is_definite for answer in given):
        return _("You have answered already. Somebody else must look.")
    if not permissions.can_settle(viewer, check):
        return _("Only an officer of this area without a part in the case may answer.")
    return ""


def _heard(answer: FaceAnswer) -> Heard:
    papers = ", ".join(str(Paper(paper).label) for paper in answer.papers)
    who = _("Agent at the visit") if answer.met else _("Another officer")
    if answer.met == Met.HELPED:
        who = _("Agent at the visit, with a representative")
    return Heard(who, FaceReason(answer.reason).label, papers, answer.answered_at)
