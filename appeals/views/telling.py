"""What only the family knows, said again while the case is open."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrollment.forms.steps import HomeForm, home_told
from enrollment.models import Application
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from verification import permissions
from verification.services.telling import tell_again


@require_http_methods(["GET", "HEAD", "POST"])
def application_tell_again(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The questions about family and home, with what was said last; for the family and who helps it."""
    known = Application.objects.visible_to(request.user).received().select_related("family", "applicant")
    application = get_object_or_404(known, public_id=public_id)
    access.ensure(permissions.can_tell_again(request.user, application))
    members = list(application.family.members.living().head_first()) if application.family else []
    form = HomeForm(request.POST or None, members=members, initial=home_told(application, members))
    if request.method == "POST" and form.is_valid():
        try:
            tell_again(application, answers=form.answers(), by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Thank you. Your data is up to date."))
            return redirect("application-status", public_id=public_id)
    return render(request, "appeals/tell_again.html", {"application": application, "form": form})
