"""People who may have registered twice: the queue, and the page that compares two of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from verification import pairs, permissions
from verification.duplicate_enums import DuplicateAnswer, FollowUp
from verification.forms import DuplicateForm, FollowUpForm
from verification.models import DuplicateCandidate
from verification.services import duplicates

PAGE = 50


@require_safe
def duplicate_queue(request: UserRequest) -> HttpResponse:
    """Pairs to compare, longest waiting first, and people found twice whom somebody has to follow up."""
    access.ensure(permissions.can_open_desk(request.user))
    visible = DuplicateCandidate.objects.visible_to(request.user)
    waiting, same = visible.waiting(), visible.to_follow_up()
    context = {
        "waiting": pairs.of(list(waiting.select_related(*pairs.SHOWN)[:PAGE]), request.user),
        "same": pairs.of(list(same.select_related(*pairs.SHOWN)[:PAGE]), request.user),
        "total": waiting.count(),
    }
    return render(request, "verification/duplicate_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def duplicate_review(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Two pictures side by side and one question. Whatever is answered, no application changes."""
    candidate = _candidate(request, public_id)
    form = DuplicateForm(request.POST if request.method == "POST" else None, candidate=candidate)
    if request.method != "POST":
        duplicates.note_view(candidate, by=request.user)
    elif form.is_valid():
        try:
            answer = DuplicateAnswer(form.cleaned_data["answer"])
            duplicates.answer_duplicate(candidate, answer=answer, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Your answer is saved."))
            return redirect("duplicate-queue")
    return _show(request, candidate, form)


@require_POST
def duplicate_hand_over(request: UserRequest, public_id: UUID) -> HttpResponse:
    candidate = _candidate(request, public_id)
    try:
        duplicates.hand_over(candidate, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The coordination team of both areas sees it now."))
    return redirect("duplicate-review", public_id=public_id)


@require_POST
def duplicate_follow_up(request: UserRequest, public_id: UUID) -> HttpResponse:
    candidate = _candidate(request, public_id)
    form = FollowUpForm(request.POST)
    if form.is_valid():
        try:
            follow_up = FollowUp(form.cleaned_data["follow_up"])
            duplicates.note_follow_up(candidate, follow_up=follow_up, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Your answer is saved."))
            return redirect("duplicate-queue")
    return _show(request, candidate, form)


def _candidate(request: UserRequest, public_id: UUID) -> DuplicateCandidate:
    access.ensure(permissions.can_open_desk(request.user))
    visible = DuplicateCandidate.objects.visible_to(request.user).select_related(*pairs.SHOWN, "settled_by")
    return get_object_or_404(visible, public_id=public_id)


def _show(request: UserRequest, candidate: DuplicateCandidate, form: DuplicateForm | FollowUpForm) -> HttpResponse:
    """The page in the state the pair is in; the form only for whoever may answer."""
    may_answer = permissions.can_answer(request.user, candidate)
    if candidate.state == candidate.State.SAME and not isinstance(form, FollowUpForm):
        form = FollowUpForm()
    is_open = candidate.is_waiting or candidate.state == candidate.State.SAME
    (pair,) = pairs.of([candidate], request.user)
    context = {
        "pair": pair,
        "candidate": candidate,
        "form": form if may_answer and is_open else None,
        "may_hand_over": candidate.is_waiting
        and not candidate.handed_over_at
        and permissions.can_hand_over(request.user, candidate),
    }
    return render(request, "verification/duplicate_review.html", context)
