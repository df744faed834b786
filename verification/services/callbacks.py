"""Answers that come hours later: a source was asked, promised, and calls back."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from verification.connectors.base import Reply
from verification.models import SourceRequest
from verification.services import readiness, sources


@transaction.atomic
def record_callback(source: str, request_id: UUID, reply: Reply, *, by: User) -> bool:
    """Keep what a source calls back with. For whoever proved to be that source; False when it said so before.

    Refused with `not_awaited`, whatever the reason: a question nobody put, or put to another
    source, one that was given up, or a family that has withdrawn.
    """
    asked = SourceRequest.objects.matching().filter(public_id=request_id, source=source).first()
    if asked is None:
        raise _refusal()
    asked.application = readiness.hold(asked.application_id)
    still = SourceRequest.objects.open_to_callback().filter(pk=asked.pk)
    asked.refresh_from_db(fields=["state"])
    if asked.is_settled:
        return False
    if not asked.is_agreed or not sources.settle(still, asked, reply, by=by):
        raise _refusal()
    readiness.nudge_decision(asked.application)
    return True


@transaction.atomic
def note_bad_callback(source: str, request_id: UUID, *, error: str, by: User) -> None:
    """A source called back with something that is no answer: the question stays open, with the reason. For edges."""
    still = SourceRequest.objects.matching().open_to_callback()
    still.filter(public_id=request_id, source=source).update(last_error=error)


def _refusal() -> DomainError:
    return DomainError(_("Nobody waits for this."), code="not_awaited")
