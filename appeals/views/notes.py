"""Notes of officers about a family: what is on record, and writing one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appeals import noting, permissions
from appeals.forms import NoteForm
from appeals.services.notes import Note, write_note
from eligibility import presenters
from enrollment.models import Application
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access, audit
from perlinsos.core.errors import DomainError


@require_safe
def note_list(request: UserRequest, public_id: UUID) -> HttpResponse:
    """What officers noted, with what it rests on. Opening it is itself on record."""
    application = _application(request, public_id)
    access.ensure(permissions.can_read_notes(request.user, application))
    audit.record("appeals.notes.viewed", subject=application, by=request.user)
    context = {
        "application": application,
        "lines": noting.lines(application),
        "may_note": permissions.can_note(request.user, application),
    }
    return render(request, "appeals/note_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def note_write(request: UserRequest, public_id: UUID, about: str) -> HttpResponse:
    application = _application(request, public_id)
    access.ensure(permissions.can_note(request.user, application))
    kind = noting.BY_SLUG.get(about)
    if kind is None:
        raise Http404
    form = NoteForm(request.POST or None, fact_name=kind.name)
    if request.method == "POST" and form.is_valid():
        try:
            write_note(application, Note(kind.name, **form.cleaned_data), by=request.user)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Noted. The case is decided with it."))
            return redirect("note-list", public_id=public_id)
    context = {"application": application, "label": presenters.label(kind), "about": about, "form": form}
    return render(request, "appeals/note_write.html", context)


def _application(request: UserRequest, public_id: UUID) -> Application:
    known = Application.objects.read_by_staff(request.user).select_related("applicant", "village", "family")
    return get_object_or_404(known, public_id=public_id)
