"""Which regional values families were last decided by, so that a value that is another one now is noticed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from perlinsos.core.models import Timestamped
from perlinsos.regions.models import NAME_PATTERN, Area


class FollowedParameterQuerySet(models.QuerySet["FollowedParameter"]):
    def due(self) -> "FollowedParameterQuerySet":
        """Noted, and somebody may still be decided by an earlier value."""
        return self.filter(followed_at=None).order_by("pk")


class FollowedParameter(Timestamped):
    """One parameter of one area: the value in force that was noted, and how far families followed it.

    Entered, corrected, begun or ended is all the same here: the value in force today is another one
    than `value`. Families follow in the order of their applications, behind `done_through`.
    """

    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.RESTRICT, related_name="+", help_text="empty: the nation"
    )
    name = models.CharField(max_length=40)
    value = models.JSONField(null=True, blank=True, help_text="a whole number; empty: nothing in force here")
    noted_at = models.DateTimeField(default=timezone.now)
    done_through = models.BigIntegerField(default=0, help_text="largest application id that was looked at")
    followed_at = models.DateTimeField(null=True, blank=True)

    objects = FollowedParameterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="followed_parameter_name_is_well_formed", condition=Q(name__regex=NAME_PATTERN)
            ),
            models.UniqueConstraint(
                fields=["area", "name"], nulls_distinct=False, name="followed_parameter_once_per_area"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.area_id or '*'}"
