"""A family that receives: since when, for how long, and how it ended."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.enums import Outcome, ParticipationState, Placement
from eligibility.models.batches import BatchEntry
from eligibility.models.decisions import Determination
from eligibility.models.departures import Departure
from eligibility.models.programmes import Programme
from eligibility.models.rankings import RankedEntry
from enrollment.models import READERS, Application
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import StatefulModel, state_constraint

RECEIVING = (ParticipationState.ACTIVE, ParticipationState.CHECK)
RUNNING = (*RECEIVING, ParticipationState.SUSPENDED)
ENDED = tuple(state for state in ParticipationState if state not in RUNNING)
RECHECK_NOTICE = timedelta(days=60)
END_NOTICE = timedelta(days=180)


def has_place() -> Exists:
    """Whether the ranking that now holds gives the participation a place."""
    return Exists(RankedEntry.objects.current().filter(entry=OuterRef("entry"), placement=Placement.FUNDED))


def has_departed() -> Exists:
    """Whether it is agreed that the family leaves its place."""
    return Exists(Departure.objects.effective().filter(entry=OuterRef("entry")))


def has_newer_decision() -> Exists:
    """Whether something was decided since. An undecided answer changes nothing: unknown is never no."""
    newer = Determination.objects.current().known().filter(pk__gt=OuterRef("determination"))
    return Exists(newer.filter(application=OuterRef("application"), programme=OuterRef("programme")))


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def visible_to(self, user: User | AnonymousUser) -> "ParticipationQuerySet":
        """The family's own; for staff and agents those of families in their area."""
        if not isinstance(user, User):
            return self.none()
        here = scoping.area_filter(user, roles=(*READERS, Role.AGENT), field="application__village_id")
        return self.filter(Q(application__owner=user) | here)

    def read_by_staff(self, user: User | AnonymousUser) -> "ParticipationQuerySet":
        return self.filter(scoping.area_filter(user, roles=READERS, field="application__village_id"))

    def accompanied_by(self, user: User | AnonymousUser) -> "ParticipationQuerySet":
        """Families in the villages an agent is assigned to."""
        return self.filter(scoping.area_filter(user, roles=[Role.AGENT], field="application__village_id"))

    def hold(self, pk: int) -> "Participation":
        """Who changes a participation holds its row, the application first as everywhere: nobody waits in a circle."""
        applications = Application.objects.select_for_update(of=("self",), no_key=True)
        applications.get(pk=self.values_list("application", flat=True).get(pk=pk))
        rows = self.select_for_update(of=("self",))
        return rows.select_related("application", "programme", "determination__rule_set").get(pk=pk)

    def running(self) -> "ParticipationQuerySet":
        return self.filter(state__in=RUNNING)

    def with_duties(self) -> "ParticipationQuerySet":
        """Those under way whose rules name duties."""
        return self.running().filter(determination__rule_set__document__has_key="duties")

    def due(self) -> "ParticipationQuerySet":
        """What the worker must look after: a new decision, a date that came, a notice, a place to free."""
        today = timezone.localdate()
        doubtful = ~Q(has_place()) | Q(determination__outcome=Outcome.NOT_ELIGIBLE)
        overdue = Q(recertify_on__lte=today) | Q(ends_on__lte=today) | doubtful
        recheck_is_near = Q(recertify_on__lte=today + RECHECK_NOTICE) & ~Q(recertify_told=F("recertify_on"))
        end_is_near = Q(ends_on__lte=today + END_NOTICE) & ~Q(end_told=F("ends_on"))
        nobody_comes_back = Q(return_until=None) | Q(return_until__lt=today)
        return self.filter(
            Q(has_newer_decision(), state__in=RUNNING)
            | Q(has_departed(), state__in=RUNNING)
            | Q(overdue, state=ParticipationState.ACTIVE)
            | Q(recheck_is_near | end_is_near, state__in=RECEIVING)
            | Q(nobody_comes_back, state__in=ENDED, released_at=None)
        )


