"""Where a user may look: memberships turned into one filter that fails closed."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from perlinsos.accounts.models import Membership, User

NOTHING = Q(pk__in=[])


def area_filter(user: User | AnonymousUser, *, roles: Iterable[str], field: str) -> Q:
    """Q for rows whose village code in `field` lies in an area where `user` holds one of `roles`.

    `field` names the column that holds the village code, such as `village_id` or
    `application__village_id`. Without a valid membership the answer matches nothing.
    """
    codes = area_codes(user, roles=roles)
    if not codes:
        return NOTHING
    matches = NOTHING
    for code in codes:
        matches |= Q(**{f"{field}__startswith": code})
    return matches


def area_codes(user: User | AnonymousUser, *, roles: Iterable[str]) -> list[str]:
    if not isinstance(user, User) or not user.is_active:
        return []
    return list(Membership.objects.of(user, roles).values_list("area_code", flat=True))


def holds_role(user: User | AnonymousUser, role: str, *, village_code: str) -> bool:
    """Whether `user` holds `role` in an area that contains `village_code`."""
    return any(village_code.startswith(code) for code in area_codes(user, roles=[role]))
