"""How the sources are."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from verification import health, permissions
from verification.enums import ASKED_SOURCES
from verification.services import sources


@require_safe
def source_health(request: UserRequest) -> HttpResponse:
    """Which source answers, what waits for it in the area, what was put aside."""
    access.ensure(permissions.can_open_desk(request.user))
    context = {"lines": health.lines(request.user), "may_ask": permissions.can_ask_again(request.user)}
    return render(request, "verification/source_health.html", context)


@require_POST
def source_ask_again(request: UserRequest, source: str) -> HttpResponse:
    if source not in ASKED_SOURCES:
        raise Http404
    count = sources.ask_again(source, by=request.user)
    messages.success(request, _("Questions that will be asked again now: %(count)d.") % {"count": count})
    return redirect("source-health")
