"""Where an agent works, as places instead of codes."""

from django.db.models import Q

from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area


def assigned_areas(agent: User) -> list[Area]:
    """What the memberships name: villages, or whole districts."""
    return list(Area.objects.filter(code__in=_codes(agent)).order_by("name"))


def assigned_villages(agent: User) -> list[Area]:
    """Every village of those areas that takes part, by district and name."""
    inside = Q(pk__in=[])
    for code in _codes(agent):
        inside |= Q(code=code) | Q(code__startswith=f"{code}.")
    return list(Area.objects.served().filter(inside).select_related("parent").order_by("parent__name", "name"))


def _codes(agent: User) -> list[str]:
    return scoping.area_codes(agent, roles=[Role.AGENT])
