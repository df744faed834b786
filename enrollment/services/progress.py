"""How far a sent application is. Called by the apps above, as a service account or an officer."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from enrollment import permissions
from enrollment.enums import ApplicationState
from enrollment.models import Application
from enrollment.services.drafts import hold
from perlinsos.accounts.models import User
from perlinsos.core import access, workflow


@transaction.atomic
def begin_matching(application: Application, *, by: User) -> Application:
    """Sources are being asked. Doing it again changes nothing: tasks may run twice."""
    return _advance(application, ApplicationState.MATCHING, by=by)


@transaction.atomic
def record_decided(application: Application, *, by: User) -> Application:
    """Every programme has a determination."""
    return _advance(application, ApplicationState.DECIDED, by=by)


@transaction.atomic
def record_announced(application: Application, *, by: User) -> Application:
    """The result is public under a decree."""
    return _advance(application, ApplicationState.ANNOUNCED, by=by)


def _advance(application: Application, to: ApplicationState, *, by: User) -> Application:
    access.ensure(permissions.can_advance(by, application))
    held = hold(application)
    if held.state == to:
        return held
    moment: dict[str, Any] = {"decided_at": timezone.now()} if to == ApplicationState.DECIDED else {}
    return workflow.move(held, to, by=by, **moment)
