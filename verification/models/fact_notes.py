"""What a fact that somebody noted rests on."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.core.fields import EncryptedTextField
from verification.models.facts import Fact


class FactNote(models.Model):
    """The words of whoever noted a fact: what was seen, or from whom it was heard.

    The database refuses to change or remove a row, as it does for the fact itself.
    """

    fact = models.OneToOneField(Fact, on_delete=models.RESTRICT, related_name="note")
    evidence = EncryptedTextField()
    written_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note about a fact")
        verbose_name_plural = _("notes about facts")

    def __str__(self) -> str:
        return f"note about {self.fact_id}"
