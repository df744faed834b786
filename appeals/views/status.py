"""The family's own page: where the application stands, why, and what they can do about it."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from appeals import overview
from appeals.again import with_others
from appeals.forms import ObjectionForm
from appeals.models import Appeal
from appeals.services.lodging import Objection, lodge_appeal
from eligibility import standing
from eligibility.models import Determination
from enrollment import grants
from enrollment.models import Application
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import files
from perlinsos.core.errors import DomainError
from perlinsos.messages.models import Letter
from verification.models import Fact


@login_not_required
@require_safe
def application_status(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """For the family, its agent, and whoever gave receipt code and birth date a moment ago."""
    application = _readable(request, public_id)
    return render(request, "appeals/application_status.html", overview.of(application, viewer=request.user))


@login_not_required
@require_safe
def place_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every order the family was in, and how to check its lot; for whoever may read the status page."""
    application = _readable(request, public_id)
    context = {"application": application, "courses": standing.history(application)}
    return render(request, "appeals/place_history.html", context)


def appeal_new(request: UserRequest, determination_id: UUID, fact_name: str) -> HttpResponse:
    """Contest one fact of one decision."""
    determination = get_object_or_404(Determination.objects.visible_to(request.user), public_id=determination_id)
    used = determination.facts.get(fact_name, {})
    fact = get_object_or_404(Fact.objects.visible_to(request.user), pk=used.get("id"))
    form = ObjectionForm(request.POST or None, request.FILES or None, fact_name=fact.name)
    if request.method == "POST" and form.is_valid():
        photo = form.cleaned_data["photo"]
        objection = Objection(
            claimed_value=form.cleaned_data["claimed_value"],
            explanation=form.cleaned_data["explanation"],
            photos=(photo.read(),) if photo else (),
        )
        try:
            appeal = lodge_appeal(determination, fact, objection, by=request.user)
        except DomainError as error:
            form.add_error("photo" if photo and error.code in PHOTO_ERRORS else None, str(error.message))
        else:
            return redirect("appeal-receipt", public_id=appeal.public_id)
    return render(request, "appeals/appeal_new.html", overview.of_contest(determination, fact) | {"form": form})


PHOTO_ERRORS = frozenset(
    {
        "file_empty", "file_too_big", "not_an_image", "pdf_not_image", "heic_not_supported",
        "too_many_pixels", "truncated", "bomb",
    }
)  # fmt: skip


@require_safe
def appeal_receipt(request: UserRequest, public_id: UUID) -> HttpResponse:
    appeal = get_object_or_404(Appeal.objects.visible_to(request.user), public_id=public_id)
    return render(request, "appeals/appeal_receipt.html", {"appeal": appeal})


@login_not_required
@require_safe
def letter_file(request: HttpRequest, public_id: UUID, code: str) -> HttpResponse:
    """The PDF of a letter about an application one may read."""
    application = _readable(request, public_id)
    letter = get_object_or_404(Letter.objects.public().about(application), code=code)
    assert letter.file is not None  # noqa: S101 - a constraint of Letter: issued has a file
    response = HttpResponse(files.read(letter.file), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{letter.code}.pdf"'
    return response


def _readable(request: HttpRequest, public_id: UUID) -> Application:
    readable = Application.objects.visible_to(request.user) | Application.objects.granted(grants.of(request))
    found = with_others(readable.received(), request.user)
    application: Application | None = found.filter(public_id=public_id).first()
    if application is None:
        raise Http404
    return application
