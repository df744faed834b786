"""Who looked at an application, in words for the person it is about: role and time, no names."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import Membership
from perlinsos.core.models import AuditEvent

MOST = 50
LOOKING = ("viewed", "opened", "shown", "downloaded")


@dataclass(frozen=True, slots=True)
class Look:
    at: datetime
    role: str | Promise
    what: str | Promise


def who_looked(application: Application) -> list[Look]:
    """What staff did with this application, newest first. The system's own work is not listed."""
    label = application._meta.label_lower
    events = list(
        AuditEvent.objects.filter(subject_type=label, subject_id=application.pk, actor__kind=UserKind.STAFF)
        .order_by("-at", "-pk")
        .values_list("at", "action", "actor_id")[:MOST]
    )
    roles = _roles({actor_id for _at, _action, actor_id in events})
    return [Look(at, roles.get(actor_id, _("Officer")), _words(action)) for at, action, actor_id in events]


def _roles(actor_ids: set[int]) -> dict[int, Promise]:
    if not actor_ids:
        return {}
    held = Membership.objects.filter(user_id__in=actor_ids).order_by("pk").values_list("user_id", "role")
    return {user_id: Role(role).label for user_id, role in held}


def _words(action: str) -> Promise:
    return _("Looked at your data") if action.endswith(LOOKING) else _("Worked on your registration")
