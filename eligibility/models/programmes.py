"""Which assistance there is, and the versions of its rules."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.core.models import Timestamped
from perlinsos.regions.models import Area


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def running_in(self, area_code: str) -> "ProgrammeQuerySet":
        """Active, and either everywhere or in an area that holds `area_code`."""
        around = ["".join(f"{part}." for part in area_code.split(".")[:level])[:-1] for level in (1, 2, 3, 4)]
        return self.filter(Q(areas=None) | Q(areas__in=around), is_active=True).distinct()


class Programme(Timestamped):
    """A kind of assistance. It decides about a family where it is active and, if areas are named, in those."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    areas = models.ManyToManyField(
        Area, blank=True, related_name="programmes", help_text=_("Where it runs; none means everywhere")
    )

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    def in_force(self, on: object = None) -> "RuleSetQuerySet":
        return self.filter(valid_during__contains=on or timezone.localdate())

    def running_in(self, area_code: str) -> "RuleSetQuerySet":
        """What decides about families of an area today, with the programmes."""
        running = Programme.objects.running_in(area_code)
        return self.in_force().filter(programme__in=running).select_related("programme").order_by("programme__code")


class RuleSet(Timestamped):
    """One enacted version of a programme's rules: a document that is never edited, only followed."""

    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="rule_sets")
    version = models.CharField(max_length=20)
    document = models.JSONField(help_text="parsed by eligibility.rules.document")
    sha256 = models.CharField(max_length=64)
    valid_during = DateRangeField()
    enacted_at = models.DateTimeField(default=timezone.now)

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "version"], name="rule_set_version_once"),
            ExclusionConstraint(
                name="rule_set_no_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme.code} {self.version}"
