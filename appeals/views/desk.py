"""The officers' side: the case as a whole, and the appeals to review."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from appeals import overview, permissions
from appeals.again import with_others
from appeals.forms import GroundCheckRequestForm, RulingForm
from appeals.models import Appeal
from appeals.services import reviewing, ruling
from enrollment.models import Application
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access, audit, downloads
from perlinsos.core.errors import DomainError
from verification.enums import Source
from verification.services import once_more

PAGE = 50


@require_safe
def case_detail(request: UserRequest, public_id: UUID) -> HttpResponse:
    """What the family says, what the data say, what happened. Opening it is itself on record."""
    readable = with_others(Application.objects.read_by_staff(request.user), request.user)
    application = get_object_or_404(readable, public_id=public_id)
    audit.record("enrollment.application.viewed", subject=application, by=request.user)
    return render(request, "appeals/case_detail.html", overview.of_case(application, viewer=request.user))


@require_POST
def case_ask_again(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Have the sources asked again about one family."""
    application = get_object_or_404(Application.objects.read_by_staff(request.user), public_id=public_id)
    try:
        asked = once_more.ask_family_again(application, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        _say_asked(request, [str(Source(code).label) for code in asked])
    return redirect("case-detail", public_id=public_id)


@require_safe
def appeal_queue(request: UserRequest) -> HttpResponse:
    """Pending appeals of the officer's area, the one promised soonest first."""
    access.ensure(permissions.can_open_appeals(request.user))
    pending = (
        Appeal.objects.read_by_staff(request.user)
        .pending()
        .select_related("application__village", "determination__programme", "fact", "reviewer")
    )
    rows = pending.order_by("answer_by", "pk")[:PAGE]
    return render(request, "appeals/appeal_queue.html", {"appeals": rows, "total": pending.count()})


@require_safe
def appeal_detail(request: UserRequest, public_id: UUID) -> HttpResponse:
    appeal = _appeal(request, public_id)
    audit.record("appeals.appeal.viewed", subject=appeal, by=request.user)
    return _show(request, appeal)


@require_safe
def appeal_photo(request: UserRequest, public_id: UUID, file_id: UUID) -> HttpResponse:
    """Evidence and pictures of visits, for whoever may read the appeal."""
    file = reviewing.open_photo(_appeal(request, public_id), file_id, by=request.user)
    if file is None:
        raise Http404
    return downloads.respond(file)


@require_POST
def appeal_take_up(request: UserRequest, public_id: UUID) -> HttpResponse:
    appeal = _appeal(request, public_id)
    try:
        reviewing.take_up(appeal, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    return redirect("appeal-detail", public_id=public_id)


@require_POST
def ground_check_request(request: UserRequest, public_id: UUID) -> HttpResponse:
    appeal = _appeal(request, public_id)
    form = GroundCheckRequestForm(request.POST)
    if form.is_valid():
        try:
            reviewing.request_ground_check(appeal, instructions=form.cleaned_data["instructions"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("The visit is asked for. Agents of the village see it now."))
            return redirect("appeal-detail", public_id=public_id)
    return _show(request, appeal, check_form=form)


@require_POST
def appeal_rule(request: UserRequest, public_id: UUID) -> HttpResponse:
    appeal = _appeal(request, public_id)
    form = RulingForm(request.POST)
    if form.is_valid():
        try:
            ruling.rule_appeal(appeal, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("The ruling stands. The family is told and the letter is being written."))
            return redirect("appeal-detail", public_id=public_id)
    return _show(request, appeal, ruling_form=form)


def _say_asked(request: UserRequest, asked: list[str]) -> None:
    if asked:
        said = _("Asked again: %(sources)s. The case is decided with what they say.") % {"sources": ", ".join(asked)}
        messages.success(request, said)
    else:
        messages.info(request, _("No source was asked: each has answered within a day, or is being asked."))


def _appeal(request: UserRequest, public_id: UUID) -> Appeal:
    return get_object_or_404(Appeal.objects.read_by_staff(request.user), public_id=public_id)


def _show(
    request: UserRequest,
    appeal: Appeal,
    *,
    check_form: GroundCheckRequestForm | None = None,
    ruling_form: RulingForm | None = None,
) -> HttpResponse:
    context = overview.of_appeal(appeal) | {
        "check_form": check_form or GroundCheckRequestForm(),
        "ruling_form": ruling_form or RulingForm(),
        "form": check_form or ruling_form,
        "may_review": permissions.can_review(request.user, appeal),
        "may_rule": permissions.can_rule(request.user, appeal),
        "has_decided": permissions.has_decided(request.user, appeal.window.batch),
    }
    return render(request, "appeals/appeal_detail.html", context)
