"""One family's sources asked once more, because an officer knows that something changed."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit
from perlinsos.core.errors import DomainError
from verification import openness, permissions
from verification.enums import RequestState
from verification.models import SourceRequest
from verification.models.sources import SETTLED
from verification.services import readiness
from verification.services.stale import ASK_AGAIN_AFTER

PAUSE = timedelta(minutes=10)  # after a source gave no answer to many tries


@transaction.atomic
def ask_family_again(application: Application, *, by: User) -> list[str]:
    """Make due the questions whose answer is more than a day old, and those put aside; their sources.

    For officers of the area with no part in the application. Each source hears of a family once a day at most, so
    doing it twice asks nothing twice; a source the family no longer agrees to is left out. The
    decision follows the answers. Refused with `already_announced` once every programme is.
    """
    access.ensure(permissions.can_ask_about(by, application))
    held = readiness.hold(application.pk)
    if not openness.is_open(held):
        message = _("Every result is announced already, so new answers no longer decide anything here.")
        raise DomainError(message, code="already_announced")
    now = timezone.now()
    spoken = Q(state__in=SETTLED, answered_at__lt=now - ASK_AGAIN_AFTER)
    put_aside = Q(state=RequestState.PARKED, updated_at__lt=now - PAUSE)
    found = SourceRequest.objects.matching().agreed().filter(spoken | put_aside, application=held)
    sources = list(found.order_by("source").values_list("source", flat=True))
    if sources:
        found.ask_anew()
        audit.record("verification.family.asked_again", subject=held, by=by, sources=sources)
    return sources
