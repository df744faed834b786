"""Places of each quota, and families who leave theirs: one officer records it, another agrees."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from eligibility import permissions, standing
from eligibility.enums import DepartureState
from eligibility.forms import DepartureForm, ReasonForm
from eligibility.models import Departure, RankedEntry
from eligibility.services import places
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError


@require_safe
def place_list(request: UserRequest) -> HttpResponse:
    access.ensure(permissions.can_open_batches(request.user))
    return _list(request)


def place_release(request: UserRequest, public_id: UUID, programme: str) -> HttpResponse:
    """Record that a family leaves; only where it has a place or waits for one."""
    known = RankedEntry.objects.visible_to(request.user).in_the_running()
    place = get_object_or_404(
        known.select_related("entry__application__applicant", "entry__batch", "ranking__batch__programme"),
        entry__application__public_id=public_id,
        ranking__batch__programme__code=programme,
    )
    access.ensure(permissions.can_work_on(request.user, place.entry.batch))
    form = DepartureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            departure = places.release_place(place, **form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            waits = departure.state == DepartureState.PROPOSED
            done = _("Recorded. Another officer must agree.") if waits else _("Recorded. The family left the list.")
            messages.success(request, done)
            return redirect("place-list")
    return render(request, "eligibility/place_release.html", {"place": place, "form": form})


@require_POST
def departure_confirm(request: UserRequest, public_id: UUID) -> HttpResponse:
    departure = _departure(request, public_id)
    try:
        places.confirm_departure(departure, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Agreed. The place goes to the next family."))
    return redirect("place-list")


@require_POST
def departure_refuse(request: UserRequest, public_id: UUID) -> HttpResponse:
    departure = _departure(request, public_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    try:
        places.refuse_departure(departure, reason=form.cleaned_data["reason"], by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Not agreed. The family keeps its place."))
    return redirect("place-list")


def _departure(request: UserRequest, public_id: UUID) -> Departure:
    known = Departure.objects.visible_to(request.user).select_related("entry__batch", "entry__application")
    return get_object_or_404(known, public_id=public_id)


def _list(request: UserRequest, form: ReasonForm | None = None) -> HttpResponse:
    context = {
        "stocks": standing.stocks(request.user),
        "proposed": [
            (departure, permissions.can_work_on(request.user, departure.entry.batch))
            for departure in standing.proposed(request.user)
        ],
        "reason_form": form or ReasonForm(),
        "form": form,
    }
    return render(request, "eligibility/place_list.html", context)
