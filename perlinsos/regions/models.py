"""Where: official area codes, and what holds in an area from a date on."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.core.models import Timestamped, choice_constraint

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]*$"  # of parameters, as rule documents spell them


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    REGENCY = "regency", _("Regency or city")
    DISTRICT = "district", _("District")
    VILLAGE = "village", _("Village")


class AreaQuerySet(models.QuerySet["Area"]):
    def villages(self) -> "AreaQuerySet":
        return self.filter(level=Level.VILLAGE)

    def served(self) -> "AreaQuerySet":
        """Villages of regencies that take part: those with parameters in force today."""
        codes = (
            Parameter.objects.in_force()
            .filter(name=Parameter.Name.SERVED, value=True)
            .values_list("area_id", flat=True)
        )
        served = Q(pk__in=[])
        for code in codes:
            served |= Q(code__startswith=f"{code}.")
        return self.villages().filter(served)


class Area(models.Model):
    """An administrative area by its official code (`35.10.11.2003`), Kepmendagri 300.2.2-2138/2025."""

    code = models.CharField(max_length=13, primary_key=True)
    level = models.CharField(max_length=10, choices=Level)
    name = models.CharField(max_length=100)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="children")
    timezone = models.CharField(max_length=32, default="Asia/Jakarta")

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            choice_constraint("level", Level, name="area_level_is_known"),
            models.CheckConstraint(
                name="area_code_fits_its_level",
                condition=Q(level=Level.PROVINCE, code__regex=r"^\d{2}$")
                | Q(level=Level.REGENCY, code__regex=r"^\d{2}\.\d{2}$")
                | Q(level=Level.DISTRICT, code__regex=r"^\d{2}\.\d{2}\.\d{2}$")
                | Q(level=Level.VILLAGE, code__regex=r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def regency_code(self) -> str:
        return self.code[:5]


def around(code: str) -> list[str]:
    """The codes of the areas that hold an area, the widest first, and its own."""
    parts = code.split(".")
    return [".".join(parts[:level]) for level in range(1, len(parts) + 1)]


class ParameterName(models.TextChoices):
    """Names the portal itself knows; rule documents add their own (`kinds.py`)."""

    SERVED = "served", _("Takes part in the programme")
    MINIMUM_WAGE = "minimum_wage", _("Regency minimum wage (UMK), rupiah a month")
    OBJECTION_DAYS = "objection_days", _("Length of the objection window, days")
    DECISION_DAYS = "decision_days", _("Promised days until a decision")
    FACE_THRESHOLDS = "face_thresholds", _("Face thresholds")
    DUPLICATE_THRESHOLDS = "duplicate_thresholds", _("Duplicates: how alike faces must be")
    PICTURE_RETENTION = "picture_retention", _("How long photographs are kept")
    POWER_LIMIT_VA = "power_limit_va", _("Limit of electric power, VA")
    LAND_LIMIT_M2 = "land_limit_m2", _("Limit of land, square metres")


class ParameterQuerySet(models.QuerySet["Parameter"]):
    def in_force(self, on: Any = None) -> "ParameterQuerySet":
        return self.filter(valid_during__contains=on or timezone.localdate())

    def value(self, name: str, area_code: str, on: Any = None) -> Any:
        """The value of the nearest area upward (village → nation) in force on a date, or None."""
        rows = self.in_force(on).filter(name=name)
        holders = {row.area_id or "": row.value for row in rows if area_code.startswith(row.area_id or "")}
        return holders[max(holders, key=len)] if holders else None


class Parameter(Timestamped):
    """A number or text that differs by area and date: minimum wage, windows, thresholds."""

    Name = ParameterName

    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.RESTRICT, related_name="parameters")
    name = models.CharField(_("name"), max_length=40)
    value = models.JSONField()
    source = models.CharField(max_length=300, help_text=_("Decree or other source of the value"))
    valid_during = DateRangeField(_("valid"))

    objects = ParameterQuerySet.as_manager()

    class Meta:
        verbose_name = _("parameter")
        verbose_name_plural = _("parameters")
        constraints: ClassVar = [
            models.CheckConstraint(name="parameter_name_is_well_formed", condition=Q(name__regex=NAME_PATTERN)),
            models.CheckConstraint(name="parameter_has_a_source", condition=~Q(source="")),
            ExclusionConstraint(
                name="parameter_one_value_at_a_time",
                expressions=[
                    (Coalesce("area", models.Value("")), RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        known = self.name in ParameterName.values
        return f"{ParameterName(self.name).label if known else self.name} {self.area_id or '*'}"
