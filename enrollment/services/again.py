"""Registering again: a registration that is over gives way to a new one of the same family.

The earlier one ends when the new one is sent, not when it is begun: looking costs nobody a place.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext, override
from psycopg.errors import LockNotAvailable

from enrollment import ended, permissions
from enrollment.enums import ApplicationState
from enrollment.models import Application
from enrollment.services.drafts import hold
from enrollment.services.starting import open_own_draft
from perlinsos.accounts.models import User
from perlinsos.core import access, workflow
from perlinsos.core.errors import DomainError
from perlinsos.messages.services import tell

AGAIN = "registered_again"


@transaction.atomic
def start_again(*, by: User) -> Application:
    """A new draft of a citizen whose registration is over. Any number of tabs get the same one.

    Refused with the code of what still goes on (see `ended.obstacle`).
    """
    access.ensure(permissions.can_start(by))
    mine = Application.objects.filter(owner=by)
    if (draft := mine.drafts().first()) is not None:
        return draft
    for earlier in ended.with_holds(mine.in_force()):
        _ensure_over(earlier)
    return open_own_draft(by=by)


@transaction.atomic
def close_application(application: Application, *, reason: str, by: User) -> Application:
    """End a registration that is over, so that the family may register again, and tell the family why.

    For the family, and where it cannot sign in for agents and officers of the area. Nothing is
    erased: decisions and reasons stay readable. Ending it again changes nothing. Refused with the
    code of what still goes on, or `places_given_out` when that takes longer than a page may wait.
    """
    access.ensure(permissions.can_close(by, application))
    if (held := hold(application)).is_closed:
        return held
    _hold_what_decides([held])
    closed = _close(held, reason=reason, by=by)
    with override(closed.language):
        body = gettext("Registration %(reference)s has ended: %(reason)s. You may register again.") % {
            "reference": closed.reference,
            "reason": reason,
        }
        tell(
            closed,
            key=f"application-closed:{closed.pk}",
            title=gettext("Your registration has ended"),
            body=body,
            address=closed.phone or "",
        )
    return closed


@transaction.atomic
def close_earlier(draft: Application, *, by: User) -> list[Application]:
    """End what a held draft takes the place of, at the moment it is sent; those that ended.

    Refused as `close_application` is: a waiting family may have got its place meanwhile.
    """
    held = [hold(earlier) for earlier in Application.objects.before(draft)]
    # An officer may have ended it a moment ago.
    goes_on = [earlier for earlier in held if not earlier.is_closed]
    _hold_what_decides(goes_on)
    return [_close(earlier, reason=AGAIN, by=by) for earlier in goes_on]


def _hold_what_decides(applications: Iterable[Application]) -> None:
    """Whoever gives out places just now is waited for: what it commits is seen by `with_holds`, and what comes after
    sees that the registration ended. Not for longer than a page waits for any lock."""
    try:
        with transaction.atomic():
            for path in settings.REGISTRATION_LOCKS:
                import_string(path)(applications)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        message = gettext("Places are being given out at this moment. Try again in a minute; nothing is lost.")
        raise DomainError(message, code="places_given_out") from error


def _close(held: Application, *, reason: str, by: User) -> Application:
    access.ensure(permissions.can_close(by, held))
    _ensure_over(ended.with_holds(Application.objects.filter(pk=held.pk)).get())
    return workflow.move(held, ApplicationState.WITHDRAWN, by=by, reason=reason, closed_at=timezone.now())


def _ensure_over(application: Application) -> None:
    if (obstacle := ended.obstacle(application)) is not None:
        raise DomainError(obstacle.words, code=obstacle.code)
