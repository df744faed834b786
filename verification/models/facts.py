"""Facts: one thing one source said about a family at one time."""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import READERS, Family, Person
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import PublicModel, choice_constraint
from verification.enums import Source
from verification.models.sources import SourceRequest


class FactQuerySet(models.QuerySet["Fact"]):
    def current(self) -> "FactQuerySet":
        return self.filter(superseded_by=None)

    def current_of(self, family: Family, names: Iterable[str] | None = None) -> dict[str, "Fact"]:
        """What holds now, by name: everything, or of these names."""
        rows = self.current().filter(family=family)
        return {fact.name: fact for fact in (rows if names is None else rows.filter(name__in=names))}

    def visible_to(self, user: User | AnonymousUser) -> "FactQuerySet":
        if not isinstance(user, User):
            return self.none()
        area = scoping.area_filter(user, roles=(*READERS, Role.AGENT), field="family__village_id")
        return self.filter(Q(family__applications__owner=user) | area).distinct()


class Fact(PublicModel):
    """One thing one source said about a family at one time. Never overwritten, only superseded.

    The database refuses to change or remove a row.

    `name` is from the catalogue in `eligibility.rules.catalogue` (such as `pln.power_va`); `value`
    is a JSON integer, boolean or string in the unit of the catalogue.
    """

    family = models.ForeignKey(Family, on_delete=models.RESTRICT, related_name="facts")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.RESTRICT, related_name="facts")
    name = models.CharField(max_length=60)
    value = models.JSONField()
    unit = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=20, choices=Source)
    as_of = models.DateField(help_text=_("date the value was true at the source"))
    fetched_at = models.DateTimeField(default=timezone.now)
    confidence = models.PositiveSmallIntegerField(
        default=100, help_text=_("percent, as the source says; informative, no rule asks for it")
    )
    purpose = models.CharField(max_length=60, help_text=_("the question it answers, in Bahasa"))
    request = models.ForeignKey(SourceRequest, null=True, blank=True, on_delete=models.RESTRICT, related_name="facts")
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="superseded_by"
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        constraints: ClassVar = [
            choice_constraint("source", Source, name="fact_source_is_known"),
            models.CheckConstraint(name="fact_confidence_is_a_percentage", condition=Q(confidence__lte=100)),
            # With `supersedes` unique this leaves one chain per name, so one current fact, under any race.
            models.UniqueConstraint(
                fields=["family", "person", "name"],
                condition=Q(supersedes=None),
                nulls_distinct=False,
                name="fact_one_chain_per_name",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["family", "name"], name="fact_by_family_name")]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"
