"""What was confirmed: face checks, requests to sources, and the facts they answered with."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import READERS, Application, Document, Family, Person
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import PublicModel, StatefulModel, Timestamped, choice_constraint, state_constraint
from verification.enums import BreakerState, CheckState, RequestState, Source

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 50


class FaceCheckQuerySet(models.QuerySet["FaceCheck"]):
    def due(self) -> "FaceCheckQuerySet":
        now = timezone.now()
        return self.filter(
            Q(state=CheckState.QUEUED, due_at__lte=now) | Q(state=CheckState.RUNNING, lease_until__lt=now)
        )

    def latest_first(self) -> "FaceCheckQuerySet":
        return self.order_by("-created_at", "-pk")

    def visible_to(self, user: User | AnonymousUser) -> "FaceCheckQuerySet":
        if not isinstance(user, User):
            return self.none()
        return self.filter(
            Q(application__owner=user) | scoping.area_filter(user, roles=READERS, field="application__village_id")
        )


class FaceCheck(StatefulModel):
    """One comparison of a selfie with the reference photograph, and who settled it."""

    TRANSITIONS: ClassVar = {
        CheckState.QUEUED: frozenset({CheckState.RUNNING, CheckState.REVIEW}),
        CheckState.RUNNING: frozenset({CheckState.QUEUED, CheckState.ACCEPTED, CheckState.REVIEW, CheckState.RETRY}),
        CheckState.REVIEW: frozenset({CheckState.CONFIRMED, CheckState.REJECTED}),
    }

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="face_checks")
    selfie = models.ForeignKey(
        Document,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="face_checks",
        help_text=_("empty when the person cannot be photographed"),
    )
    state = models.CharField(max_length=10, choices=CheckState, default=CheckState.QUEUED, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(
        max_length=40, blank=True, help_text="hint or reason code, such as `blurry`, `manual_route`"
    )
    raw_distance = models.FloatField(null=True, blank=True)
    threshold_version = models.CharField(max_length=40, blank=True)
    engine_version = models.CharField(max_length=80, blank=True)
    template = EncryptedTextField(null=True, blank=True, help_text="base64 of 128 float32, biometric data")
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = FaceCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("face check")
        verbose_name_plural = _("face checks")
        constraints: ClassVar = [
            state_constraint("face_check", CheckState),
            models.CheckConstraint(
                name="face_check_rejected_only_by_a_person",
                condition=~Q(state__in=[CheckState.REJECTED, CheckState.CONFIRMED]) | Q(settled_by__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="face_check_due", condition=Q(state__in=["queued", "running"]))
        ]

    def __str__(self) -> str:
        return f"face check {self.pk}"


class SourceRequestQuerySet(models.QuerySet["SourceRequest"]):
    def due(self) -> "SourceRequestQuerySet":
        now = timezone.now()
        return self.filter(
            Q(state=RequestState.DUE, due_at__lte=now) | Q(state=RequestState.RUNNING, lease_until__lt=now)
        )

    def unanswered(self) -> "SourceRequestQuerySet":
        return self.filter(state__in=[RequestState.DUE, RequestState.RUNNING])


class SourceRequest(StatefulModel):
    """One question to one source about one application. The row is the truth, the task a hint."""

    TRANSITIONS: ClassVar = {
        RequestState.DUE: frozenset({RequestState.RUNNING}),
        RequestState.RUNNING: frozenset(
            {RequestState.DUE, RequestState.ANSWERED, RequestState.NOT_FOUND, RequestState.PARKED}
        ),
        RequestState.PARKED: frozenset({RequestState.DUE}),
        RequestState.ANSWERED: frozenset({RequestState.DUE}),
        RequestState.NOT_FOUND: frozenset({RequestState.DUE}),
    }

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="source_requests")
    source = models.CharField(max_length=20, choices=Source)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.DUE, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=60, blank=True, help_text="error code, never a payload")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = SourceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("source request")
        verbose_name_plural = _("source requests")
        constraints: ClassVar = [
            state_constraint("source_request", RequestState),
            choice_constraint("source", Source, name="source_request_source_is_known"),
            models.UniqueConstraint(fields=["application", "source"], name="source_request_one_per_source"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="source_request_due", condition=Q(state__in=["due", "running"]))
        ]

    def __str__(self) -> str:
        return f"{self.source} for application {self.application_id}"


class SourceHealth(Timestamped):
    """Circuit breaker of one source, shared by all workers and shown on the health page."""

    source = models.CharField(max_length=20, choices=Source, unique=True)
    state = models.CharField(max_length=10, choices=BreakerState, default=BreakerState.CLOSED, editable=False)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_latency_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            state_constraint("source_health", BreakerState),
            choice_constraint("source", Source, name="source_health_source_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.state}"


class FactQuerySet(models.QuerySet["Fact"]):
    def current(self) -> "FactQuerySet":
        return self.filter(superseded_by=None)

    def visible_to(self, user: User | AnonymousUser) -> "FactQuerySet":
        if not isinstance(user, User):
            return self.none()
        area = scoping.area_filter(user, roles=(*READERS, Role.AGENT), field="family__village_id")
        return self.filter(Q(family__applications__owner=user) | area).distinct()


class Fact(PublicModel):
    """One thing one source said about a family at one time. Never overwritten, only superseded.

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
    confidence = models.PositiveSmallIntegerField(default=100, help_text="percent")
    purpose = models.CharField(max_length=60, default="eligibility")
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
        ]
        indexes: ClassVar = [models.Index(fields=["family", "name"], name="fact_by_family_name")]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"
