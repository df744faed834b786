"""Who is at the desk, for the identity bar of staff pages."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import Membership


def identity(request: HttpRequest) -> dict[str, Any]:
    """`identity = {role, area}`, looked up only when a template shows it."""
    user = getattr(request, "user", None)
    if not isinstance(user, AbstractBaseUser) or getattr(user, "kind", "") != UserKind.STAFF:
        return {}
    return {"identity": SimpleLazyObject(lambda: _of(user))}


def _of(user: AbstractBaseUser) -> dict[str, str]:
    held = list(Membership.objects.valid().filter(user_id=user.pk).select_related("organisation").order_by("pk")[:3])
    if not held:
        return {"role": "", "area": ""}
    areas = ", ".join(dict.fromkeys(membership.organisation.name for membership in held))
    return {"role": str(held[0].get_role_display()), "area": areas}
