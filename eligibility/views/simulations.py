"""Trying drafts of rules on snapshots: start one, look at one district at once, follow and read a result."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from eligibility import paging, permissions, simulation_page
from eligibility.enums import SimulationState
from eligibility.forms import ReasonForm
from eligibility.models import Simulation
from eligibility.services import simulations
from eligibility.simulation_form import SimulationForm
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError


@require_safe
def simulation_list(request: UserRequest) -> HttpResponse:
    """What was started, and the form to start one; `rancangan` in the address is chosen already."""
    access.ensure(permissions.can_open_simulations(request.user))
    if not permissions.can_start_simulations(request.user):
        return _list(request, None)
    chosen = {"rancangan": request.GET.getlist("rancangan")}
    month = simulation_page.asked_month(request.GET.get("bulan", ""))
    return _list(request, SimulationForm(by=request.user, initial=chosen, month=month))


@require_POST
def simulation_start(request: UserRequest) -> HttpResponse:
    access.ensure(permissions.can_start_simulations(request.user))
    form = SimulationForm(request.POST, by=request.user)
    if form.is_valid():
        try:
            simulation = simulations.start_simulation(form.drafts, on=form.ground, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            return redirect("simulation-detail", public_id=simulation.public_id)
    return _list(request, form)


@require_POST
def simulation_preview(request: UserRequest) -> HttpResponse:
    """One district at once; the numbers are not kept."""
    access.ensure(permissions.can_start_simulations(request.user))
    form = SimulationForm(request.POST, by=request.user, is_preview=True)
    if not form.is_valid():
        return _list(request, form)
    ground, district = form.ground, form.district
    assert ground.snapshot is not None  # noqa: S101 - a look in advance without a snapshot was refused
    try:
        report = simulations.preview_drafts(
            form.drafts, district=district, snapshot=ground.snapshot, rules_on=ground.rules_on, by=request.user
        )
    except DomainError as error:
        form.add_error(None, str(error.message))
        return _list(request, form)
    found = simulation_page.context(report.as_json(), [draft.title for draft in form.drafts])
    context = {"district": district, "snapshot": ground.snapshot, "rules_on": ground.rules_on, **found}
    context["back_url"] = reverse("simulation-list")
    return render(request, "eligibility/simulation_preview.html", context)


@require_safe
def simulation_detail(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _show(request, _simulation(request, public_id))


@require_POST
def simulation_stop(request: UserRequest, public_id: UUID) -> HttpResponse:
    simulation, form = _simulation(request, public_id), ReasonForm(request.POST)
    if form.is_valid():
        try:
            simulations.stop_simulation(simulation, reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Stopped. Nothing of it is kept."))
            return redirect("simulation-detail", public_id=public_id)
    return _show(request, _simulation(request, public_id), form)


def _simulation(request: UserRequest, public_id: UUID) -> Simulation:
    known = Simulation.objects.visible_to(request.user).select_related("area", "snapshot", "started_by")
    return get_object_or_404(known.prefetch_related("drafts"), public_id=public_id)


def _list(request: UserRequest, form: SimulationForm | None) -> HttpResponse:
    known = Simulation.objects.visible_to(request.user).select_related("area", "started_by")
    page = paging.page(known.defer("tally", "result", "given").prefetch_related("drafts"), request.GET, by=("-pk",))
    context = {"form": form, "page": page, "months": simulation_page.months(request.user)}
    return render(request, "eligibility/simulation_list.html", context)


def _show(request: UserRequest, simulation: Simulation, form: ReasonForm | None = None) -> HttpResponse:
    context: dict[str, Any] = {"simulation": simulation, "form": form}
    if simulation.state == SimulationState.DONE:
        context |= simulation_page.context(simulation.result["report"], simulation_page.titles(simulation))
    elif simulation.state == SimulationState.RUNNING and permissions.can_simulate(request.user, simulation.area):
        context["stop_form"] = form or ReasonForm()
    return render(request, "eligibility/simulation_detail.html", context)
