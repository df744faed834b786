"""What was decided about a family, and why; never changed, only followed."""

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.enums import Outcome
from eligibility.models.batches import Batch, BatchEntry
from eligibility.models.programmes import Programme, RuleSet
from enrollment.models import DECIDED_STATES, READERS, Application, assisted_filter
from perlinsos.accounts import scoping
from perlinsos.accounts.models import User
from perlinsos.core.models import PublicModel, choice_constraint
from perlinsos.regions.models import Area


def _barred() -> Q:
    return Q(waits_until__gt=timezone.localdate()) | Q(is_time_used_up=True)


class DeterminationQuerySet(models.QuerySet["Determination"]):
    def current(self) -> "DeterminationQuerySet":
        return self.filter(superseded_by=None)

    def known(self) -> "DeterminationQuerySet":
        """Those with an answer; an undecided one is never announced."""
        return self.exclude(outcome=Outcome.UNDECIDED)

    def unannounced(self) -> "DeterminationQuerySet":
        """Those that news may still change: what is announced of one programme leaves the others open."""
        entries = BatchEntry.objects.announced().filter(
            application=models.OuterRef("application"), programme=models.OuterRef("programme")
        )
        return self.filter(~models.Exists(entries))

    def where_they_run(self) -> "DeterminationQuerySet":
        """Of programmes that are switched on, about families where they run: `Programme.where_it_runs` for each row."""
        areas = Programme.areas.through.objects.filter(programme=OuterRef("programme"))
        village = Concat(OuterRef("application__village_id"), Value("."), output_field=models.CharField())
        dotted: models.QuerySet[Any] = areas.annotate(village=village)
        here = dotted.filter(village__startswith=Concat("area_id", Value(".")))
        return self.filter(~models.Exists(areas) | models.Exists(here), programme__is_active=True)

    def of_batch(self, batch: Batch) -> "DeterminationQuerySet":
        """What holds now for the families of a batch, in its programme and where that runs."""
        entries = BatchEntry.objects.live().filter(batch=batch).values("application")
        here = batch.programme.where_it_runs("application__village")
        return self.current().filter(here, programme=batch.programme_id, application__in=entries)

    def barred(self) -> "DeterminationQuerySet":
        """Not to be announced, whatever the outcome: who stepped back waits, or the time limit is used up."""
        return self.filter(_barred())

    def not_barred(self) -> "DeterminationQuerySet":
        return self.exclude(_barred())

    def to_announce(self, programme: Programme) -> "DeterminationQuerySet":
        """Current answers of families that an announcement of the programme collects by itself, once it is known.

        Who received under this registration registers anew first. Who stepped back waits as the rules say,
        and whose time is used up gets no place that would end on its first day.
        """
        received = Application.objects.filter(participations__programme=programme)
        return (
            self.current()
            .exclude(application__in=received.values("pk"))
            .not_barred()
            .filter(
                programme.where_it_runs("application__village"),
                programme=programme,
                application__state__in=DECIDED_STATES,
            )
        )

    def ready_for_batch(self, programme: Programme, area: Area) -> "DeterminationQuerySet":
        """Of the area, those with an answer that no batch of the programme holds yet."""
        held = BatchEntry.objects.live().filter(programme=programme, application=models.OuterRef("application"))
        here = models.Q(application__village__code__startswith=f"{area.code}.")
        return self.to_announce(programme).known().filter(here, ~models.Exists(held))

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
    several facts leaves the flat fields empty and lists them in `inputs`. `waits_until` and
    `is_time_used_up` come from what the family received under earlier registrations: whatever the
    outcome, it is not announced before the one, and not at all because of the other.
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
    waits_until = models.DateField(null=True, blank=True, help_text="first day to receive again after stepping back")
    is_time_used_up = models.BooleanField(default=False, help_text="nothing is left of the time limit")
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

    @property
    def changes_amount(self) -> bool:
        """Whether the family still fits but would get another sum than by the decision before."""
        old = self.supersedes
        return old is not None and old.outcome == self.outcome and old.amount_per_year != self.amount_per_year
