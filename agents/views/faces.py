"""Meeting somebody whose face no picture could show: what to look at, whom, where, and what was seen."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agents.forms import FaceVisitForm
from agents.views.guard import for_agents
from enrollment import kept
from enrollment.views.parts import refuse
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import audit
from perlinsos.core.errors import DomainError, InputError
from verification.models import FaceCheck
from verification.services.visits import record_visit


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def face_visit(request: UserRequest, public_id: UUID) -> HttpResponse:
    """For an agent of the village. Once this agent has answered, or nobody need go, it only says so."""
    check = FaceCheck.objects.for_visit(request.user).filter(public_id=public_id).first()
    if check is None:
        return _closed(request, public_id)
    form = FaceVisitForm(kept.answers(request, request.user), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_visit(check, form.visit(), by=request.user)
        except DomainError as error:
            refuse(form, error, "photo" if isinstance(error, InputError) else None)
        else:
            messages.success(request, _("Thank you. What you saw is recorded."))
            return redirect("face-visit", check.public_id)
    return _ask(request, check, form)


def _ask(request: UserRequest, check: FaceCheck, form: FaceVisitForm) -> HttpResponse:
    application = check.application
    audit.record("agents.face_visit.opened", subject=application, by=request.user, face_check=check.pk)
    context = {
        "check": check,
        "application": application,
        "form": form,
        "stamp": kept.stamp(request.user),
        "is_restored": request.method != "POST" and form.is_bound,
        "back_url": reverse("agent-home"),
    }
    return render(request, "agents/face_visit.html", context)


def _closed(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Answered, or not needed any more. Whom and where is not shown again."""
    check = get_object_or_404(FaceCheck.objects.met_by(request.user), public_id=public_id)
    if request.method == "POST":
        messages.warning(request, _("This visit is closed already. Nothing was recorded twice."))
        return redirect("face-visit", check.public_id)
    return render(request, "agents/face_visit_closed.html", {"check": check})
