"""Regional values in force on a day, for one village or for many."""

from collections.abc import Iterable
from datetime import date

from perlinsos.regions.models import Parameter


def in_force(names: Iterable[str], *, on: date | None = None) -> list[Parameter]:
    """Every value of these names that holds somewhere on a day (today), in one query."""
    return list(Parameter.objects.in_force(on).filter(name__in=list(names)))


def nearest(rows: Iterable[Parameter], area_code: str) -> dict[str, int]:
    """By name, the value of the nearest area upward from `area_code` (village → nation)."""
    found: dict[str, Parameter] = {}
    for row in rows:
        is_here = area_code.startswith(row.area_id or "")
        if is_here and len(row.area_id or "") >= len(getattr(found.get(row.name), "area_id", None) or ""):
            found[row.name] = row
    return {name: row.value for name, row in found.items() if type(row.value) is int}
