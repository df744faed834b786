"""Families asked to say again what only they know, before it is too old to be believed."""

from django.db import transaction

from eligibility import notices, permissions, told
from perlinsos.accounts.models import User
from perlinsos.core import access

AT_ONCE = 200


@transaction.atomic
def ask_families(*, by: User, after: int = 0) -> int | None:
    """Ask the next families `after` an id, each once for what it said on one day. For the worker.

    The id of the last one where more may be left.
    """
    access.ensure(permissions.is_worker(by))
    belief = told.belief()
    found = belief.unasked(after=after, most=AT_ONCE)
    for application in found:
        notices.ask_to_tell_again(application, until=belief.until(application))
    return found[-1].pk if len(found) == AT_ONCE else None
