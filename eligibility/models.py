"""What was decided, and why: rules as data, immutable determinations, batches and their ranking."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.enums import BatchState, Outcome, Placement, RankingCause
from eligibility.populations.models import Run, RunAnswer, RunChange, RunRules, Snapshot, SnapshotRow
from enrollment.enums import ApplicationState
from enrollment.models import READERS, Application, assisted_filter
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import PublicModel, StatefulModel, Timestamped, choice_constraint, state_constraint
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area

__all__ = [
    "DESK", "Batch", "BatchEntry", "Determination", "Programme", "Quota", "RankedEntry", "Ranking", "RuleSet", "Run",
    "RunAnswer", "RunChange", "RunRules", "Snapshot", "SnapshotRow",
]  # fmt: skip

DESK = (Role.OFFICER, Role.COORDINATOR, Role.AUDITOR)


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def running_in(self, area_code: str) -> "ProgrammeQuerySet":
        """Active, and either everywhere or in an area that holds `area_code`."""
        around = ["".join(f"{part}." for part in area_code.split(".")[:level])[:-1] for level in (1, 2, 3, 4)]
        return self.filter(Q(areas=None) | Q(areas__in=around), is_active=True).distinct()


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


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    def in_force(self, on: object = None) -> "RuleSetQuerySet":
        return self.filter(valid_during__contains=on or timezone.localdate())

    def running_in(self, area_code: str) -> "RuleSetQuerySet":
        """What decides about families of an area today, with the programmes."""
        running = Programme.objects.running_in(area_code)
        return self.in_force().filter(programme__in=running).select_related("programme").order_by("programme__code")


class RuleSet(Timestamped):
    """One enacted version of a programme's rules: a document that is never edited, only followed."""

    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="rule_sets")
    version = models.CharField(max_length=20)
    document = models.JSONField(help_text="parsed by eligibility.rules.document")
    sha256 = models.CharField(max_length=64)
    valid_during = DateRangeField()
    enacted_at = models.DateTimeField(default=timezone.now)

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
        ]

    def __str__(self) -> str:
        return f"{self.programme.code} {self.version}"


class DeterminationQuerySet(models.QuerySet["Determination"]):
    def current(self) -> "DeterminationQuerySet":
        return self.filter(superseded_by=None)

    def known(self) -> "DeterminationQuerySet":
        """Those with an answer; an undecided one is never announced."""
        return self.exclude(outcome=Outcome.UNDECIDED)

    def ready_for_batch(self, programme: Programme, area: Area) -> "DeterminationQuerySet":
        """Current answers of the area that no batch of the programme holds yet."""
        held = BatchEntry.objects.live().filter(programme=programme, application=models.OuterRef("application"))
        return (
            self.current()
            .known()
            .filter(
                ~models.Exists(held),
                programme=programme,
                application__village__code__startswith=f"{area.code}.",
                application__state__in=[ApplicationState.DECIDED, ApplicationState.ANNOUNCED],
            )
        )

    def visible_to(self, user: User | AnonymousUser) -> "DeterminationQuerySet":
        if not isinstance(user, User):
            return self.none()
        seen = scoping.area_filter(user, roles=READERS, field="application__village_id")
        return self.filter(Q(application__owner=user) | seen | assisted_filter(user, "application__"))


