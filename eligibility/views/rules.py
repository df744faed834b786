"""Versions of rules at the desk: in force, scheduled, past; compared, brought back, taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from eligibility import drafting, permissions, rule_pages
from eligibility.documents import document_of
from eligibility.forms import DraftStartForm, ReasonForm, RevertForm, WithdrawForm
from eligibility.models import Programme, RuleSet, Withdrawal
from eligibility.rules import changes
from eligibility.services import drafts, withdrawals
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError


@require_safe
def rule_list(request: UserRequest) -> HttpResponse:
    access.ensure(permissions.can_open_rules(request.user))
    context = {
        "rows": rule_pages.programmes(request.user),
        "may_edit_golden_families": permissions.can_open_golden_families(request.user),
    }
    return render(request, "eligibility/rule_list.html", context)


@require_safe
def rule_programme(request: UserRequest, code: str) -> HttpResponse:
    return _show_programme(request, _programme(request, code))


@require_POST
def draft_start(request: UserRequest, code: str) -> HttpResponse:
    programme = _programme(request, code)
    form = DraftStartForm(request.POST, versions=_versions(request, code))
    if form.is_valid():
        draft = drafts.start_draft(programme, by=request.user, **form.cleaned_data)
        return redirect("draft-edit", public_id=draft.public_id)
    return _show_programme(request, programme, form)


@require_safe
def rule_compare(request: UserRequest, code: str) -> HttpResponse:
    """Two versions of the address (`dari`, `ke`), else the two newest."""
    programme = _programme(request, code)
    known = list(_versions(request, code).select_related("programme").order_by("-valid_during", "-pk"))
    by_name = {one.version: one for one in known}
    new = by_name.get(request.GET.get("ke", ""), known[0] if known else None)
    old = by_name.get(request.GET.get("dari", ""), known[1] if len(known) > 1 else new)
    found = changes.between(document_of(old), document_of(new)) if old and new else ()
    context = {"programme": programme, "versions": known, "old": old, "new": new, "changes": rule_pages.told(found)}
    return render(request, "eligibility/rule_compare.html", context)


@require_safe
def rule_version(request: UserRequest, code: str, version: str) -> HttpResponse:
    return _show_version(request, _version(request, code, version))


@require_POST
def rule_revert(request: UserRequest, code: str, version: str) -> HttpResponse:
    rule_set = _version(request, code, version)
    form = RevertForm(request.POST)
    if form.is_valid():
        title = _("Back to the rules of %(version)s") % {"version": rule_set.version}
        draft = drafts.start_revert(rule_set, title=title, by=request.user, **form.cleaned_data)
        return redirect("draft-detail", public_id=draft.public_id)
    return _show_version(request, rule_set, revert_form=form)


@require_POST
def rule_withdraw(request: UserRequest, code: str, version: str) -> HttpResponse:
    rule_set = _version(request, code, version)
    form = WithdrawForm(request.POST, decrees=drafting.decrees_for(rule_set.programme))
    if form.is_valid():
        try:
            withdrawals.propose_withdrawal(rule_set, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Proposed. Another officer can take it back now."))
            return redirect("rule-version", code=code, version=version)
    return _show_version(request, rule_set, withdraw_form=form)


@require_POST
def withdrawal_agree(request: UserRequest, public_id: UUID) -> HttpResponse:
    withdrawal = _withdrawal(request, public_id)
    try:
        withdrawals.agree_to_withdrawal(withdrawal, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Taken back. The version before it holds on."))
    return _to_version(withdrawal)


@require_POST
def withdrawal_decline(request: UserRequest, public_id: UUID) -> HttpResponse:
    withdrawal, form = _withdrawal(request, public_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _show_version(request, withdrawal.rule_set, decline_form=form)
    try:
        withdrawals.decline_withdrawal(withdrawal, reason=form.cleaned_data["reason"], by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Not taken back. It begins on its first day."))
    return _to_version(withdrawal)


def _withdrawal(request: UserRequest, public_id: UUID) -> Withdrawal:
    known = Withdrawal.objects.visible_to(request.user).select_related("rule_set__programme", "decree")
    return get_object_or_404(known, public_id=public_id)


def _to_version(withdrawal: Withdrawal) -> HttpResponse:
    rule_set = withdrawal.rule_set
    return redirect("rule-version", code=rule_set.programme.code, version=rule_set.version)


def _programme(request: UserRequest, code: str) -> Programme:
    """Everybody who reads rules may see every programme."""
    access.ensure(permissions.can_open_rules(request.user))
    return get_object_or_404(Programme, code=code)


def _versions(request: UserRequest, code: str) -> Any:
    return RuleSet.objects.visible_to(request.user).filter(programme__code=code)


def _version(request: UserRequest, code: str, version: str) -> RuleSet:
    access.ensure(permissions.can_open_rules(request.user))
    known = _versions(request, code).select_related("programme")
    found: RuleSet = get_object_or_404(known, version=version)
    return found


def _show_programme(request: UserRequest, programme: Programme, form: DraftStartForm | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "programme": programme,
        "versions": rule_pages.versions(programme),
        "drafts": rule_pages.drafts_of(programme, request.user),
        "form": form,
    }
    if permissions.can_write_rules(request.user, programme):
        newest = context["versions"][0].rule_set.version if context["versions"] else ""
        versions = _versions(request, programme.code)
        context["start_form"] = form or DraftStartForm(versions=versions, initial={"base": newest})
    return render(request, "eligibility/rule_programme.html", context)


def _show_version(
    request: UserRequest,
    rule_set: RuleSet,
    *,
    revert_form: RevertForm | None = None,
    withdraw_form: WithdrawForm | None = None,
    decline_form: ReasonForm | None = None,
) -> HttpResponse:
    context = rule_pages.version_page(rule_set, request.user)
    if context["may_revert"]:
        context["revert_form"] = revert_form or RevertForm()
    if context["may_withdraw"]:
        decrees = drafting.decrees_for(rule_set.programme)
        context["withdraw_form"] = withdraw_form or WithdrawForm(decrees=decrees)
    if context["may_decide"]:
        context["decline_form"] = decline_form or ReasonForm()
    context["form"] = revert_form or withdraw_form or decline_form
    return render(request, "eligibility/rule_version.html", context)
