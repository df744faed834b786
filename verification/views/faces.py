"""The officers' queue of faces, and the page that compares one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from perlinsos.messages.names import mask_name
from verification import permissions, wording
from verification.enums import Judgement
from verification.forms import JudgementForm
from verification.models import FaceCheck
from verification.services import face_review as review

PAGE = 50


@require_safe
def face_queue(request: UserRequest) -> HttpResponse:
    """What waits for an officer of the area, longest first. Names stay masked until a case is opened."""
    access.ensure(permissions.can_open_desk(request.user))
    waiting = FaceCheck.objects.visible_to(request.user).for_review()
    rows = waiting.select_related("application__applicant", "application__village__parent")[:PAGE]
    lines = [(check, mask_name(check.application.applicant.name)) for check in rows if check.application.applicant]
    return render(request, "verification/face_queue.html", {"lines": lines, "total": waiting.count()})


@require_http_methods(["GET", "HEAD", "POST"])
def face_review(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Two pictures side by side. The answer is given first, then the machine's opinion is shown."""
    access.ensure(permissions.can_see_faces(request.user))
    check = _check(request, public_id)
    form = JudgementForm(request.POST if request.method == "POST" else None, check=check)
    if request.method != "POST":
        review.note_view(check, by=request.user)
    elif form.is_valid():
        judgement = Judgement(form.cleaned_data["judgement"])
        try:
            if not form.cleaned_data["is_final"]:
                review.note_judgement(check, judgement=judgement, by=request.user)
                return _confirm(request, check, judgement)
            review.apply_judgement(check, judgement=judgement, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Your answer is saved."))
            return redirect("face-queue")
    may_settle = permissions.can_settle(request.user, check)
    context = {"check": check, "form": form if may_settle else None}
    return render(request, "verification/face_review.html", context)


def _check(request: UserRequest, public_id: UUID) -> FaceCheck:
    waiting = FaceCheck.objects.visible_to(request.user).for_review()
    known = waiting.select_related(
        "application__applicant", "application__village__parent", "selfie__file", "reference"
    )
    return get_object_or_404(known, public_id=public_id)


def _confirm(request: UserRequest, check: FaceCheck, judgement: Judgement) -> HttpResponse:
    context = {
        "check": check,
        "judgement": judgement,
        "machine_says": wording.machine_says(check.reason),
        "differs": wording.differs(check.reason, confirms=judgement.confirms),
    }
    return render(request, "verification/face_confirm.html", context)
