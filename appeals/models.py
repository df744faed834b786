"""What was contested, who checked it, how it was ruled, and what went back to the source."""

from datetime import date, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appeals.enums import AppealChannel, AppealState, CorrectionState, GroundCheckState
from eligibility.enums import BatchState
from eligibility.models import Batch, Determination
from enrollment.models import READERS, Application
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import (
    PublicModel,
    StatefulModel,
    StoredFile,
    Timestamped,
    choice_constraint,
    state_constraint,
)
from verification.enums import Source
from verification.models import Fact

DECIDERS = (Role.OFFICER, Role.VERIFIER)
PENDING_STATES = (AppealState.LODGED, AppealState.REVIEW, AppealState.GROUND_CHECK, AppealState.CHECKED)


class ObjectionWindowQuerySet(models.QuerySet["ObjectionWindow"]):
    def covering(self, determination: Determination) -> "ObjectionWindow | None":
        """The window a determination falls under; None before its batch is announced."""
        return self.filter(
            batch__programme=determination.programme_id,
            batch__entries__application=determination.application_id,
            batch__entries__is_cancelled=False,
        ).first()

    def due(self) -> list[int]:
        """Announced batches that have no window yet."""
        announced = Batch.objects.filter(state=BatchState.ANNOUNCED).exclude(pk__in=self.values("batch"))
        return list(announced.order_by("pk").values_list("pk", flat=True))

    def over(self) -> "ObjectionWindowQuerySet":
        """Windows of announced batches in which nobody can object any more and every objection is answered."""
        open_appeals = Appeal.objects.pending().filter(window=models.OuterRef("pk"))
        closed = self.filter(closes_at__lte=timezone.now(), batch__state=BatchState.ANNOUNCED)
        return closed.filter(~models.Exists(open_appeals))


class ObjectionWindow(Timestamped):
    """The masa sanggah of one batch: opens with the announcement, closes at midnight local time."""

    batch = models.OneToOneField(Batch, on_delete=models.RESTRICT, related_name="objection_window")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    objects = ObjectionWindowQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection window")
        verbose_name_plural = _("objection windows")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="objection_window_ends_after_it_opens", condition=Q(closes_at__gt=F("opens_at"))
            )
        ]

    def __str__(self) -> str:
        return f"window of batch {self.batch_id}"

    @property
    def is_open(self) -> bool:
        return self.opens_at <= timezone.now() < self.closes_at

    @property
    def last_day(self) -> date:
        """The last whole day on which a family may object, in its own time zone."""
        return (self.closes_at - timedelta(seconds=1)).astimezone(ZoneInfo(self.batch.area.timezone)).date()


class AppealQuerySet(models.QuerySet["Appeal"]):
    def pending(self) -> "AppealQuerySet":
        return self.filter(state__in=PENDING_STATES)

    def visible_to(self, user: User | AnonymousUser) -> "AppealQuerySet":
        if not isinstance(user, User):
            return self.none()
        seen = scoping.area_filter(user, roles=READERS, field="application__village_id")
        helped = scoping.area_filter(user, roles=[Role.AGENT], field="application__village_id") & Q(lodged_by=user)
        return self.filter(Q(application__owner=user) | seen | helped)

    def read_by_staff(self, user: User | AnonymousUser) -> "AppealQuerySet":
        return self.filter(scoping.area_filter(user, roles=READERS, field="application__village_id"))


