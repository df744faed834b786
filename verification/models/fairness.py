"""Groups whom the face check has begun to serve worse, until it no longer does."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import PublicModel, choice_constraint
from perlinsos.regions.models import Area
from verification.fairness_enums import Against, Dimension, Measure

FAIRNESS_READERS = (Role.OFFICER, Role.VERIFIER, Role.COORDINATOR, Role.AUDITOR)


class FairnessAlarmQuerySet(models.QuerySet["FairnessAlarm"]):
    def still_open(self) -> "FairnessAlarmQuerySet":
        return self.filter(ended_at=None)

    def visible_to(self, user: User | AnonymousUser) -> "FairnessAlarmQuerySet":
        return self.filter(scoping.area_filter(user, roles=FAIRNESS_READERS, field="area_id"))


class FairnessAlarm(PublicModel):
    """One drift of one group in one regency. It is told once, and ends when the share is back."""

    area = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="+")
    measure = models.CharField(max_length=10, choices=Measure)
    dimension = models.CharField(max_length=10, choices=Dimension)
    group = models.CharField(max_length=12)
    against = models.CharField(max_length=6, choices=Against)
    hits = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    base_hits = models.PositiveIntegerField()
    base_people = models.PositiveIntegerField()
    raised_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FairnessAlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("fairness alarm")
        verbose_name_plural = _("fairness alarms")
        constraints: ClassVar = [
            choice_constraint("measure", Measure, name="fairness_alarm_measure_is_known"),
            choice_constraint("dimension", Dimension, name="fairness_alarm_dimension_is_known"),
            choice_constraint("against", Against, name="fairness_alarm_against_is_known"),
            models.UniqueConstraint(
                fields=["area", "measure", "dimension", "group", "against"],
                condition=Q(ended_at=None),
                name="fairness_alarm_one_open_per_drift",
            ),
        ]

    def __str__(self) -> str:
        return f"fairness alarm {self.pk}"
