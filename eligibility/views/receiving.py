"""What a family that receives sees and does: payments and records, what is wrong, stepping back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eligibility import permissions, receiving, records
from eligibility.forms import DoubtForm, StepBackForm
from eligibility.models import DutyRecord, Participation
from eligibility.services import duties, leaving
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import audit
from perlinsos.core.errors import DomainError


@require_safe
def participation_detail(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Payments, records by member, dates. For the family, its agents and the staff of the area, whose look is kept."""
    participation = _participation(request, public_id)
    if participation.application.owner_id != request.user.pk:
        audit.record("eligibility.participation.viewed", subject=participation, by=request.user)
    return render(request, "eligibility/participation.html", _context(request, participation))


@require_http_methods(["GET", "HEAD", "POST"])
def participation_leave(request: UserRequest, public_id: UUID) -> HttpResponse:
    """What stepping back means, and the family's agreement to it."""
    participation = _participation(request, public_id)
    form = StepBackForm(request.POST or None)
    statement = receiving.statement_of(participation)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            leaving.step_back(participation, statement=statement, reason=reason, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Your family has stepped back."))
            return redirect("participation-detail", public_id=public_id)
    context = _context(request, participation) | {"form": form, "statement": statement}
    return render(request, "eligibility/participation_leave.html", context)


@require_POST
def participation_return(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Change one's mind in time."""
    try:
        leaving.take_back(_participation(request, public_id), by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Your family receives again."))
    return redirect("participation-detail", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def duty_doubt(request: UserRequest, public_id: UUID, record_id: UUID) -> HttpResponse:
    """Say that one record is wrong."""
    participation = _participation(request, public_id)
    known = DutyRecord.objects.visible_to(request.user).select_related("member__person", "member__family")
    record = get_object_or_404(known, public_id=record_id, member__family=participation.application.family_id)
    form = DoubtForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            duties.doubt_duty(record, note=form.cleaned_data["note"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Thank you. It costs you nothing until somebody else has looked."))
            return redirect("participation-detail", public_id=public_id)
    context = {
        "line": records.line(record),
        "participation": participation,
        "form": form,
        "back_url": reverse("participation-detail", args=[public_id]),
    }
    return render(request, "eligibility/duty_doubt.html", context)


def _participation(request: UserRequest, public_id: UUID) -> Participation:
    known = receiving.with_payments(Participation.objects.visible_to(request.user))
    found = known.select_related("application", "programme", "determination__rule_set")
    participation: Participation = get_object_or_404(found, public_id=public_id)
    return participation


def _context(request: UserRequest, participation: Participation) -> dict[str, Any]:
    kept = records.of_family(participation)
    return {
        "participation": participation,
        "application": participation.application,
        "one": receiving.card_of(participation, kept),
        "lines": records.lines(
            kept, may_doubt=permissions.can_doubt_duty(request.user, participation.application.family)
        ),
        "may_step_back": permissions.can_step_back(request.user, participation.application),
        "back_url": reverse("application-status", args=[participation.application.public_id]),
    }
