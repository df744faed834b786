"""An officer ends a registration that is over, for a family that cannot sign in, so that it may register again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appeals.forms import CloseForm
from enrollment import ended
from enrollment.models import Application
from enrollment.permissions import can_close
from enrollment.services import close_application
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError


@require_http_methods(["GET", "HEAD", "POST"])
def case_close(request: UserRequest, public_id: UUID) -> HttpResponse:
    """What ends, and the reason the family reads."""
    readable = Application.objects.read_by_staff(request.user).select_related("applicant", "village")
    application = get_object_or_404(ended.with_holds(readable), public_id=public_id)
    access.ensure(can_close(request.user, application))
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_application(application, reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Ended. The family is told that it may register again."))
            return redirect("case-detail", public_id=public_id)
    context = {
        "application": application,
        "obstacle": ended.obstacle(application),
        "lines": ended.what_ends(application),
        "form": form,
    }
    return render(request, "appeals/case_close.html", context)