class Participation(StatefulModel):
    """A family's place in a programme, from the final announcement to its end.

    It starts with a funded place of a batch that became final. Dates are worked out from the rules in
    `determination` whenever that changes. `recertify_told` and `end_told` are the dates the family was
    last told of. It ends with a departure; after stepping back that is made when nobody may come back any more,
    at `released_at`.
    """

    TRANSITIONS: ClassVar = {
        ParticipationState.ACTIVE: frozenset({ParticipationState.CHECK, ParticipationState.SUSPENDED, *ENDED}),
        ParticipationState.CHECK: frozenset({ParticipationState.ACTIVE, ParticipationState.SUSPENDED, *ENDED}),
        ParticipationState.SUSPENDED: frozenset({ParticipationState.ACTIVE, *ENDED}),
        ParticipationState.LEFT: frozenset(RUNNING),
    }

    entry = models.OneToOneField(BatchEntry, on_delete=models.RESTRICT, related_name="participation")
    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="participations")
    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="participations")
    determination = models.ForeignKey(
        Determination, on_delete=models.RESTRICT, related_name="+", help_text="what the dates were worked out from"
    )
    state = models.CharField(
        max_length=10, choices=ParticipationState, default=ParticipationState.ACTIVE, editable=False
    )
    started_on = models.DateField()
    days_before = models.PositiveIntegerField(default=0, help_text="counted under earlier participations")
    days_stopped = models.PositiveIntegerField(default=0)
    stopped_since = models.DateField(null=True, blank=True)
    is_exempt = models.BooleanField(null=True, blank=True, help_text="from the time limit, as last known")
    ends_on = models.DateField(null=True, blank=True, help_text="when the time is used up; empty without end")
    end_told = models.DateField(null=True, blank=True)
    checked_on = models.DateField()
    recertify_on = models.DateField(null=True, blank=True)
    recertify_told = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    return_until = models.DateField(null=True, blank=True, help_text="last day to take stepping back back")
    apply_from = models.DateField(null=True, blank=True, help_text="first day to apply again after stepping back")
    released_at = models.DateTimeField(null=True, blank=True, help_text="when the place fell free")
    statement = models.TextField(blank=True, help_text="the words the family agreed to when it stepped back")
    reason = EncryptedTextField(null=True, blank=True, help_text="why it stepped back, if it says so")

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints: ClassVar = [
            state_constraint("participation", ParticipationState),
            models.UniqueConstraint(
                fields=["application", "programme"],
                condition=Q(state__in=RUNNING),
                name="participation_one_running_per_programme",
            ),
            models.CheckConstraint(
                name="participation_ended_has_a_day",
                condition=Q(state__in=ENDED, ended_on__isnull=False) | Q(state__in=RUNNING, ended_on=None),
            ),
            models.CheckConstraint(
                name="participation_left_by_an_agreed_statement",
                condition=~Q(state=ParticipationState.LEFT)
                | (~Q(statement="") & Q(return_until__isnull=False, apply_from__isnull=False)),
            ),
            models.CheckConstraint(
                name="participation_place_freed_after_the_end", condition=Q(released_at=None) | Q(state__in=ENDED)
            ),
            models.CheckConstraint(
                name="participation_exempt_has_no_end", condition=Q(ends_on=None) | Q(is_exempt=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["recertify_on"], name="participation_by_recheck", condition=Q(state__in=RUNNING)),
            models.Index(fields=["ends_on"], name="participation_by_end", condition=Q(state__in=RUNNING)),
        ]

    def __str__(self) -> str:
        return f"participation {self.pk}"

    @property
    def is_receiving(self) -> bool:
        return self.state in RECEIVING

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def may_return(self) -> bool:
        """Whether the family can still take stepping back back: its place is kept until then."""
        is_in_time = self.return_until is not None and timezone.localdate() <= self.return_until
        return self.state == ParticipationState.LEFT and self.released_at is None and is_in_time
