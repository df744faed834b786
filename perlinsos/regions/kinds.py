"""What a parameter may be called and what its value can be.

The portal has a few of its own. Rules leave numbers to the regions as well, in documents that this
layer does not know: `settings.REGIONAL_PARAMETERS` names who does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from perlinsos.regions.models import ParameterName

MOST = 10**15  # far above any budget in rupiah, far below 64 bits
LONGEST_PERIOD = 366  # days


class Shape(Enum):
    FLAG = auto()
    NUMBER = auto()
    SET = auto()  # numbers by name under a version, such as thresholds


@dataclass(frozen=True)
class Kind:
    """What people call it, and what its value can be; `low` and `high` bound a number."""

    label: str | Promise
    shape: Shape = Shape.NUMBER
    low: int = 0
    high: int = MOST

    def complaint(self, value: Any) -> str:
        """Why this cannot be the value, in the language of whoever enters it; empty when it can."""
        if self.shape is Shape.FLAG:
            return "" if isinstance(value, bool) else _("Write true or false.")
        if self.shape is Shape.SET:
            return _complaint_about_a_set(value)
        if not isinstance(value, int) or isinstance(value, bool):
            return _("Write a whole number without dots, commas or quotation marks, such as 1300.")
        if not self.low <= value <= self.high:
            return _("The number must be from %(low)d to %(high)d.") % {"low": self.low, "high": self.high}
        return ""


def known_kinds() -> dict[str, Kind]:
    """Every parameter that may be set now, by name, in the order people look for them."""
    of_rules: Mapping[str, Kind] = import_string(settings.REGIONAL_PARAMETERS)()
    return {**OWN, **{name: of_rules[name] for name in sorted(of_rules.keys() - OWN.keys())}}


def _complaint_about_a_set(value: Any) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("version"), str):
        return _('Write numbers by name with a version, such as {"version": "perbup-9", "picture_days": 60}.')
    numbers = [entry for name, entry in value.items() if name != "version"]
    if not all(isinstance(entry, int | float) and not isinstance(entry, bool) and entry >= 0 for entry in numbers):
        return _("Beside the version there may only be numbers, none below 0.")
    return ""


OWN: Mapping[str, Kind] = {
    ParameterName.SERVED: Kind(ParameterName.SERVED.label, Shape.FLAG),
    ParameterName.MINIMUM_WAGE: Kind(ParameterName.MINIMUM_WAGE.label, low=1),
    ParameterName.OBJECTION_DAYS: Kind(ParameterName.OBJECTION_DAYS.label, low=1, high=LONGEST_PERIOD),
    ParameterName.DECISION_DAYS: Kind(ParameterName.DECISION_DAYS.label, low=1, high=LONGEST_PERIOD),
    ParameterName.FACE_THRESHOLDS: Kind(ParameterName.FACE_THRESHOLDS.label, Shape.SET),
    ParameterName.DUPLICATE_THRESHOLDS: Kind(ParameterName.DUPLICATE_THRESHOLDS.label, Shape.SET),
    ParameterName.PICTURE_RETENTION: Kind(ParameterName.PICTURE_RETENTION.label, Shape.SET),
    ParameterName.POWER_LIMIT_VA: Kind(ParameterName.POWER_LIMIT_VA.label),
    ParameterName.LAND_LIMIT_M2: Kind(ParameterName.LAND_LIMIT_M2.label),
}
