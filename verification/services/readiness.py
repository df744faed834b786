"""Waking the decision as soon as a case is complete, and not before."""

from django.db import transaction

from enrollment.models import Application
from perlinsos.core import jobs
from verification.models import SourceRequest
from verification.readiness import Readiness, of

__all__ = ["Readiness", "hold", "nudge_decision", "of"]


@transaction.atomic(savepoint=False)
def hold(application_id: int) -> Application:
    """The application as it is now, locked until the caller's transaction ends.

    Whatever settles a part of a case holds it first: of two last answers that arrive at the same
    time the second then sees the first, and one of them finds the case complete.
    """
    rows = Application.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("family").get(pk=application_id)


@transaction.atomic(savepoint=False)
def nudge_decision(application: Application) -> bool:
    """Wake the decision if the (held) case is complete. Too often is harmless: decisions are idempotent."""
    waited_for = SourceRequest.objects.matching().blocking().unanswered().filter(application=application)
    if waited_for.exists():  # so it is after most answers
        return False
    is_ready = of(application).is_ready
    if is_ready:
        jobs.enqueue("eligibility.decide_application", application_id=application.pk)
    return is_ready
