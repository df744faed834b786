"""What drafts of rules would do to the families of a snapshot, counted before anybody enacts them."""

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eligibility.enums import SimulationState
from eligibility.models.drafts import RuleDraft
from eligibility.populations.models import Snapshot
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, Timestamped, state_constraint
from perlinsos.regions.models import Area

SIMULATORS = (Role.OFFICER, Role.COORDINATOR, Role.POLICY)
SEERS = (*SIMULATORS, Role.AUDITOR)


class SimulationQuerySet(models.QuerySet["Simulation"]):
    def due(self) -> "SimulationQuerySet":
        return self.filter(state=SimulationState.RUNNING)

    def visible_to(self, user: User | AnonymousUser) -> "SimulationQuerySet":
        if not isinstance(user, User):
            return self.none()
        return self.filter(scoping.area_filter(user, roles=SEERS, field="area_id"))


class Simulation(StatefulModel):
    """Drafts beside the rules in force, for the families of an area as a snapshot has them.

    Rules, parameters and drafts are fixed in `given` when it starts. It advances in chunks, each
    committed with its `tally`: whatever kills the process, the next one goes on behind the last whole
    chunk. Once done the database refuses every change; `sha256` is that of `result`.
    """

    TRANSITIONS: ClassVar = {
        SimulationState.RUNNING: frozenset({SimulationState.DONE, SimulationState.STOPPED}),
    }

    state = models.CharField(max_length=10, choices=SimulationState, default=SimulationState.RUNNING, editable=False)
    area = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="simulations")
    snapshot = models.ForeignKey(
        Snapshot,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="simulations",
        help_text="empty until a new one is taken",
    )
    rules_on = models.DateField(help_text="day whose rules and parameters count as in force")
    given: Any = models.JSONField(help_text="rule sets with their areas, and parameters, as they were fixed")
    started_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    families = models.PositiveIntegerField(default=0, help_text="of the snapshot")
    done_through = models.BigIntegerField(default=0, help_text="largest application id that is counted")
    chunks = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(default=0, help_text="families looked at, of the snapshot")
    failures = models.PositiveSmallIntegerField(default=0, help_text="steps that failed in a row")
    tally: Any = models.JSONField(default=dict, blank=True, help_text="counts so far; emptied with the result")
    result: Any = models.JSONField(null=True, blank=True, help_text="see eligibility.simulations.report")
    sha256 = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="why it was stopped")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = SimulationQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        constraints: ClassVar = [
            state_constraint("simulation", SimulationState),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(state="running"),
                name="simulation_one_at_a_time_per_area",
                violation_error_message=_("A simulation of this area is under way already."),
            ),
            models.CheckConstraint(
                name="simulation_done_has_its_result",
                condition=~Q(state=SimulationState.DONE)
                | (Q(result__isnull=False, finished_at__isnull=False, snapshot__isnull=False) & ~Q(sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return f"simulation {self.pk} of {self.area_id}"

    @property
    def percent(self) -> int:
        return min(99, 100 * self.counted // self.families) if self.families else 0


class SimulatedDraft(Timestamped):
    """One document of a simulation as it was when it started; places count from 1."""

    simulation = models.ForeignKey(Simulation, on_delete=models.RESTRICT, related_name="drafts")
    place = models.PositiveSmallIntegerField()
    draft = models.ForeignKey(
        RuleDraft,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="simulated",
        help_text="empty for a text that was only tried",
    )
    title = models.CharField(max_length=120)
    document: Any = models.JSONField(help_text="parsed by eligibility.rules.document")
    sha256 = models.CharField(max_length=64, help_text="of the text it was read from")

    class Meta:
        ordering: ClassVar = ["simulation", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["simulation", "place"], name="simulated_draft_one_per_place"),
        ]

    def __str__(self) -> str:
        return self.title
