"""By what right: the registry of decrees (surat keputusan, SK)."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import PublicModel, StoredFile, choice_constraint
from perlinsos.regions.models import Area

READERS = (Role.OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.POLICY)


class DecreeKind(models.TextChoices):
    TEAM = "team", _("Team")
    AGENT = "agent", _("Agents")
    RESULT = "result", _("Announcement of results")
    RECIPIENT = "recipient", _("Recipients")
    RULES = "rules", _("Rules of a programme")


class DecreeQuerySet(models.QuerySet["Decree"]):
    def in_force(self, on: date | None = None) -> "DecreeQuerySet":
        """Holding on a day, else today."""
        return self.filter(valid_during__contains=on or timezone.localdate(), revoked_at=None)

    def for_area(self, area_code: str) -> "DecreeQuerySet":
        """Decrees whose scope contains the area: `35.10` covers `35.10.11.2003`, one of the nation covers all."""
        prefixes = [area_code[:length] for length in (2, 5, 8, 13) if len(area_code) >= length]
        return self.filter(Q(area=None) | Q(area_id__in=prefixes))

    def visible_to(self, user: User) -> "DecreeQuerySet":
        codes = scoping.area_codes(user, roles=READERS)
        seen = Q(pk__in=[])
        for code in codes:
            seen |= scoping.within("area_id", code) | Q(area_id__in=[code[:2], code[:5]]) | Q(area=None)
        return self.filter(seen)


class Decree(PublicModel):
    """One SK: who signed what, where and for how long. Publication of results needs one in force."""

    kind = models.CharField(max_length=10, choices=DecreeKind)
    number = models.CharField(_("number"), max_length=100)
    title = models.CharField(_("title"), max_length=300)
    signer = models.CharField(_("signed by"), max_length=200)
    signed_on = models.DateField(_("signed on"))
    area = models.ForeignKey(
        Area,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="decrees",
        help_text=_("Where it holds; empty for the nation"),
    )
    valid_during = DateRangeField(_("valid"))
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DecreeQuerySet.as_manager()

    class Meta:
        verbose_name = _("decree")
        verbose_name_plural = _("decrees")
        constraints: ClassVar = [
            choice_constraint("kind", DecreeKind, name="decree_kind_is_known"),
            models.UniqueConstraint(
                fields=["area", "number"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="decree_number_once_per_area",
                violation_error_message=_("This number is already registered for the area."),
            ),
        ]

    def __str__(self) -> str:
        return self.number
