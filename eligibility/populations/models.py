"""Deciding everybody of an area again: what was known, which rules were followed, what came out.

Rows of snapshots and answers are written by the million, straight from set-based work. Their keys
to applications are therefore not checked row by row: the ids come from the applications
themselves in the same statement, and no application is ever deleted.
"""

from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.enums import RunState
from enrollment.models import Application
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import PublicModel, StatefulModel, Timestamped, state_constraint
from perlinsos.regions.models import Area, around

DIFFERENCE = "first"  # as a cause: say what differs from the decision before, if there is one
READERS = (Role.OFFICER, Role.COORDINATOR, Role.AUDITOR)
LOOKED_INTO = timedelta(days=1)


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: User | AnonymousUser) -> "SnapshotQuerySet":
        if not isinstance(user, User):
            return self.none()
        return self.filter(scoping.area_filter(user, roles=(*READERS, Role.POLICY), field="area_id"), families__gt=0)


class Snapshot(PublicModel):
    """What was known of every decided family of an area at one instant; taken whole or not at all.

    `facts` names the values of each row in their order. A value is NULL where nothing usable was on
    record: no fact, one of the wrong type, or one too old on that day.
    """

    area = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="snapshots")
    taken_at = models.DateTimeField(default=timezone.now)
    facts = ArrayField(models.CharField(max_length=60))
    families = models.PositiveIntegerField(default=0)
    month = models.DateField(null=True, blank=True, help_text="whose monthly snapshot it is, by its first day")

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["area", "month"], name="snapshot_one_monthly_per_area")
        ]

    def __str__(self) -> str:
        return f"snapshot {self.pk} of {self.area_id}"


class SnapshotRow(models.Model):
    """One family: values in the order of `Snapshot.facts` (a flag is 0 or 1), and the rows they came from.

    `ages` are the days each value was old; NULL in snapshots from before they were kept.

    Sex and age (by year of birth) of its head are those of that day; empty where no head is on record.
    """

    pk = models.CompositePrimaryKey("snapshot_id", "application_id")
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.RESTRICT, related_name="rows", db_constraint=False, db_index=False
    )
    application = models.ForeignKey(
        Application, on_delete=models.RESTRICT, related_name="+", db_constraint=False, db_index=False
    )
    village_code = models.CharField(max_length=13)
    head_sex = models.CharField(max_length=1, blank=True, default="", db_default="")
    head_age = models.SmallIntegerField(null=True, blank=True)
    values = ArrayField(models.BigIntegerField(null=True, blank=True))
    fact_ids = ArrayField(models.BigIntegerField(null=True, blank=True))
    ages = ArrayField(models.SmallIntegerField(null=True, blank=True), null=True, blank=True)

    def __str__(self) -> str:
        return f"application {self.application_id} in snapshot {self.snapshot_id}"


class RunQuerySet(models.QuerySet["Run"]):
    def due(self) -> "RunQuerySet":
        return self.filter(state=RunState.RUNNING)

    def following(self, rule_set: models.Model) -> "RunQuerySet":
        """Those that decide by a version, whether or not its first day started them."""
        return self.filter(Q(because_of=rule_set) | Q(rules__rule_set=rule_set)).distinct()

    def covering(self, rule_set: models.Model) -> "RunQuerySet":
        """Of those the ones that nobody gave up: where they are, the version has begun."""
        return self.following(rule_set).exclude(state=RunState.STOPPED)

    def given_up(self) -> "RunQuerySet":
        """Those stopped so lately that whoever did it still looks into it."""
        return self.filter(state=RunState.STOPPED, finished_at__gt=timezone.now() - LOOKED_INTO)

    def containing(self, area_code: str) -> "RunQuerySet":
        """Of the area, or of one that holds it."""
        return self.filter(area__in=around(area_code))

    def meeting(self, area_code: str) -> "RunQuerySet":
        """As above, or of a part of that area only."""
        return self.filter(Q(area__in=around(area_code)) | Q(area__code__startswith=f"{area_code}."))

    def visible_to(self, user: User | AnonymousUser) -> "RunQuerySet":
        if not isinstance(user, User):
            return self.none()
        return self.filter(scoping.area_filter(user, roles=READERS, field="area_id"))


