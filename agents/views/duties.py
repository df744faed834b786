"""Looking at duties with the families that receive: a list by family, then one tap for each member and month."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agents import companionship
from agents.forms import DutyForm
from agents.views.guard import for_agents
from eligibility import owing, paging
from eligibility.models import Participation
from eligibility.models.participations import ParticipationQuerySet
from eligibility.services import duties
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import audit
from perlinsos.core.errors import DomainError


@for_agents
@require_safe
def duty_families(request: UserRequest) -> HttpResponse:
    """Families of the agent's villages that receive a programme with duties, names masked."""
    found = paging.page(owing.with_members(_accompanied(request)), request.GET)
    context = {"lines": companionship.lines(found.rows), "page": found, "back_url": reverse("agent-home")}
    return render(request, "agents/duty_families.html", context)


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def duty_family(request: UserRequest, public_id: UUID) -> HttpResponse:
    """One family's members by name, the last months that are over, and a button for each answer."""
    participation = get_object_or_404(owing.with_members(_accompanied(request)), public_id=public_id)
    months = companionship.months(participation, by=request.user)
    if request.method == "POST":
        _record(request, participation)
        return redirect("duty-family", public_id=public_id)
    audit.record("agents.duties.opened", subject=participation.application, by=request.user)
    context = {
        "participation": participation,
        "application": participation.application,
        "months": months,
        "back_url": reverse("duty-families"),
    }
    return render(request, "agents/duty_family.html", context)


def _record(request: UserRequest, participation: Participation) -> None:
    form = DutyForm(request.POST, members=companionship.members(participation))
    if not form.is_valid():
        messages.error(request, _("This answer could not be read. Press the button again."))
        return
    try:
        duties.record_duty(form.cleaned_data["member"], form.told(), by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Recorded."))


def _accompanied(request: UserRequest) -> ParticipationQuerySet:
    return Participation.objects.visible_to(request.user).accompanied_by(request.user).with_duties()
