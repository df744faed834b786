"""Part of a quota that is kept for families who would otherwise be last."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eligibility.models.batches import Quota
from perlinsos.core.models import Timestamped
from perlinsos.regions.models import Area


class ReservedShare(Timestamped):
    """So many of a hundred places go first to a group: to who fits `condition`, lives in `area`, or both.

    Shares are filled in the order of their keys. All shares of a quota together are at most 100 %; a
    trigger keeps that, because it is about several rows.
    """

    quota = models.ForeignKey(Quota, on_delete=models.RESTRICT, related_name="shares")
    name = models.CharField(
        max_length=100, help_text=_("as families read it: keluarga dengan penyandang disabilitas berat")
    )
    percent = models.PositiveSmallIntegerField(help_text=_("of the places, rounded down; 0 switches it off"))
    condition = models.CharField(max_length=300, blank=True, help_text="citizen.severe_disability >= 1")
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.RESTRICT, related_name="+", help_text=_("district or village")
    )
    legal = models.CharField(max_length=300, help_text=_("decree or decision that sets the share"))

    class Meta:
        verbose_name = _("reserved share")
        verbose_name_plural = _("reserved shares")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["quota", "name"], name="reserved_share_once_per_name"),
            models.CheckConstraint(name="reserved_share_is_a_percentage", condition=Q(percent__lte=100)),
            models.CheckConstraint(
                name="reserved_share_is_for_somebody",
                condition=~Q(condition="") | Q(area__isnull=False),
                violation_error_message=_("Say for whom the places are: a condition, an area, or both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.percent} %"

    @property
    def places(self) -> int:
        return self.quota.places * self.percent // 100
