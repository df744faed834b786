"""The officers' side of those who receive: whose data must be looked at again, and what follows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from eligibility import overseeing, paging, permissions, receiving
from eligibility.forms import EndForm, ReasonForm
from eligibility.models import Participation
from eligibility.services import leaving, participations, recertifications
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access, audit
from perlinsos.core.errors import DomainError


@require_safe
def participation_queue(request: UserRequest) -> HttpResponse:
    """Families of the area that receive, in tabs: to be looked at now, soon, all."""
    access.ensure(permissions.can_read_cases(request.user))
    known = Participation.objects.read_by_staff(request.user)
    counts = overseeing.counts(known)
    tab = overseeing.chosen(request.GET.get("bagian", ""), counts)
    found = paging.page(overseeing.in_tab(known, tab), request.GET)
    context = {
        "tabs": [(one, counts[one.name]) for one in overseeing.Tab],
        "tab": tab,
        "rows": overseeing.rows(found.rows),
        "page": found,
    }
    return render(request, "eligibility/participation_queue.html", context)


@require_safe
def participation_case(request: UserRequest, public_id: UUID) -> HttpResponse:
    participation = _participation(request, public_id)
    audit.record("eligibility.participation.viewed", subject=participation, by=request.user)
    return _show(request, participation)


@require_POST
def participation_look(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Begin to look again: what is too old is asked for, then old and new stand beside each other here."""
    try:
        recertifications.look_again(_participation(request, public_id), by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The data is looked at again. The family is told; nothing changes by itself."))
    return redirect("participation-case", public_id=public_id)


@require_POST
def participation_recertify(request: UserRequest, public_id: UUID) -> HttpResponse:
    try:
        participations.recertify(_participation(request, public_id), by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Looked at again. Assistance goes on."))
    return redirect("participation-case", public_id=public_id)


@require_POST
def participation_suspend(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _with_reason(request, public_id, participations.suspend, _("Paused. The family is told."))


@require_POST
def participation_resume(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _with_reason(request, public_id, participations.resume, _("Payments go on. The family is told."))


@require_POST
def participation_end(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Propose an end; a second officer agrees or not."""
    participation = _participation(request, public_id)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            leaving.propose_end(participation, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Proposed. Another officer must agree."))
            return redirect("participation-case", public_id=public_id)
    return _show(request, participation, end_form=form)


@require_POST
def participation_agree(request: UserRequest, public_id: UUID) -> HttpResponse:
    try:
        leaving.agree_to_end(_participation(request, public_id), by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Ended. The place goes to the next family."))
    return redirect("participation-case", public_id=public_id)


@require_POST
def participation_decline(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _with_reason(request, public_id, leaving.decline_end, _("Not agreed. The family keeps its place."))


def _with_reason(request: UserRequest, public_id: UUID, verb: Callable[..., object], done: str) -> HttpResponse:
    participation = _participation(request, public_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            verb(participation, reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, done)
            return redirect("participation-case", public_id=public_id)
    return _show(request, participation, reason_form=form)


def _participation(request: UserRequest, public_id: UUID) -> Participation:
    known = receiving.with_payments(Participation.objects.read_by_staff(request.user)).select_related(
        "application__applicant", "application__village", "programme", "determination__rule_set"
    )
    participation: Participation = get_object_or_404(known, public_id=public_id)
    return participation


def _show(
    request: UserRequest,
    participation: Participation,
    *,
    reason_form: ReasonForm | None = None,
    end_form: EndForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = overseeing.detail(participation) | {
        "may_look_after": permissions.can_look_after(request.user, participation.application),
        "reason_form": reason_form or ReasonForm(),
        "decline_form": ReasonForm(auto_id="decline_%s"),
        "end_form": end_form or EndForm(auto_id="end_%s"),
        "form": reason_form or end_form,
    }
    return render(request, "eligibility/participation_case.html", context)
