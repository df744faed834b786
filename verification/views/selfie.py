"""The page that waits while a selfie is compared, for citizens and for the agents beside them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrollment import services as enrollment
from enrollment.enums import Step
from enrollment.models import Application, Document, DocumentKind
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from verification import permissions, waiting
from verification.models import FaceCheck
from verification.views.parts import local_path


@require_http_methods(["GET", "HEAD", "POST"])
def selfie_check(request: UserRequest, public_id: UUID) -> HttpResponse:
    """How far the comparison is; posting goes on without a photo. `next` and `again` name local paths."""
    document = _document(request, public_id)
    onward = _onward(request, document.application)
    if request.method == "POST":
        try:
            enrollment.choose_manual_photo(document.application, by=request.user)
        except DomainError as error:
            messages.error(request, str(error.message))
        return redirect(onward["next_url"])
    check = FaceCheck.objects.visible_to(request.user).filter(selfie=document).first()
    found = waiting.of(document, check)
    if found.outcome == "confirmed":
        messages.success(request, _("Your photo is confirmed."))
        return redirect(onward["next_url"])
    context = {"found": found, "application": document.application, "step": Step.PHOTO, "steps": len(Step), **onward}
    response = render(request, "verification/selfie_check.html", context)
    if found.refresh_s is not None:
        response["Refresh"] = str(found.refresh_s)  # works without JavaScript, and reads as no change of the page
    return response


def _document(request: UserRequest, public_id: UUID) -> Document:
    picture = {"documents__public_id": public_id, "documents__kind": DocumentKind.SELFIE}
    application = get_object_or_404(Application.objects.visible_to(request.user), **picture)
    access.ensure(permissions.can_wait(request.user, application))
    document: Document = application.documents.select_related("application").get(public_id=public_id)
    return document


def _onward(request: UserRequest, application: Application) -> dict[str, str]:
    """Where to go on and where to take the picture again: the form for a citizen, what an agent's page named."""
    is_own = application.owner_id == request.user.pk
    forward = reverse("application-resume") if is_own else reverse("agent-home")
    again = reverse("application-step", args=[Step.PHOTO]) if is_own else forward
    return {
        "next_url": local_path(request.GET.get("next", ""), forward),
        "again_url": local_path(request.GET.get("again", ""), again),
    }
