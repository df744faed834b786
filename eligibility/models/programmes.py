"""Which assistance there is, and the versions of its rules."""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import Timestamped
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area, around

RULE_READERS = (Role.POLICY, Role.OFFICER, Role.VERIFIER, Role.COORDINATOR, Role.AUDITOR)


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def running_in(self, area_code: str) -> "ProgrammeQuerySet":
        """Active, and either everywhere or in an area that holds `area_code`."""
        return self.filter(Q(areas=None) | Q(areas__in=around(area_code)), is_active=True).distinct()

    def meeting(self, area_code: str) -> "ProgrammeQuerySet":
        """As above, or in a part of that area only."""
        inside = Q(areas__code__startswith=f"{area_code}.")
        return self.filter(Q(areas=None) | Q(areas__in=around(area_code)) | inside, is_active=True).distinct()

    def hold(self, pk: int) -> "Programme":
        """Whoever adds or takes back a version holds the row: the periods of two cannot be changed at once."""
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk)

    def within_reach(self, user: User | AnonymousUser, *, roles: Iterable[str]) -> "ProgrammeQuerySet":
        """Those that run nowhere outside the areas where `user` holds one of `roles`.

        One that runs everywhere needs the nation. Without a valid membership the answer is nothing.
        """
        codes = scoping.area_codes(user, roles=roles)
        if "" in codes:
            return self.all()
        inside = scoping.NOTHING
        for code in codes:
            inside |= Q(code=code) | Q(code__startswith=f"{code}.")
        its_areas = Area.objects.filter(programmes=OuterRef("pk"))
        return self.filter(Exists(its_areas.filter(inside)), ~Exists(its_areas.exclude(inside)))


class Programme(Timestamped):
    """A kind of assistance. It decides about a family where it is active and, if areas are named, in those."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    areas = models.ManyToManyField(
        Area, blank=True, related_name="programmes", help_text=_("Where it runs; none means everywhere")
    )

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    def where_it_runs(self, village: str) -> Q:
        """Empty, which is true of everybody, where it runs everywhere; `village` is the path to one.

        A query, unless the areas were fetched along.
        """
        here = Q()
        for area in self.areas.all():
            here |= Q(**{village: area.code}) | Q(**{f"{village}__code__startswith": f"{area.code}."})
        return here

    def runs_in(self, village: str) -> bool:
        """The same of one village, without a query where the areas were fetched along."""
        codes = tuple(f"{area.code}." for area in self.areas.all())
        return not codes or f"{village}.".startswith(codes)


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    def visible_to(self, user: User | AnonymousUser) -> "RuleSetQuerySet":
        """Enacted rules are no secret at the desk: whoever works there reads all of them."""
        return self.all() if scoping.area_codes(user, roles=RULE_READERS) else self.none()

    def in_force(self, on: object = None) -> "RuleSetQuerySet":
        return self.filter(valid_during__contains=on or timezone.localdate())

    def running_in(self, area_code: str) -> "RuleSetQuerySet":
        """What decides about families of an area today, with the programmes."""
        running = Programme.objects.running_in(area_code)
        return self.in_force().filter(programme__in=running).select_related("programme").order_by("programme__code")

    def kept(self) -> "RuleSetQuerySet":
        """Without those that were taken back before their first day."""
        return self.filter(withdrawn_at=None)

    def scheduled(self) -> "RuleSetQuerySet":
        return self.kept().filter(valid_during__startswith__gt=timezone.localdate())

    def due(self) -> "RuleSetQuerySet":
        """In force, and somebody is still decided by the version before."""
        return self.in_force().filter(begun_at=None, programme__is_active=True).order_by("pk")


class RuleSet(Timestamped):
    """One enacted version of a programme's rules: a document that is never edited, only followed.

    `valid_during` ends where the next version begins. A version taken back before its first day keeps
    its row, with an empty period.
    """

    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="rule_sets")
    version = models.CharField(max_length=20)
    document = models.JSONField(help_text="parsed by eligibility.rules.document")
    sha256 = models.CharField(max_length=64)
    valid_during = DateRangeField()
    enacted_at = models.DateTimeField(default=timezone.now)
    begun_at = models.DateTimeField(
        null=True, blank=True, help_text="when every area it touches was set to be decided again"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_under = models.ForeignKey(Decree, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "version"], name="rule_set_version_once"),
            ExclusionConstraint(
                name="rule_set_no_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="rule_set_withdrawn_under_a_decree",
                condition=Q(withdrawn_at=None, withdrawn_under=None, valid_during__isempty=False)
                | Q(withdrawn_at__isnull=False, withdrawn_under__isnull=False, valid_during__isempty=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme.code} {self.version}"