class Appeal(StatefulModel):
    """One objection against one fact of one determination."""

    TRANSITIONS: ClassVar = {
        AppealState.LODGED: frozenset({AppealState.REVIEW, AppealState.WITHDRAWN}),
        AppealState.REVIEW: frozenset({AppealState.GROUND_CHECK, AppealState.DISMISSED, AppealState.WITHDRAWN}),
        AppealState.GROUND_CHECK: frozenset({AppealState.CHECKED, AppealState.REVIEW, AppealState.WITHDRAWN}),
        AppealState.CHECKED: frozenset({AppealState.GROUND_CHECK, AppealState.UPHELD, AppealState.DISMISSED}),
    }

    reference = models.CharField(max_length=20, unique=True, editable=False, help_text="SGH-2026-000017")
    state = models.CharField(max_length=15, choices=AppealState, default=AppealState.LODGED, editable=False)
    channel = models.CharField(max_length=10, choices=AppealChannel, default=AppealChannel.PORTAL)
    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="appeals")
    window = models.ForeignKey(ObjectionWindow, on_delete=models.RESTRICT, related_name="appeals")
    determination = models.ForeignKey(Determination, on_delete=models.RESTRICT, related_name="appeals")
    fact = models.ForeignKey(Fact, on_delete=models.RESTRICT, related_name="appeals")
    claimed_value = models.JSONField(help_text="in the unit of the contested fact")
    explanation = EncryptedTextField(null=True, blank=True)
    lodged_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    answer_by = models.DateField(help_text=_("promised date of the answer"))

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints: ClassVar = [
            state_constraint("appeal", AppealState),
            choice_constraint("channel", AppealChannel, name="appeal_channel_is_known"),
            models.UniqueConstraint(
                fields=["application", "fact"],
                condition=Q(state__in=PENDING_STATES),
                name="appeal_one_pending_per_fact",
                violation_error_message=_("You already asked us to check this."),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING_STATES


class Evidence(PublicModel):
    appeal = models.ForeignKey(Appeal, on_delete=models.RESTRICT, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.RESTRICT, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")

    def __str__(self) -> str:
        return f"evidence {self.pk}"


class GroundCheckQuerySet(models.QuerySet["GroundCheck"]):
    def waiting(self) -> "GroundCheckQuerySet":
        return self.filter(state=GroundCheckState.REQUESTED)

    def visible_to(self, user: User | AnonymousUser) -> "GroundCheckQuerySet":
        roles = (*READERS, Role.AGENT)
        return self.filter(scoping.area_filter(user, roles=roles, field="appeal__application__village_id"))


class GroundCheck(StatefulModel):
    """A visit to look at the contested thing, done by someone else than the decider."""

    TRANSITIONS: ClassVar = {
        GroundCheckState.REQUESTED: frozenset({GroundCheckState.RECORDED, GroundCheckState.CANCELLED})
    }

    appeal = models.ForeignKey(Appeal, on_delete=models.RESTRICT, related_name="ground_checks")
    state = models.CharField(
        max_length=10, choices=GroundCheckState, default=GroundCheckState.REQUESTED, editable=False
    )
    requested_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    instructions = models.CharField(max_length=300, blank=True)
    due_on = models.DateField()
    observed_value = models.JSONField(null=True, blank=True)
    note = EncryptedTextField(null=True, blank=True)
    photo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    recorded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(null=True, blank=True)

    objects = GroundCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("ground check")
        verbose_name_plural = _("ground checks")
        constraints: ClassVar = [
            state_constraint("ground_check", GroundCheckState),
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(state=GroundCheckState.REQUESTED),
                name="ground_check_one_open_per_appeal",
            ),
            models.CheckConstraint(
                name="ground_check_recorded_is_complete",
                condition=~Q(state=GroundCheckState.RECORDED)
                | Q(
                    recorded_by__isnull=False,
                    recorded_at__isnull=False,
                    observed_value__isnull=False,
                    photo__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="ground_check_not_by_the_requester",
                condition=Q(recorded_by=None) | ~Q(recorded_by=F("requested_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"ground check {self.pk}"


class Ruling(PublicModel):
    """The answer to an appeal. Immutable; `new_fact` and `new_determination` show the loop closing."""

    appeal = models.OneToOneField(Appeal, on_delete=models.RESTRICT, related_name="ruling")
    is_upheld = models.BooleanField()
    reason = models.TextField(help_text=_("in words the family understands"))
    ruled_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    ruled_at = models.DateTimeField(default=timezone.now)
    new_fact = models.OneToOneField(Fact, null=True, blank=True, on_delete=models.RESTRICT, related_name="ruling")
    new_determination = models.OneToOneField(
        Determination, null=True, blank=True, on_delete=models.RESTRICT, related_name="ruling"
    )

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="ruling_upheld_brings_a_fact",
                condition=Q(is_upheld=True, new_fact__isnull=False) | Q(is_upheld=False, new_fact=None),
            )
        ]

    def __str__(self) -> str:
        return f"ruling {self.pk}"


class SourceCorrectionQuerySet(models.QuerySet["SourceCorrection"]):
    def due(self) -> "SourceCorrectionQuerySet":
        now = timezone.now()
        return self.filter(
            Q(state=CorrectionState.DUE, due_at__lte=now) | Q(state=CorrectionState.SENDING, lease_until__lt=now)
        )


class SourceCorrection(StatefulModel):
    """A request to the source to mend its own record after a ruling."""

    TRANSITIONS: ClassVar = {
        CorrectionState.DUE: frozenset({CorrectionState.SENDING}),
        CorrectionState.SENDING: frozenset({CorrectionState.DUE, CorrectionState.SENT, CorrectionState.PARKED}),
        CorrectionState.PARKED: frozenset({CorrectionState.DUE}),
    }

    ruling = models.OneToOneField(Ruling, on_delete=models.RESTRICT, related_name="correction")
    source = models.CharField(max_length=20, choices=Source)
    state = models.CharField(max_length=10, choices=CorrectionState, default=CorrectionState.DUE, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = SourceCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction to a source")
        verbose_name_plural = _("corrections to sources")
        constraints: ClassVar = [
            state_constraint("source_correction", CorrectionState),
            choice_constraint("source", Source, name="source_correction_source_is_known"),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"
