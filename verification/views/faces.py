"""The officers' queue of faces, and the page that compares one."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.models import Application
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from verification import permissions, review_page
from verification.face_queue import Kind, counts, lines
from verification.forms import AnswerForm
from verification.models import FaceAnswer, FaceCheck
from verification.services import face_review as review
from verification.services import meetings

PAGE = 50


@require_safe
def face_queue(request: UserRequest) -> HttpResponse:
    """What waits for an officer of the area, longest first. Names stay masked until a case is opened."""
    access.ensure(permissions.can_open_desk(request.user))
    kind = Kind(request.GET.get("jenis", "")) if request.GET.get("jenis") in Kind.values else Kind.WAITING
    mine = FaceCheck.objects.visible_to(request.user)
    page = Paginator(kind.of(mine), PAGE).get_page(request.GET.get("halaman"))
    context = {
        "kind": kind,
        "kinds": counts(mine),
        "page": page,
        "lines": lines(page, user=request.user),
        "may_see_fairness": permissions.can_see_fairness(request.user),
    }
    return render(request, "verification/face_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def face_review(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Two pictures side by side. The answer is given first, then the machine's opinion is shown."""
    access.ensure(permissions.can_see_faces(request.user))
    check = _check(request, public_id)
    form = AnswerForm(request.POST if request.method == "POST" else None, check=check)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if not form.cleaned_data["is_final"]:
                review.choose_answer(check, reason=reason, by=request.user)
                return redirect("face-review", check.public_id)
            settled = review.confirm_answer(check, reason=reason, by=request.user)
        except DomainError as error:
            return _refused(request, check, error)
        messages.success(request, review_page.thanks(settled))
        return redirect("face-queue")
    review.note_view(check, by=request.user)
    pending = FaceAnswer.objects.visible_to(request.user).filter(face_check=check).pending_of(request.user).first()
    if pending is not None and not form.is_bound:
        form = AnswerForm(initial={"reason": pending.first_reason}, check=check)
    context = review_page.of(check, pending, form, viewer=request.user)
    return render(request, "verification/face_review.html", context)


@require_POST
def face_meeting(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Ask to be met after a photograph did not show who it is; a second time changes nothing."""
    application = get_object_or_404(Application.objects.visible_to(request.user), public_id=public_id)
    try:
        check = meetings.ask_to_meet(application, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        if permissions.can_see_faces(request.user):
            return redirect("face-review", check.public_id)
        messages.success(request, _("Noted. Somebody will meet you. Have your KTP and family card ready."))
    return redirect("application-status", application.public_id)


def _check(request: UserRequest, public_id: UUID) -> FaceCheck:
    known = FaceCheck.objects.visible_to(request.user).select_related(
        "application__applicant",
        "application__village__parent",
        "selfie__file",
        "selfie__recording",
        "reference",
        "settled_by",
    )
    return get_object_or_404(known, public_id=public_id)


def _refused(request: UserRequest, check: FaceCheck, error: DomainError) -> HttpResponse:
    """Somebody was faster, or this officer has answered: the page says how it stands now."""
    messages.warning(request, str(error.message))
    return redirect("face-review", check.public_id)
