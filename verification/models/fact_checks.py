"""What somebody saw on the spot, whether or not it was what the record says."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from verification.models.facts import Fact


class FactCheck(models.Model):
    """One look at the thing a fact is about. The database refuses to change or remove a row.

    A look that finds another value may lead to a fact that supersedes the record; one that confirms it leaves
    nothing but this row, and how often records are right is told from both alike.
    """

    fact = models.ForeignKey(Fact, on_delete=models.RESTRICT, related_name="checks", help_text="what was on record")
    recorded = models.JSONField(help_text="value of the fact, repeated so that the row can say whether it agrees")
    seen = models.JSONField(help_text="in the unit of the fact")
    agrees = models.GeneratedField(
        expression=Q(seen=F("recorded")),  # type: ignore[arg-type]  # the stubs leave Q out
        output_field=models.BooleanField(),
        db_persist=True,
    )
    seen_on = models.DateField()
    seen_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("check of a fact")
        verbose_name_plural = _("checks of facts")
        indexes: ClassVar = [models.Index(fields=["recorded_at"], name="fact_check_by_time")]

    def __str__(self) -> str:
        return f"check of {self.fact_id}"
