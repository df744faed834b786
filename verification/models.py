"""What was confirmed: face checks, requests to sources, and the facts they answered with."""

from datetime import timedelta
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import READERS, Application, Document, Family, Person
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role, UserKind
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
from verification.enums import BreakerState, CheckState, Judgement, Purpose, RequestState, Source

MAX_ATTEMPTS = 50
MAX_LOST_LEASES = 3

LeasedT = TypeVar("LeasedT", bound="Leased")


class LeasedQuerySet(models.QuerySet[LeasedT]):
    """Rows that are work: whoever claims one holds it for a lease, and may die holding it."""

    WAITING: ClassVar[str]
    RUNNING: ClassVar[str]

    def due(self) -> Self:
        """Waiting rows whose time has come, and rows whose worker died with the lease."""
        now = timezone.now()
        return self.filter(Q(state=self.WAITING, due_at__lte=now) | Q(state=self.RUNNING, lease_until__lt=now))

    def take(self, pk: int) -> LeasedT | None:
        """Claim one due row: of all who try at once one gets it. One UPDATE on the row's own columns."""
        died = models.Case(models.When(state=self.RUNNING, then=1), default=0)
        taken = (
            self.due()
            .filter(pk=pk)
            .update(
                state=self.RUNNING,
                lease_until=timezone.now() + timedelta(seconds=settings.LEASE_S),
                attempts=F("attempts") + 1,
                lost_leases=F("lost_leases") + died,
            )
        )
        return self.get(pk=pk) if taken else None

    def held(self, row: LeasedT) -> Self:
        """The row while the claim still counts: whoever claimed it again has a higher `attempts`."""
        return self.filter(pk=row.pk, state=self.RUNNING, attempts=row.attempts)


class Leased(StatefulModel):
    """A unit of work in the database; the task is only a hint to look at it."""

    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="claims so far; tells a lost lease from a held one"
    )
    lost_leases = models.PositiveSmallIntegerField(default=0, help_text="claims whose worker died")

    class Meta:
        abstract = True


class FaceCheckQuerySet(LeasedQuerySet["FaceCheck"]):
    WAITING, RUNNING = CheckState.QUEUED, CheckState.RUNNING

    def latest_first(self) -> "FaceCheckQuerySet":
        return self.order_by("-created_at", "-pk")

    def for_review(self) -> "FaceCheckQuerySet":
        """What an officer should look at, longest waiting first. A newer picture replaces an older one."""
        newer = self.model._base_manager.filter(
            application=models.OuterRef("application"), pk__gt=models.OuterRef("pk")
        )
        return self.filter(~models.Exists(newer), state=CheckState.REVIEW).order_by("created_at", "pk")

    def visible_to(self, user: User | AnonymousUser) -> "FaceCheckQuerySet":
        return self.filter(application__in=Application.objects.visible_to(user))


