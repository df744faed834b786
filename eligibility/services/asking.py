"""Families asked to say again what only they know, before it is too old to be believed."""

from django.db import transaction

from eligibility import notices, permissions, told
from perlinsos.accounts.models import User
from perlinsos.core import access

AT_ONCE = 200


@transaction.atomic
def ask_families(*, by: User) -> bool:
    """Ask the next families, each once for what it said on one day; whether more may be left. For the worker."""
    access.ensure(permissions.is_worker(by))
    found = list(told.unasked()[:AT_ONCE])
    for application in found:
        notices.ask_to_tell_again(application)
    return len(found) == AT_ONCE
