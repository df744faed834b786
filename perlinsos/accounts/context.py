"""Who is at the desk and what opens to them, for the bar and the menu of staff pages."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from perlinsos.accounts import desk_menu
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import Membership, User


def identity(request: HttpRequest) -> dict[str, Any]:
    """`identity = {role, area}` and `desk_menu = {tabs, current, home}`, looked up only when a template shows them."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.kind != UserKind.STAFF:
        return {}
    return {
        "identity": SimpleLazyObject(lambda: _of(user)),
        "desk_menu": SimpleLazyObject(lambda: _menu(user, request.path)),
    }


def _of(user: User) -> dict[str, str]:
    held = list(Membership.objects.valid().filter(user_id=user.pk).select_related("organisation").order_by("pk")[:3])
    if not held:
        return {"role": "", "area": ""}
    areas = ", ".join(dict.fromkeys(membership.organisation.name for membership in held))
    return {"role": str(held[0].get_role_display()), "area": areas}


def _menu(user: User, path: str) -> dict[str, Any]:
    tabs = desk_menu.tabs_of(user)
    return {"tabs": tabs, "current": desk_menu.current(tabs, path), "home": tabs[0] if tabs else None}
