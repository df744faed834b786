"""Drafts of rules at the desk: written, tried, proposed, enacted by another officer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eligibility import drafting, permissions, rule_pages
from eligibility.forms import DraftTextForm, EnactForm, ProposeForm, ReasonForm
from eligibility.models import RuleDraft
from eligibility.services import drafts
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree


@require_safe
def draft_detail(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _show(request, _draft(request, public_id))


@require_http_methods(["GET", "HEAD", "POST"])
def draft_edit(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Whatever is typed is kept, right or wrong; who saves second sees both texts and still has their own."""
    draft = _draft(request, public_id)
    access.ensure(permissions.can_write_rules(request.user, draft.programme))
    form = DraftTextForm(request.POST or None, initial={"text": draft.text, "edition": draft.edition})
    if request.method == "POST" and form.is_valid():
        try:
            drafts.save_text(draft, by=request.user, **form.cleaned_data)
        except DomainError as error:
            return _show_both(request, draft, form, error)
        messages.success(request, _("Saved."))
        return redirect("draft-edit", public_id=public_id)
    return _show_editor(request, draft, form, form["text"].value() or "")


@require_POST
def draft_replay(request: UserRequest, public_id: UUID) -> HttpResponse:
    draft = _draft(request, public_id)
    try:
        replay = drafts.replay_draft(draft, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        said = _("Tried on %(families)s golden families: %(differing)s come out otherwise.")
        messages.success(request, said % {"families": replay.families, "differing": len(replay.differing)})
    return redirect("draft-detail", public_id=public_id)


@require_POST
def draft_propose(request: UserRequest, public_id: UUID) -> HttpResponse:
    draft = _draft(request, public_id)
    form = ProposeForm(request.POST)
    if form.is_valid():
        try:
            drafts.propose_draft(draft, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Proposed. Another officer can enact it now."))
            return redirect("draft-detail", public_id=public_id)
    return _show(request, draft, propose_form=form)


@require_POST
def draft_enact(request: UserRequest, public_id: UUID) -> HttpResponse:
    draft = _draft(request, public_id)
    form = EnactForm(request.POST, decrees=_decrees(draft))
    if form.is_valid():
        try:
            drafts.enact_draft(draft, by=request.user, **_approved(form))
        except DomainError as error:
            if error.code == "edited_meanwhile":
                return _read_again(request, draft, error)
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Enacted. It holds from its first day on."))
            return redirect("rule-programme", code=draft.programme.code)
    return _show(request, _draft(request, public_id), enact_form=form)


@require_POST
def draft_return(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _stop(request, public_id, drafts.return_draft, done=_("Returned. It can be written further."))


@require_POST
def draft_reject(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _stop(request, public_id, drafts.reject_draft, done=_("Rejected. The text stays readable."))


@require_POST
def draft_give_up(request: UserRequest, public_id: UUID) -> HttpResponse:
    return _stop(request, public_id, drafts.give_up_draft, done=_("Given up. The text stays readable."))


def _stop(request: UserRequest, public_id: UUID, verb: Callable[..., RuleDraft], *, done: str) -> HttpResponse:
    draft = _draft(request, public_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            verb(draft, reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, done)
            return redirect("draft-detail", public_id=public_id)
    return _show(request, draft, reason_form=form)


def _approved(form: EnactForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("edition", "proposed_at", "decree")}


def _decrees(draft: RuleDraft) -> QuerySet[Decree]:
    """Those that hold on the first day of its rules."""
    document = drafting.check(draft.text, draft.programme).document
    return drafting.decrees_for(draft.programme, on=document.valid_from if document else None)


def _read_again(request: UserRequest, draft: RuleDraft, error: DomainError) -> HttpResponse:
    """The page as it is now: what was ticked was about another proposal."""
    messages.error(request, str(error.message))
    return redirect("draft-detail", public_id=draft.public_id)


def _draft(request: UserRequest, public_id: UUID) -> RuleDraft:
    known = RuleDraft.objects.visible_to(request.user).select_related(
        "programme", "base", "written_by", "proposed_by", "enacted_by", "decree", "rule_set"
    )
    return get_object_or_404(known, public_id=public_id)


def _show(
    request: UserRequest,
    draft: RuleDraft,
    *,
    propose_form: ProposeForm | None = None,
    enact_form: EnactForm | None = None,
    reason_form: ReasonForm | None = None,
) -> HttpResponse:
    context = rule_pages.draft_page(draft, request.user)
    if context["may_write"]:
        context["propose_form"] = propose_form or ProposeForm(initial={"edition": draft.edition})
    if context["may_enact"]:
        read = {"edition": draft.edition, "proposed_at": draft.proposed_at}
        context["enact_form"] = enact_form or EnactForm(decrees=_decrees(draft), initial=read)
    if context["may_stop"]:
        context["reason_form"] = reason_form or ReasonForm()
    context["form"] = propose_form or enact_form or reason_form
    return render(request, "eligibility/draft_detail.html", context)


def _show_both(request: UserRequest, draft: RuleDraft, form: DraftTextForm, error: DomainError) -> HttpResponse:
    """The form keeps what was typed and now stands on the newest edition, whose text is shown beside it."""
    theirs = _draft(request, draft.public_id)
    yours = form.cleaned_data["text"]
    again = DraftTextForm(initial={"text": yours, "edition": theirs.edition})
    return _show_editor(request, theirs, again, yours, theirs=theirs.text, message=str(error.message))


def _show_editor(request: UserRequest, draft: RuleDraft, form: DraftTextForm, text: str, **more: Any) -> HttpResponse:
    checked = drafting.check(text, draft.programme)
    context: dict[str, Any] = {
        "draft": draft,
        "form": form,
        "problems": rule_pages.said(checked.problems),
        "lines": rule_pages.numbered(text, checked.problems),
        **more,
    }
    if "theirs" in more:
        context["difference"] = rule_pages.line_by_line(more["theirs"], text)
    return render(request, "eligibility/draft_edit.html", context)