class FaceCheck(Leased):
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
    reference = models.ForeignKey(
        StoredFile,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text=_("the register's photograph, kept only while an officer has to look"),
    )
    state = models.CharField(max_length=10, choices=CheckState, default=CheckState.QUEUED, editable=False)
    reason = models.CharField(
        max_length=40, blank=True, help_text="hint or reason code, such as `blurry`, `manual_route`"
    )
    raw_distance = models.FloatField(null=True, blank=True)
    threshold_version = models.CharField(max_length=40, blank=True)
    engine_version = models.CharField(max_length=80, blank=True)
    template = EncryptedTextField(null=True, blank=True, help_text="base64 of 128 float32, biometric data")
    judgement = models.CharField(max_length=20, choices=Judgement, blank=True, help_text="the officer's coded reason")
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = FaceCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("face check")
        verbose_name_plural = _("face checks")
        constraints: ClassVar = [
            state_constraint("face_check", CheckState),
            models.UniqueConstraint(fields=["selfie"], name="face_check_one_per_picture"),
            models.CheckConstraint(
                name="face_check_rejected_only_by_a_person",
                condition=~Q(state__in=[CheckState.REJECTED, CheckState.CONFIRMED]) | Q(settled_by__isnull=False),
            ),
            models.CheckConstraint(
                name="face_check_rejected_with_a_reason", condition=~Q(state=CheckState.REJECTED) | ~Q(judgement="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="face_check_due", condition=Q(state__in=["queued", "running"])),
            models.Index(fields=["created_at"], name="face_check_for_review", condition=Q(state="review")),
        ]

    def __str__(self) -> str:
        return f"face check {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state in (CheckState.QUEUED, CheckState.RUNNING)

    @property
    def is_confirmed(self) -> bool:
        return self.state in (CheckState.ACCEPTED, CheckState.CONFIRMED)


class SourceRequestQuerySet(LeasedQuerySet["SourceRequest"]):
    WAITING, RUNNING = RequestState.DUE, RequestState.RUNNING

    def matching(self) -> "SourceRequestQuerySet":
        return self.filter(purpose=Purpose.MATCHING)

    def family_cards(self) -> "SourceRequestQuerySet":
        return self.filter(purpose=Purpose.FAMILY_CARD)

    def unanswered(self) -> "SourceRequestQuerySet":
        return self.filter(state__in=[RequestState.DUE, RequestState.RUNNING])

    def parked(self) -> "SourceRequestQuerySet":
        return self.filter(state=RequestState.PARKED)

    def visible_to(self, user: User | AnonymousUser) -> "SourceRequestQuerySet":
        return self.filter(application__in=Application.objects.visible_to(user))


class SourceRequest(Leased):
    """One question to one source about one application. The row is the truth, the task a hint."""

    TRANSITIONS: ClassVar = {
        RequestState.DUE: frozenset({RequestState.RUNNING}),
        RequestState.RUNNING: frozenset(
            {RequestState.DUE, RequestState.ANSWERED, RequestState.NOT_FOUND, RequestState.PARKED}
        ),
        RequestState.PARKED: frozenset({RequestState.DUE}),
    }

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="source_requests")
    source = models.CharField(max_length=20, choices=Source)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.MATCHING)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.DUE, editable=False)
    last_error = models.CharField(max_length=60, blank=True, help_text="error code, never a payload")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = SourceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("source request")
        verbose_name_plural = _("source requests")
        constraints: ClassVar = [
            state_constraint("source_request", RequestState),
            choice_constraint("source", Source, name="source_request_source_is_known"),
            choice_constraint("purpose", Purpose, name="source_request_purpose_is_known"),
            models.UniqueConstraint(fields=["application", "source", "purpose"], name="source_request_one_per_source"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="source_request_due", condition=Q(state__in=["due", "running"])),
            models.Index(fields=["due_at"], name="source_request_parked", condition=Q(state="parked")),
        ]

    def __str__(self) -> str:
        return f"{self.source} for application {self.application_id}"

    @property
    def is_settled(self) -> bool:
        """The source has spoken, be it to say that it does not know the family."""
        return self.state in (RequestState.ANSWERED, RequestState.NOT_FOUND)


class SourceHealthQuerySet(models.QuerySet["SourceHealth"]):
    def visible_to(self, user: User | AnonymousUser) -> "SourceHealthQuerySet":
        """Says nothing about anybody: any member of staff may see it."""
        return self if isinstance(user, User) and user.kind == UserKind.STAFF else self.none()


class SourceHealth(Timestamped):
    """Circuit breaker of one source, shared by all workers and shown on the health page."""

    source = models.CharField(max_length=20, choices=Source, unique=True)
    state = models.CharField(max_length=10, choices=BreakerState, default=BreakerState.CLOSED, editable=False)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_latency_ms = models.PositiveIntegerField(null=True, blank=True)

    objects = SourceHealthQuerySet.as_manager()

    class Meta:
        verbose_name = _("source health")
        verbose_name_plural = _("source health")
        constraints: ClassVar = [
            state_constraint("source_health", BreakerState),
            choice_constraint("source", Source, name="source_health_source_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.state}"


class FactQuerySet(models.QuerySet["Fact"]):
    def current(self) -> "FactQuerySet":
        return self.filter(superseded_by=None)

    def current_of(self, family: Family) -> dict[str, "Fact"]:
        """What holds now, by name."""
        return {fact.name: fact for fact in self.current().filter(family=family)}

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
