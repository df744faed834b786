"""Going to look: what a family contests, where it lives, and what was seen there."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appeals import overview, permissions
from appeals.enums import GroundCheckState
from appeals.forms import GroundCheckForm
from appeals.models import GroundCheck
from appeals.services.reviewing import Observation, record_ground_check
from enrollment.views.parts import refuse
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import audit
from perlinsos.core.errors import DomainError, InputError


@require_http_methods(["GET", "HEAD", "POST"])
def ground_check(request: UserRequest, public_id: UUID) -> HttpResponse:
    """For whoever works in the village; the requester sees the page but somebody else must go."""
    check = _check(request, public_id)
    if check.state != GroundCheckState.REQUESTED:
        return _closed(request, check)
    fact_name = check.appeal.fact.name
    is_sent = request.method == "POST"
    form = GroundCheckForm(request.POST if is_sent else None, request.FILES or None, fact_name=fact_name)
    if is_sent and form.is_valid():
        told = form.cleaned_data
        seen = Observation(value=told["value"], photo=told["photo"].read(), note=told["note"])
        try:
            record_ground_check(check, seen, by=request.user)
        except DomainError as error:
            refuse(form, error, "photo" if isinstance(error, InputError) else None)
        else:
            messages.success(request, _("Thank you. The officer sees what you saw."))
            return redirect("ground-check", check.public_id)
    return _ask(request, check, form)


def _check(request: UserRequest, public_id: UUID) -> GroundCheck:
    around = "appeal__fact", "appeal__application__village__parent", "appeal__application__family", "recorded_by"
    rows = GroundCheck.objects.visible_to(request.user).select_related(*around, "appeal__application__applicant")
    return get_object_or_404(rows, public_id=public_id)


def _ask(request: UserRequest, check: GroundCheck, form: GroundCheckForm) -> HttpResponse:
    application = check.appeal.application
    audit.record("agents.ground_check.opened", subject=application, by=request.user, ground_check=check.pk)
    context = {
        "check": check,
        "application": application,
        "described": overview.describe_appeal(check.appeal),
        "may_record": permissions.can_record(request.user, check),
        "form": form,
        "back_url": reverse("agent-home"),
    }
    return render(request, "agents/ground_check.html", context)


def _closed(request: UserRequest, check: GroundCheck) -> HttpResponse:
    """Recorded already, or not needed any more. Whom and where is not shown again."""
    if request.method == "POST":
        messages.warning(request, _("This visit is closed already. Nothing was recorded twice."))
        return redirect("ground-check", check.public_id)
    value = overview.fact_value(check.appeal.fact, check.observed_value)
    context = {"check": check, "described": overview.describe_appeal(check.appeal), "observed": value}
    return render(request, "agents/ground_check_closed.html", context)
