"""Who belongs to the family and where it lives: from its card, or by hand when there is none."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from enrollment import cards, kept, services
from enrollment.answers import FamilyAnswers
from enrollment.enums import FamilyCardState, Step
from enrollment.forms.family import (
    DistrictForm,
    FamilyForm,
    TypedFamily,
    VillageForm,
    head_count_error,
)
from enrollment.models import Application, FamilyCard
from enrollment.views.doors import Door
from enrollment.views.parts import for_citizens, own_draft, page, refuse
from perlinsos.accounts.requests import UserRequest
from perlinsos.core.errors import DomainError

POLITE_WAIT = timedelta(seconds=20)
REFRESH_SECONDS = 4


def family(request: UserRequest, door: Door) -> HttpResponse:
    """The card's members to confirm; without a card a short wait, then the form to type them."""
    application = door.application
    received: FamilyCard | None = getattr(application, "family_card", None)
    if received is None:
        is_coming = application.family_card_state == FamilyCardState.ASKED
        return _wait(request, door) if is_coming else redirect(door.typed)
    card = cards.load(received.content)
    if application.village is None and card.village_code is None:
        return redirect(door.village)
    form = FamilyForm(kept.answers(request, request.user), initial=_initial(application))
    if request.method == "POST" and form.is_valid():
        try:
            application = door.confirm_family(application, answers=form.answers(), by=request.user)
        except DomainError as error:
            if error.code == "village_not_served":
                return _not_served(request, door)
            refuse(form, error)
        else:
            return redirect(door.step(application.step))
    return page(request, "enrollment/family.html", door, form, Step.FAMILY, card=card, as_of=received.as_of)


def _initial(application: Application) -> dict[str, str]:
    if application.family is None:
        return {}
    correction = application.family_correction or ""
    return {"is_right": "no" if correction else "yes", "correction": correction}


def _wait(request: UserRequest, door: Door) -> HttpResponse:
    """The card is being fetched: the page asks again by itself, and never holds anyone up for long."""
    asked_at = door.application.consents.order_by("given_at").values_list("given_at", flat=True).first()
    is_long = asked_at is None or timezone.now() - asked_at > POLITE_WAIT
    context = {"door": door, "step": Step.FAMILY, "steps": len(Step), "is_long": is_long, "back_url": door.outside}
    response = render(request, "enrollment/family_wait.html", context)
    # A header instead of a <meta>: the same reload without JavaScript, and it stops once there is a choice.
    if not is_long:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _not_served(request: UserRequest, door: Door) -> HttpResponse:
    context = {"door": door, "step": Step.FAMILY, "steps": len(Step)}
    return render(request, "enrollment/not_served.html", context)


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def village(request: UserRequest) -> HttpResponse:
    """Where the family lives: the district by GET, then one of its villages."""
    application = _reached(request)
    if application is None:
        return redirect("application-resume")
    district, door = request.GET.get("district", ""), Door(application)
    if not district:
        return page(request, "enrollment/district.html", door, DistrictForm(), Step.FAMILY)
    form = VillageForm(kept.answers(request, request.user), district=district)
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_village(application, village_code=form.cleaned_data["village"], by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.step(Step.FAMILY))
    return page(request, "enrollment/village.html", door, form, Step.FAMILY, back_url=door.village)


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def typed(request: UserRequest) -> HttpResponse:
    """Members by hand, when there is no card."""
    application = _reached(request)
    if application is None or hasattr(application, "family_card"):
        return redirect("application-resume")
    return type_family(request, Door(application))


def type_family(request: UserRequest, door: Door) -> HttpResponse:
    """One form for all members; "add a member" saves what is there and brings an empty line, without JavaScript."""
    application = door.application
    if application.village is None:
        return redirect(door.village)
    form = TypedFamily(kept.answers(request, request.user), application, is_adding="add" in request.GET)
    if request.method == "POST" and form.is_valid():
        response = _save_typed(request, door, form)
        if response is not None:
            return response
    return page(request, "enrollment/family_typed.html", door, form, Step.FAMILY)


def _save_typed(request: UserRequest, door: Door, form: TypedFamily) -> HttpResponse | None:
    card = form.card()
    try:
        application = services.keep_typed_family(door.application, typed=card, by=request.user)
        if "add" in request.POST:
            return redirect(f"{door.typed}?add=1#new")
        if problem := head_count_error(card):
            form.head.add_error(None, problem)
            return None
        application = door.confirm_family(application, answers=FamilyAnswers(typed=card), by=request.user)
    except DomainError as error:
        refuse(form.head, error)
        return None
    return redirect(door.step(application.step))


def _reached(request: UserRequest) -> Application | None:
    application = own_draft(request)
    is_reached = application is not None and Step(application.step).number >= Step.FAMILY.number
    return application if is_reached else None