class Run(StatefulModel):
    """One decision of everybody in an area again. Rules, parameters and facts are fixed when it starts.

    It advances in chunks of applications, each committed with its answers and with `done_through`:
    whatever kills the process, the next one goes on behind the last whole chunk.
    """

    TRANSITIONS: ClassVar = {RunState.RUNNING: frozenset({RunState.DONE, RunState.STOPPED})}

    state = models.CharField(max_length=10, choices=RunState, default=RunState.RUNNING, editable=False)
    area = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="runs")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT, related_name="runs")
    started_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    because_of = models.ForeignKey(
        "eligibility.RuleSet",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="runs",
        help_text="the version whose first day it was; empty when somebody started it",
    )
    done_through = models.BigIntegerField(default=0, help_text="largest application id that is decided")
    decided = models.PositiveIntegerField(default=0, help_text="families")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("full re-decision")
        verbose_name_plural = _("full re-decisions")
        constraints: ClassVar = [
            state_constraint("run", RunState),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(state="running"),
                name="run_one_at_a_time_per_area",
                violation_error_message=_("Everybody here is being decided again already."),
            ),
            models.UniqueConstraint(
                fields=["area", "because_of"], condition=~Q(state="stopped"), name="run_once_per_area_and_version"
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.area_id}"

    @property
    def cause(self) -> str:
        """What the determinations it makes say about why.

        One that the first day of a version started brings other news along: each determination says what differs.
        """
        return DIFFERENCE if self.because_of_id else f"run:{self.pk}"


class RunRules(models.Model):
    """One rule version with its parameters as they hold in some villages; never changed once the run started."""

    run = models.ForeignKey(Run, on_delete=models.RESTRICT, related_name="rules")
    rule_set = models.ForeignKey("eligibility.RuleSet", on_delete=models.RESTRICT, related_name="+")
    parameters = models.JSONField(default=dict, help_text="regional values as used, by name")
    villages = ArrayField(models.CharField(max_length=13))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "rule_set", "villages"], name="run_rules_once_per_villages"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set_id} in {self.run_id}"


class RunAnswer(models.Model):
    """What one family came out as under one programme. With its snapshot row the whole card follows from it.

    `outcome` and `results` are coded as in `populations.columns`; rupiah a year; lower need is needier.
    `heard` is what other programmes said of the family, in the order of `hearing.heard`; empty where
    the rules ask none.
    """

    pk = models.CompositePrimaryKey("rules_id", "application_id")
    rules = models.ForeignKey(
        RunRules, on_delete=models.RESTRICT, related_name="answers", db_constraint=False, db_index=False
    )
    application = models.ForeignKey(
        Application, on_delete=models.RESTRICT, related_name="+", db_constraint=False, db_index=False
    )
    outcome = models.PositiveSmallIntegerField()
    amount_per_year = models.BigIntegerField()
    need_score = models.BigIntegerField()
    results = ArrayField(models.BigIntegerField())
    heard = ArrayField(models.SmallIntegerField(null=True, blank=True), null=True, blank=True)

    def __str__(self) -> str:
        return f"application {self.application_id} under {self.rules_id}"


class RunChangeQuerySet(models.QuerySet["RunChange"]):
    def pending(self) -> "RunChangeQuerySet":
        return self.filter(settled_at=None)


class RunChange(Timestamped):
    """A family whose answer differs from its current determination, and what was done about it.

    Also one whose determination rests on earlier rules while the programme is not announced to it. Before an
    announcement `determination` is the new one, or what was decided meanwhile; afterwards
    only an appeal changes a result, so that it stays empty and officers see the difference.
    """

    rules = models.ForeignKey(RunRules, on_delete=models.RESTRICT, related_name="changes")
    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="run_changes")
    determination = models.ForeignKey(
        "eligibility.Determination", null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = RunChangeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rules", "application"], name="run_change_once_per_family"),
            models.CheckConstraint(
                name="run_change_settled_with_its_decision",
                condition=Q(determination=None) | Q(settled_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("rules"), F("id"), name="run_change_pending", condition=Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return f"change of {self.application_id} under {self.rules_id}"
