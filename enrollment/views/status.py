"""After sending: the receipt, the result by proof number, and what is stored about me."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from enrollment import attempts, grants
from enrollment.disclosures import who_looked
from enrollment.enums import PhotoRoute
from enrollment.forms.lookup import LookupForm
from enrollment.models import Application
from enrollment.views.doors import Door
from enrollment.views.parts import for_citizens, own_application
from perlinsos.accounts.requests import UserRequest


@for_citizens
@require_safe
def receipt(request: UserRequest) -> HttpResponse:
    """The proof of sending; stays valid as long as the application lives."""
    application = own_application(request)
    if application is None or application.is_draft:
        return redirect("application-resume")
    return show_receipt(request, Door(application), "enrollment/receipt.html")


def show_receipt(request: UserRequest, door: Door, template: str) -> HttpResponse:
    """The code, its QR and what happens next, on `template`."""
    application = door.application
    check_url = request.build_absolute_uri(f"{reverse('status-lookup')}?kode={application.receipt_code}")
    context = {
        "application": application,
        "door": door,
        "check_url": check_url,
        "is_photo_later": application.photo_route == PhotoRoute.MANUAL,
    }
    return render(request, template, context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """A result by proof number and birth date. What does not fit is never told apart from what does not exist."""
    form = LookupForm(request.POST or None, initial={"code": request.GET.get("kode", "")[:40]})
    if request.method != "POST" or not form.is_valid():
        return render(request, "enrollment/lookup.html", {"form": form, "back_url": reverse("start")})
    code, place = form.cleaned_data["code"], request.META.get("REMOTE_ADDR", "")
    if not attempts.is_allowed(place, code):
        return render(request, "enrollment/lookup_later.html", {"back_url": reverse("start")}, status=429)
    application = grants.find(code, form.cleaned_data["birth_date"])
    if application is None:
        form.refuse()
        return render(request, "enrollment/lookup.html", {"form": form, "back_url": reverse("start")})
    attempts.forget(place, code)
    grants.grant(request, application)
    return redirect("application-status", application.public_id)


@for_citizens
@require_safe
def my_data(request: UserRequest) -> HttpResponse:
    """What is stored about whoever signed in, what they agreed to, and who looked."""
    mine = Application.objects.visible_to(request.user).filter(owner_id=request.user.pk)
    # What was sent before what is being filled in: a new registration holds little until then.
    newest = (F("submitted_at").desc(nulls_last=True), "-pk")
    application = mine.select_related("applicant", "village__parent__parent").order_by(*newest).first()
    context: dict[str, object] = {"application": application, "claims": getattr(request.user, "identity", None)}
    if application is not None:
        family = application.family
        context |= {
            "members": family.members.current().head_first() if family else [],
            "consents": application.consents.select_related("text").order_by("text_id"),
            "photos": application.documents.order_by("pk"),
            "account": getattr(application, "bank_account", None),
            "looks": who_looked(application),
        }
    return render(request, "enrollment/my_data.html", context)
