"""Where a user may look: memberships turned into one filter that fails closed."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from perlinsos.accounts.models import User

NOTHING = Q(pk__in=[])


def area_filter(user: User | AnonymousUser, *, roles: Iterable[str], field: str) -> Q:
    """Q for rows whose area in `field` lies in an area where `user` holds one of `roles`.

    `field` names the foreign key that holds the area code, such as `village_id` or
    `application__village_id`. Without a valid membership the answer matches nothing.
    """
    matches = NOTHING
    for code in area_codes(user, roles=roles):
        matches |= within(field, code)
    return matches


def within(field: str, code: str) -> Q:
    """Q for rows whose area in `field` is `code` or lies in it; `""` is the nation, and matches set areas only.

    A foreign key knows no prefix look-up, its target does; Django compares the same column without a join.
    """
    path = f"{field.removesuffix('_id')}__code"
    if not code:
        return Q(**{f"{field}__isnull": False})
    return Q(**{path: code}) | Q(**{f"{path}__startswith": f"{code}."})


def area_codes(user: User | AnonymousUser, *, roles: Iterable[str]) -> list[str]:
    if not isinstance(user, User) or not user.is_active:
        return []
    wanted = set(roles)
    return [area_code for role, area_code in user.held_roles if role in wanted]


def holds_role(user: User | AnonymousUser, role: str, *, village_code: str) -> bool:
    """Whether `user` holds `role` in an area that contains `village_code`."""
    return any(village_code.startswith(code) for code in area_codes(user, roles=[role]))
