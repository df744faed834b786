"""The form, one page per step. Each page saves; returning resumes at the first page without an answer."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from enrollment import ended, kept, permissions, services
from enrollment.devices import phone_class
from enrollment.enums import Step
from enrollment.forms.steps import (
    AccountForm,
    ConsentForm,
    ContactForm,
    HomeForm,
    PhotoForm,
    ReviewForm,
    home_told,
)
from enrollment.models import DECIDED_STATES, Application, BankAccount, ConsentText
from enrollment.models.people import MemberQuerySet
from enrollment.views import family
from enrollment.views.doors import Door
from enrollment.views.parts import for_citizens, own_application, page, refuse
from perlinsos.accounts.requests import UserRequest
from perlinsos.core.errors import DomainError


@for_citizens
@require_safe
def resume(request: UserRequest) -> HttpResponse:
    """Where this person left off: a page of the form, the receipt, or the result."""
    application = services.start_application(by=request.user)
    if application.is_draft:
        return redirect("application-step", application.step)
    if application.state in DECIDED_STATES:
        return redirect("application-status", application.public_id)
    return redirect("application-receipt")


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: UserRequest, step: str) -> HttpResponse:
    """A page of the form; one that is not reached yet, or no longer open, leads to where one is."""
    if step not in Step.values:
        raise Http404
    wanted, application = Step(step), own_application(request)
    if application is None or not is_open(application, wanted, request):
        return redirect("application-resume")
    return PAGES[wanted](request, Door(application))


def is_open(application: Application, wanted: Step, request: UserRequest) -> bool:
    """Whether the page is reached in a draft; after sending only a better photo is taken."""
    if application.is_draft:
        return wanted.number <= Step(application.step).number
    return wanted == Step.PHOTO and permissions.can_add_photo(request.user, application)


def consent(request: UserRequest, door: Door) -> HttpResponse:
    application, form = door.application, ConsentForm(kept.answers(request, request.user))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["answer"] == "no":
            services.refuse_consent(application, by=request.user)
            return redirect("application-refused")
        try:
            application = services.give_consent(application, by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.step(application.step))
    texts = ConsentText.objects.public()
    return page(request, "enrollment/consent.html", door, form, Step.CONSENT, texts=texts)


def photo(request: UserRequest, door: Door) -> HttpResponse:
    application, form = door.application, PhotoForm(None, None)
    services.note_device(application, device=phone_class(request.headers.get("User-Agent", "")), by=request.user)
    try:
        if "cannot" in request.POST:
            application = services.choose_manual_photo(application, by=request.user)
            return redirect(door.step(application.step))
        if request.method == "POST":
            form = PhotoForm(request.POST, request.FILES)
        if form.is_valid():
            document = services.add_selfie(application, form.cleaned_data["photo"].read(), by=request.user)
            return redirect("selfie-check", document.public_id)
    except DomainError as error:
        refuse(form, error, "photo")
    return page(request, "enrollment/photo.html", door, form, Step.PHOTO)


def home(request: UserRequest, door: Door) -> HttpResponse:
    application = door.application
    members = list(_members(application).filter(person__deceased_on=None))
    is_answered = Step(application.step).number > Step.HOME.number
    initial = home_told(application, members) if is_answered else {}
    form = HomeForm(kept.answers(request, request.user), members=members, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            application = services.answer_home(application, answers=form.answers(), by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.step(application.step))
    return page(request, "enrollment/home.html", door, form, Step.HOME)


def contact(request: UserRequest, door: Door) -> HttpResponse:
    application = door.application
    initial = {"phone": application.phone or "", "phone_owner": application.phone_owner}
    form = ContactForm(kept.answers(request, request.user), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            application = services.answer_contact(application, answers=form.answers(), by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.step(application.step))
    return page(request, "enrollment/contact.html", door, form, Step.CONTACT)


def account(request: UserRequest, door: Door) -> HttpResponse:
    application = door.application
    account: BankAccount | None = getattr(application, "bank_account", None)
    initial = {"holder": application.applicant.name if application.applicant else ""}
    if account is not None:
        initial = {"bank": account.bank, "number": account.number, "holder": account.holder or initial["holder"]}
    form = AccountForm(kept.answers(request, request.user), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            application = services.answer_account(application, answers=form.answers(), by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.step(application.step))
    return page(request, "enrollment/account.html", door, form, Step.ACCOUNT)


def review(request: UserRequest, door: Door) -> HttpResponse:
    application, form = door.application, ReviewForm(kept.answers(request, request.user))
    if request.method == "POST" and form.is_valid():
        try:
            door.submit(application, by=request.user)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect(door.receipt)
    members, account = list(_members(application)), getattr(application, "bank_account", None)
    told = [member for member in members if member.told]
    more = {"members": members, "told": told, "account": account, "ending": ended.by_sending(application)}
    return page(request, "enrollment/review.html", door, form, Step.REVIEW, **more)


def _members(application: Application) -> MemberQuerySet:
    if application.family is None:  # the steps before this page made one
        raise Http404
    return application.form_members.head_first()


@for_citizens
@require_safe
def refused(request: UserRequest) -> HttpResponse:
    """No consent, no registration: how to go on with people instead of data."""
    return render(request, "enrollment/refused.html")


PAGES = {
    Step.CONSENT: consent,
    Step.PHOTO: photo,
    Step.FAMILY: family.family,
    Step.HOME: home,
    Step.CONTACT: contact,
    Step.ACCOUNT: account,
    Step.REVIEW: review,
}