class Determination(PublicModel):
    """One decision for one application and programme: facts, rule version, reasons, outcome.

    Immutable. A newer one supersedes it; the trace of the old one replays to the same outcome for ever.
    `facts` maps fact name to `{id, value, source, as_of}` and `parameters` name to number, as they
    were used. `trace` has one row per criterion of the rule version: `{criterion, text_id, text_en,
    result, fact, fact_id, value, unit, limit, source, as_of, legal, inputs}`; a criterion that asks
    several facts leaves the flat fields empty and lists them in `inputs`.
    """

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="determinations")
    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="determinations")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.RESTRICT, related_name="determinations")
    outcome = models.CharField(max_length=15, choices=Outcome)
    amount_per_year = models.PositiveBigIntegerField(default=0, help_text="rupiah")
    amount_parts = models.JSONField(default=list, help_text="[{component, text_id, text_en, count, each, rupiah}]")
    need_score = models.IntegerField(default=0, help_text="lower is poorer: desil, then documented score")
    facts = models.JSONField()
    parameters = models.JSONField(default=dict, help_text="regional values as used, by name")
    trace = models.JSONField()
    criteria_count = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=40, help_text="`first`, `fact:pln.power_va`, `appeal:17`")
    decided_at = models.DateTimeField(default=timezone.now)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="superseded_by"
    )

    objects = DeterminationQuerySet.as_manager()

    class Meta:
        verbose_name = _("determination")
        verbose_name_plural = _("determinations")
        constraints: ClassVar = [
            choice_constraint("outcome", Outcome, name="determination_outcome_is_known"),
            models.CheckConstraint(
                name="determination_explains_every_criterion",
                condition=Q(criteria_count=Func(F("trace"), function="jsonb_array_length")),
            ),
            models.UniqueConstraint(
                fields=["application", "programme"],
                condition=Q(supersedes=None),
                name="determination_one_first_per_programme",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["programme", "outcome"], name="determination_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"determination {self.pk}"


class QuotaQuerySet(models.QuerySet["Quota"]):
    def visible_to(self, user: User | AnonymousUser) -> "QuotaQuerySet":
        return self.filter(scoping.area_filter(user, roles=DESK, field="area_id"))

    def in_force(self) -> "QuotaQuerySet":
        return self.filter(valid_during__contains=timezone.localdate())

    def hold(self, pk: int) -> "Quota":
        """Whoever gives out places holds the row: two rankings cannot both take the last one."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Quota(Timestamped):
    """How many families a programme can fund in an area and period. Set by Kemensos, not the region."""

    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="quotas")
    area = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="quotas")
    valid_during = DateRangeField()
    places = models.PositiveIntegerField()
    source = models.CharField(max_length=300)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="quota_no_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.area_id}: {self.places}"


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: User | AnonymousUser) -> "BatchQuerySet":
        if not isinstance(user, User):
            return self.none()
        return self.filter(scoping.area_filter(user, roles=(*DESK, Role.SYSTEM), field="area_id"))

    def open(self) -> "BatchQuerySet":
        return self.filter(state__in=[BatchState.DRAFT, BatchState.PREPARED])

    def announced(self) -> "BatchQuerySet":
        return self.filter(state__in=[BatchState.ANNOUNCED, BatchState.FINAL])


class Batch(StatefulModel):
    """An announcement of decisions of one regency and programme under one decree.

    Prepared by one officer, announced by another; the database refuses the same person twice.
    """

    TRANSITIONS: ClassVar = {
        BatchState.DRAFT: frozenset({BatchState.PREPARED, BatchState.CANCELLED}),
        BatchState.PREPARED: frozenset({BatchState.ANNOUNCED, BatchState.DRAFT, BatchState.CANCELLED}),
        BatchState.ANNOUNCED: frozenset({BatchState.FINAL}),
    }

    reference = models.CharField(max_length=30, unique=True, help_text="3510-PKH-2026-01")
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.DRAFT, editable=False)
    area = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="batches")
    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="batches")
    quota = models.ForeignKey(Quota, on_delete=models.RESTRICT, related_name="batches")
    decree = models.ForeignKey(Decree, null=True, blank=True, on_delete=models.RESTRICT, related_name="batches")
    prepared_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    announced_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    announced_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True, help_text="of the tie-break, published with the ranking")

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints: ClassVar = [
            state_constraint("batch", BatchState),
            models.UniqueConstraint(
                fields=["area", "programme"],
                condition=Q(state__in=[BatchState.DRAFT, BatchState.PREPARED]),
                name="batch_one_open_per_programme",
                violation_error_message=_("A batch of this programme is already being prepared."),
            ),
            models.CheckConstraint(
                name="batch_announced_by_another_officer",
                condition=Q(announced_by=None) | ~Q(announced_by=F("prepared_by")),
                violation_error_message=_("The officer who prepared a batch cannot announce it."),
            ),
            models.CheckConstraint(
                name="batch_announced_under_a_decree",
                condition=~Q(state__in=[BatchState.ANNOUNCED, BatchState.FINAL])
                | Q(decree__isnull=False, announced_by__isnull=False, announced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def places_left(self, quota: Quota) -> int:
        """Places of the quota that other announced batches have not taken."""
        return max(0, quota.places - RankedEntry.objects.current().funded_under(quota, besides=self).count())


class BatchEntryQuerySet(models.QuerySet["BatchEntry"]):
    def live(self) -> "BatchEntryQuerySet":
        return self.filter(is_cancelled=False)


class BatchEntry(Timestamped):
    """An application that belongs to a batch; its decision may be superseded while it does."""

    batch = models.ForeignKey(Batch, on_delete=models.RESTRICT, related_name="entries")
    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="batch_entries")
    is_cancelled = models.BooleanField(default=False)
    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="+")

    objects = BatchEntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "programme"],
                condition=Q(is_cancelled=False),
                name="batch_entry_one_batch_per_programme",
            )
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class Ranking(PublicModel):
    """One computed order of a batch. Rankings are kept: the history shows who moved and why."""

    batch = models.ForeignKey(Batch, on_delete=models.RESTRICT, related_name="rankings")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … within the batch")
    cause = models.CharField(max_length=15, choices=RankingCause)
    cause_reference = models.CharField(max_length=60, blank=True)
    places = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            choice_constraint("cause", RankingCause, name="ranking_cause_is_known"),
            models.UniqueConstraint(fields=["batch", "number"], name="ranking_number_once_per_batch"),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(is_current=True), name="ranking_one_current_per_batch"
            ),
        ]

    def __str__(self) -> str:
        return f"ranking {self.number} of {self.batch_id}"

    @property
    def is_told(self) -> bool:
        """Whether every family knows its place."""
        return not self.entries.filter(told_at=None).exists()


class RankedEntryQuerySet(models.QuerySet["RankedEntry"]):
    def current(self) -> "RankedEntryQuerySet":
        """Places of the latest ranking of each announced batch."""
        return self.filter(ranking__is_current=True)

    def untold(self) -> "RankedEntryQuerySet":
        return self.current().filter(told_at=None)

    def funded_under(self, quota: Quota, *, besides: Batch) -> "RankedEntryQuerySet":
        return self.filter(ranking__batch__quota=quota, placement=Placement.FUNDED).exclude(ranking__batch=besides)

    def visible_to(self, user: User | AnonymousUser) -> "RankedEntryQuerySet":
        return self.filter(ranking__batch__in=Batch.objects.visible_to(user))


class RankedEntry(models.Model):
    """The place of one entry in one ranking. `position` counts within its placement.

    Rows are written in the order of the ranking, so the primary key is that order.
    """

    ranking = models.ForeignKey(Ranking, on_delete=models.RESTRICT, related_name="entries")
    entry = models.ForeignKey(BatchEntry, on_delete=models.RESTRICT, related_name="places")
    determination = models.ForeignKey(Determination, on_delete=models.RESTRICT, related_name="places")
    placement = models.CharField(max_length=15, choices=Placement)
    position = models.PositiveIntegerField(null=True, blank=True)
    places = models.PositiveIntegerField(help_text="of the ranking, repeated so that a row cannot overfund")
    tie_break = models.CharField(max_length=64, blank=True, help_text="sha256 of seed and public id, hexadecimal")
    told_at = models.DateTimeField(null=True, blank=True, help_text="when the family was told of this place")

    objects = RankedEntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            choice_constraint("placement", Placement, name="ranked_entry_placement_is_known"),
            models.UniqueConstraint(fields=["ranking", "entry"], name="ranked_entry_once_per_ranking"),
            models.UniqueConstraint(
                fields=["ranking", "placement", "position"],
                condition=Q(position__isnull=False),
                name="ranked_entry_one_per_position",
            ),
            models.CheckConstraint(
                name="ranked_entry_never_beyond_the_quota",
                condition=~Q(placement=Placement.FUNDED) | Q(position__isnull=False, position__lte=F("places")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ranking"], name="ranked_entry_untold", condition=Q(told_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.placement} {self.position or ''}"
