"""Preparing and announcing batches: one officer collects and hands over, another announces."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from eligibility import announcing, paging, permissions
from eligibility.forms import AnnounceForm, PrepareForm, ReasonForm
from eligibility.models import Batch
from eligibility.services import batches
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError


@require_safe
def batch_list(request: UserRequest) -> HttpResponse:
    access.ensure(permissions.can_open_batches(request.user))
    return _list(request)


@require_POST
def batch_prepare(request: UserRequest) -> HttpResponse:
    form = PrepareForm(request.POST, quotas=announcing.quotas_of(request.user))
    if form.is_valid():
        quota = form.cleaned_data["quota"]
        try:
            batch = batches.prepare_batch(area=quota.area, programme=quota.programme, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            return redirect("batch-detail", public_id=batch.public_id)
    access.ensure(permissions.can_open_batches(request.user))
    return _list(request, form)


@require_safe
def batch_detail(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _show(request, _batch(request, public_id))


@require_POST
def batch_hand_over(request: UserRequest, public_id: UUID) -> HttpResponse:
    batch = _batch(request, public_id)
    try:
        batches.hand_over(batch, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Handed over. Another officer can announce it now."))
    return redirect("batch-detail", public_id=public_id)


@require_POST
def batch_announce(request: UserRequest, public_id: UUID) -> HttpResponse:
    batch = _batch(request, public_id)
    form = AnnounceForm(request.POST, decrees=announcing.decrees_for(batch, request.user))
    if form.is_valid():
        try:
            ranking = batches.announce_batch(batch, decree=form.cleaned_data["decree"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            told = _("Announced. Every family has been told.")
            messages.success(request, told if ranking.is_told else _("Announced. The families are being told."))
            return redirect("batch-detail", public_id=public_id)
    return _show(request, _batch(request, public_id), announce_form=form)


@require_POST
def batch_return(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _stop(request, public_id, batches.return_batch, done=_("Returned to the officer who prepared it."))


@require_POST
def batch_cancel(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _stop(request, public_id, batches.cancel_batch, done=_("Cancelled. Its families wait for the next batch."))


def _stop(request: UserRequest, public_id: UUID, verb: Callable[..., Batch], *, done: str) -> HttpResponse:
    batch = _batch(request, public_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            verb(batch, reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, done)
            return redirect("batch-detail", public_id=public_id)
    return _show(request, batch, reason_form=form)


def _batch(request: UserRequest, public_id: UUID) -> Batch:
    known = Batch.objects.visible_to(request.user).select_related(
        "area", "programme", "quota", "decree", "prepared_by", "announced_by"
    )
    return get_object_or_404(known, public_id=public_id)


def _list(request: UserRequest, form: PrepareForm | None = None) -> HttpResponse:
    known = Batch.objects.visible_to(request.user).select_related("area", "programme", "prepared_by", "announced_by")
    context = {
        "preparable": announcing.preparable(request.user),
        "page": paging.page(known, request.GET, by=("-pk",)),
        "form": form,
    }
    return render(request, "eligibility/batch_list.html", context)


def _show(
    request: UserRequest,
    batch: Batch,
    *,
    announce_form: AnnounceForm | None = None,
    reason_form: ReasonForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = announcing.detail(batch, request.user, request.GET)
    if context["may_announce"]:
        decrees = announcing.decrees_for(batch, request.user)
        context["announce_form"] = announce_form or AnnounceForm(decrees=decrees)
    if context["may_stop"]:
        context["reason_form"] = reason_form or ReasonForm()
    return render(request, "eligibility/batch_detail.html", context | {"form": announce_form or reason_form})
