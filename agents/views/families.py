"""Enrolling a family without a phone: the agent's own pages, and the way into the shared ones."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents import services
from agents.forms import ApplicantForm, AssignedVillageForm
from agents.places import assigned_villages
from agents.views import pages
from agents.views.doors import AgentDoor
from agents.views.guard import for_agents
from enrollment import kept
from enrollment import services as enrollment
from enrollment.answers import ApplicantInput
from enrollment.enums import Step
from enrollment.models import Application
from enrollment.views import family, status, steps
from enrollment.views.parts import page, refuse
from perlinsos.accounts.requests import UserRequest
from perlinsos.core.errors import DomainError

PAGES = {**steps.PAGES, Step.CONSENT: pages.consent, Step.PHOTO: pages.photo, Step.FAMILY: pages.family_page}


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def assisted_new(request: UserRequest) -> HttpResponse:
    """NIK, name and birth date of whoever applies for the family."""
    form = ApplicantForm(kept.answers(request, request.user))
    if request.method == "POST" and form.is_valid():
        try:
            application = services.begin_visit(form.applicant(), by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect("assisted-step", application.public_id, application.step)
    context = {
        "form": form,
        "back_url": reverse("agent-home"),
        "stamp": kept.stamp(request.user),
        "is_restored": request.method != "POST" and form.is_bound,
    }
    return render(request, "agents/new.html", context)


@for_agents
@require_POST
def assisted_again(request: UserRequest, public_id: UUID) -> HttpResponse:
    """A new form for a family this agent enrolled, whose registration is over."""
    applicant = _assisted(request, public_id).applicant
    if applicant is None or not applicant.nik:  # only a draft that ended without its first page
        raise Http404
    try:
        told = ApplicantInput(nik=applicant.nik, name=applicant.name, birth_date=applicant.born)
        draft = services.begin_visit(told, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("application-status", public_id)
    return redirect("assisted-step", draft.public_id, draft.step)


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def assisted_step(request: UserRequest, public_id: UUID, step: str) -> HttpResponse:
    """A page of the form; one that is not reached yet, or no longer open, leads to where one is."""
    if step not in Step.values:
        raise Http404
    wanted, application = Step(step), _assisted(request, public_id)
    if not steps.is_open(application, wanted, request):
        return _elsewhere(application)
    return PAGES[wanted](request, AgentDoor(application))


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def assisted_village(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Where the family lives, when its card does not say or names another village: one of the agent's own."""
    door = AgentDoor(_assisted(request, public_id))
    if not _reached_family(door.application):
        return _elsewhere(door.application)
    form = AssignedVillageForm(kept.answers(request, request.user), villages=assigned_villages(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            code = form.cleaned_data["village"]
            enrollment.choose_village(door.application, village_code=code, by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.step(Step.FAMILY))
    return page(request, "agents/village.html", door, form, Step.FAMILY)


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def assisted_family_typed(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Members by hand, when there is no card."""
    application = _assisted(request, public_id)
    if not _reached_family(application) or hasattr(application, "family_card"):
        return _elsewhere(application)
    return family.type_family(request, AgentDoor(application))


@for_agents
@require_safe
def assisted_receipt(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The proof of sending, to be printed or written on the paper the family keeps."""
    application = _assisted(request, public_id)
    if application.submitted_at is None:
        return _elsewhere(application)
    return status.show_receipt(request, AgentDoor(application), "agents/receipt.html")


def _assisted(request: UserRequest, public_id: UUID) -> Application:
    """A family this agent enrols or enrolled, in a village that is still the agent's."""
    mine = Application.objects.visible_to(request.user).filter(assisted_by_id=request.user.pk)
    return get_object_or_404(mine.select_related("applicant", "family", "village__parent__parent"), public_id=public_id)


def _reached_family(application: Application) -> bool:
    return application.is_draft and Step(application.step).number >= Step.FAMILY.number


def _elsewhere(application: Application) -> HttpResponse:
    """Where this family is instead: the page it has reached, its receipt, or nowhere any more."""
    if application.is_draft:
        return redirect("assisted-step", application.public_id, application.step)
    if application.submitted_at is not None:
        return redirect("assisted-receipt", application.public_id)
    return redirect("agent-home")
