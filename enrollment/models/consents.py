"""What people agreed to, in which words, and when."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.enums import ProxyReason
from enrollment.models.applications import Application
from perlinsos.accounts.models import User
from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import Timestamped


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def public(self) -> "ConsentTextQuerySet":
        """What anyone may read: the newest published wording of each source, in the order of the page."""
        newest = self.filter(published_at__lte=timezone.now()).order_by("source", "-version").distinct("source")
        return self.filter(pk__in=newest.values("pk")).order_by("position", "pk")


class ConsentText(Timestamped):
    """The wording a person agreed to, per source and purpose. A new wording is a new version."""

    source = models.CharField(max_length=20, help_text="code of the source, such as `pln`")
    version = models.PositiveSmallIntegerField()
    source_name = models.CharField(max_length=100)
    purpose = models.TextField(help_text=_("one line, shown to the citizen"))
    topic = models.CharField(max_length=60, blank=True, help_text=_("heading on the page, shared by lines that follow"))
    position = models.PositiveSmallIntegerField(default=0, help_text=_("place on the page"))
    is_required = models.BooleanField(default=True)
    published_at = models.DateTimeField(default=timezone.now)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "version"], name="consent_text_one_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.source} v{self.version}"


class Consent(Timestamped):
    """One agreement to ask one source for one purpose, in the words of one version."""

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.RESTRICT, related_name="consents")
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="consents_given")
    proxy_reason = models.CharField(max_length=20, choices=ProxyReason, blank=True)
    witness = EncryptedTextField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "text"], condition=Q(withdrawn_at=None), name="consent_once_per_text"
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
