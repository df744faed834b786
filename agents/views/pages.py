"""The pages of the form on which an agent does something else than a citizen would."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from agents import services
from agents.forms import FacePhotoForm, NoPhotoForm, ProxyConsentForm
from enrollment import cards, ended, kept
from enrollment import services as enrollment
from enrollment.enums import PhoneClass, Step
from enrollment.models import Application, ConsentText, Document, FamilyCard
from enrollment.permissions import can_use_village
from enrollment.views import family
from enrollment.views.doors import Door
from enrollment.views.parts import page, refuse
from perlinsos.accounts.requests import UserRequest
from perlinsos.core.errors import DomainError


def consent(request: UserRequest, door: Door) -> HttpResponse:
    """Each line read aloud, then the family's own answer and why an agent writes it down."""
    application, form = door.application, ProxyConsentForm(kept.answers(request, request.user))
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["answer"] == "no":
                enrollment.refuse_consent(application, by=request.user)
                messages.info(request, _("That is fine. Nobody was asked, and the registration was closed."))
                return redirect(door.outside)
            application = services.give_proxy_consent(application, proxy=form.proxy(), by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.step(application.step))
    more = {"texts": ConsentText.objects.public(), "ending": ended.by_sending(application)}
    return page(request, "agents/consent.html", door, form, Step.CONSENT, **more)


def photo(request: UserRequest, door: Door) -> HttpResponse:
    """The face, taken with the agent's phone, or why there is no photo."""
    enrollment.note_device(door.application, device=PhoneClass.AGENT, by=request.user)
    if "cannot" in request.POST:
        return _no_photo(request, door)
    is_sent = request.method == "POST"
    form = FacePhotoForm(request.POST, request.FILES) if is_sent else FacePhotoForm()
    if is_sent and form.is_valid():
        try:
            taken = enrollment.add_selfie(door.application, form.cleaned_data["photo"].read(), by=request.user)
        except DomainError as error:
            refuse(form, error, "photo")
        else:
            return redirect(_comparison(taken, door))
    return _show_photo(request, door, form, NoPhotoForm())


def _no_photo(request: UserRequest, door: Door) -> HttpResponse:
    form = NoPhotoForm(request.POST)
    if form.is_valid():
        obstacle = form.cleaned_data["obstacle"]
        try:
            application = services.skip_photo(door.application, obstacle=obstacle, by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.step(application.step))
    return _show_photo(request, door, FacePhotoForm(), form)


def _show_photo(request: UserRequest, door: Door, form: FacePhotoForm, no_photo: NoPhotoForm) -> HttpResponse:
    """Two forms on one page; the error summary is about the one that was sent."""
    shown = no_photo if no_photo.is_bound else form
    forms = {"photo_form": form, "no_photo_form": no_photo}
    return page(request, "agents/photo.html", door, shown, Step.PHOTO, **forms)


def _comparison(taken: Document, door: Door) -> str:
    """The page that waits for the machine; afterwards it leads back to this family."""
    application = taken.application
    onward = door.step(application.step) if application.is_draft else door.outside
    query = urlencode({"next": onward, "again": door.step(Step.PHOTO)})
    return f"{reverse('selfie-check', args=[taken.public_id])}?{query}"


def family_page(request: UserRequest, door: Door) -> HttpResponse:
    """The card's members, unless the card is of a village that is none of the agent's business."""
    village_code = _card_village(door.application)
    if village_code and not can_use_village(request.user, door.application, village_code):
        context = {"door": door, "step": Step.FAMILY, "steps": len(Step), "back_url": door.outside}
        return render(request, "agents/not_assigned.html", context)
    return family.family(request, door)


def _card_village(application: Application) -> str | None:
    """The village on the card, as long as nobody chose another one."""
    received: FamilyCard | None = getattr(application, "family_card", None)
    return None if received is None or application.village else cards.load(received.content).village_code
