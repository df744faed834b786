"""What every page of the form does around its own answer: hold the draft, then note the page as answered."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment import permissions
from enrollment.enums import ApplicationState, Step
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit
from perlinsos.core.errors import DomainError


@transaction.atomic
def hold_draft(application: Application, *, by: User) -> Application:
    """The draft as it is now, locked until the caller's transaction ends.

    For its owner or its agent. Refuses `already_sent` when another tab, or an agent, was faster.
    """
    access.ensure(permissions.can_fill(by, application))
    held = hold(application)
    if held.state != ApplicationState.DRAFT:
        raise DomainError(_("This application has already been sent."), code="already_sent")
    return held


@transaction.atomic
def hold(application: Application) -> Application:
    """The row as it is now, locked until the caller's transaction ends."""
    rows = Application.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("applicant", "family", "village").get(pk=application.pk)


@transaction.atomic
def note_answer(application: Application, step: Step, *, by: User, **fields: Any) -> Application:
    """Save `fields` of a held draft and move the place where a return resumes past `step`."""
    if step.number >= Step(application.step).number:
        application.step = step.following
    for name, value in fields.items():
        setattr(application, name, value)
    application.save(update_fields=["step", *fields, "updated_at"])
    audit.record("enrollment.application.answered", subject=application, by=by, step=step.value)
    return application
