"""Operating points of the face comparison: measured and proposed by one person, enacted by another."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, state_constraint
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area
from verification.enums import ThresholdState


class FaceThresholdSetQuerySet(models.QuerySet["FaceThresholdSet"]):
    def in_force(self, area_code: str) -> "FaceThresholdSet | None":
        """The enacted set of the nearest area upward (village → nation)."""
        enacted = self.filter(state=ThresholdState.ENACTED)
        holders = {held.area_id or "": held for held in enacted if area_code.startswith(held.area_id or "")}
        return holders[max(holders, key=len)] if holders else None


class FaceThresholdSet(StatefulModel):
    """Edges, the means they are for, and what was measured with them. Never changed, only replaced."""

    TRANSITIONS: ClassVar = {
        ThresholdState.PROPOSED: frozenset({ThresholdState.ENACTED, ThresholdState.DECLINED}),
        ThresholdState.ENACTED: frozenset({ThresholdState.REPLACED}),
    }

    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.RESTRICT, related_name="+", help_text=_("empty: the nation")
    )
    state = models.CharField(max_length=10, choices=ThresholdState, default=ThresholdState.PROPOSED, editable=False)
    version = models.CharField(max_length=40, unique=True, help_text=_("stored with every decision"))
    recogniser = models.CharField(max_length=120, help_text=_("the network it was measured with"))
    edges: Any = models.JSONField(help_text=_("distances, as in `FaceThresholds`"))
    centres: Any = models.JSONField(help_text=_("two means over many people, and over how many"))
    people = models.PositiveIntegerField(help_text=_("people behind the mean of the population"))
    measured: Any = models.JSONField(help_text=_("false and lost matches per group, with intervals"))
    decree = models.ForeignKey(Decree, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    proposed_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = FaceThresholdSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("face thresholds")
        verbose_name_plural = _("face thresholds")
        constraints: ClassVar = [
            state_constraint("face_threshold_set", ThresholdState),
            models.CheckConstraint(
                name="face_threshold_set_settled_by_somebody",
                condition=Q(state=ThresholdState.PROPOSED) | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="face_threshold_set_enacted_by_a_second_person",
                condition=~Q(state__in=[ThresholdState.ENACTED, ThresholdState.REPLACED])
                | ~Q(settled_by=F("proposed_by")),
            ),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(state=ThresholdState.ENACTED),
                nulls_distinct=False,
                name="face_threshold_set_one_in_force_per_area",
            ),
        ]

    def __str__(self) -> str:
        return self.version
