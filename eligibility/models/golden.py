"""Families that nobody is: invented, with the answer that people agreed on."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from perlinsos.core.models import Timestamped


class GoldenFamilyQuerySet(models.QuerySet["GoldenFamily"]):
    def in_use(self) -> "GoldenFamilyQuerySet":
        return self.filter(retired_at=None)

    def about(self, programme: str) -> "GoldenFamilyQuerySet":
        """Those that expect something of a programme."""
        return self.in_use().filter(expected__has_key=programme)


class GoldenFamily(Timestamped):
    """One invented family, read by `eligibility.rules.golden_reading`; every draft is tried on all of them.

    Not about any person. Edited by whoever writes rules; retired instead of deleted, every change on record.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80, help_text=_("invented, such as “Family of Bu Sumini, Kesilir”"))
    story = models.CharField(_("story"), max_length=300, help_text=_("one sentence: what makes this family telling"))
    area_code = models.CharField(_("area code"), max_length=13, blank=True)
    rules_of = models.DateField(
        _("rules of the day"), null=True, blank=True, help_text=_("only for history; empty: the newest rules")
    )
    parameters = models.JSONField(_("regional values"), default=dict, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    expected = models.JSONField(_("expected answers"))
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = GoldenFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = _("golden family")
        verbose_name_plural = _("golden families")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(name="golden_family_has_a_story", condition=~Q(story="") & ~Q(name="")),
            models.CheckConstraint(
                name="golden_family_holds_named_entries",
                condition=Q(parameters__contains={}, facts__contains={}, expected__contains={}),
            ),
            models.CheckConstraint(name="golden_family_expects_something", condition=~Q(expected={})),
        ]

    def __str__(self) -> str:
        return self.name
