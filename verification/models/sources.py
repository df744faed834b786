"""Questions to the sources, and how the sources are doing."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.enums import ApplicationState
from enrollment.models import Application, Consent
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.core.models import Timestamped, choice_constraint, state_constraint
from verification.enums import BreakerState, Purpose, RequestState, Source
from verification.models.leases import Leased, LeasedQuerySet

SETTLED = (RequestState.ANSWERED, RequestState.NOT_FOUND)
NO_CONSENT = "no_consent"  # why a question is put aside that the family does not agree to


class SourceRequestQuerySet(LeasedQuerySet["SourceRequest"]):
    WAITING, RUNNING = RequestState.DUE, RequestState.RUNNING

    def matching(self) -> "SourceRequestQuerySet":
        return self.filter(purpose=Purpose.MATCHING)

    def family_cards(self) -> "SourceRequestQuerySet":
        return self.filter(purpose=Purpose.FAMILY_CARD)

    def with_whom(self) -> "SourceRequestQuerySet":
        """With the application, its family and who applies: whom a question is about."""
        return self.select_related("application__family", "application__applicant")

    def due(self) -> "SourceRequestQuerySet":
        """Besides what waits and what was dropped: promised answers that have not come in time."""
        return super().due() | self.filter(state=RequestState.AWAITED, due_at__lte=timezone.now())

    def blocking(self) -> "SourceRequestQuerySet":
        """Those a decision waits for."""
        return self.filter(is_blocking=True)

    def unanswered(self) -> "SourceRequestQuerySet":
        return self.exclude(state__in=SETTLED)

    def open_to_callback(self) -> "SourceRequestQuerySet":
        """Promised, or just being asked: a source may call back before its "later" has arrived here."""
        return self.filter(state__in=[RequestState.AWAITED, RequestState.RUNNING])

    def parked(self) -> "SourceRequestQuerySet":
        return self.filter(state=RequestState.PARKED)

    def agreed(self) -> "SourceRequestQuerySet":
        """Those whose family still agrees that the source is asked."""
        given = Consent.objects.filter(application=OuterRef("application"), withdrawn_at=None)
        return self.filter(Exists(given.filter(text__source=OuterRef("source"))))

    def ask_anew(self) -> int:
        """Make settled or parked questions due, as new ones: nothing that failed before counts against them."""
        now = timezone.now()
        again = {"attempts_before": F("attempts"), "lost_leases": 0}
        return self.update(state=RequestState.DUE, due_at=now, updated_at=now, **again)

    def visible_to(self, user: User | AnonymousUser) -> "SourceRequestQuerySet":
        return self.filter(application__in=Application.objects.visible_to(user))


class SourceRequest(Leased):
    """One question to one source about one application. The row is the truth, the task a hint."""

    TRANSITIONS: ClassVar = {
        RequestState.DUE: frozenset({RequestState.RUNNING}),
        RequestState.RUNNING: frozenset({RequestState.DUE, RequestState.AWAITED, RequestState.PARKED, *SETTLED}),
        RequestState.AWAITED: frozenset({RequestState.RUNNING, *SETTLED}),
        RequestState.PARKED: frozenset({RequestState.DUE}),
        RequestState.ANSWERED: frozenset({RequestState.DUE}),  # what it said has grown too old
        RequestState.NOT_FOUND: frozenset({RequestState.DUE}),  # its register may have been renewed
    }

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="source_requests")
    source = models.CharField(max_length=20, choices=Source)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.MATCHING)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.DUE, editable=False)
    last_error = models.CharField(max_length=60, blank=True, help_text="error code, never a payload")
    is_blocking = models.BooleanField(default=True, help_text="whether a decision waits for the answer")
    answered_at = models.DateTimeField(null=True, blank=True)
    attempts_before = models.PositiveSmallIntegerField(
        default=0, help_text="claims until it was last asked anew; `attempts` tells claims apart, so it never falls"
    )

    objects = SourceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("source request")
        verbose_name_plural = _("source requests")
        constraints: ClassVar = [
            state_constraint("source_request", RequestState),
            choice_constraint("source", Source, name="source_request_source_is_known"),
            choice_constraint("purpose", Purpose, name="source_request_purpose_is_known"),
            models.UniqueConstraint(fields=["application", "source", "purpose"], name="source_request_one_per_source"),
            models.CheckConstraint(
                condition=Q(attempts_before__lte=F("attempts")), name="source_request_counts_its_tries"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["source", "id"],
                name="source_request_waiting",
                condition=Q(state__in=["due", "running", "awaited"]),
            ),
            models.Index(fields=["due_at"], name="source_request_parked", condition=Q(state="parked")),
            models.Index(fields=["answered_at"], name="source_request_not_found", condition=Q(state="not_found")),
        ]

    def __str__(self) -> str:
        return f"{self.source} for application {self.application_id}"

    @property
    def tries(self) -> int:
        """Claims since it was last asked anew."""
        return self.attempts - self.attempts_before

    @property
    def is_settled(self) -> bool:
        """The source has spoken, be it to say that it does not know the family."""
        return self.state in SETTLED

    @property
    def is_agreed(self) -> bool:
        """Whether the family still applies, and still agrees that this source is asked. One query."""
        agreed = Consent.objects.filter(application=self.application, withdrawn_at=None, text__source=self.source)
        return self.application.state != ApplicationState.WITHDRAWN and agreed.exists()


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


class SourceTurn(models.Model):
    """One of the calls a source allows in any second. As many rows as calls: the limit cannot be exceeded.

    A turn is busy from before the call until a second after its answer, on the clock of the
    database. Of the calls that reach a source within one second, the last to leave found the turns
    of all others still taken: so they are never more than there are turns.
    """

    source = models.CharField(max_length=20, choices=Source)
    number = models.PositiveSmallIntegerField()
    is_busy = models.BooleanField(default=False)
    free_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            choice_constraint("source", Source, name="source_turn_source_is_known"),
            models.UniqueConstraint(fields=["source", "number"], name="source_turn_one_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.source} turn {self.number}"


class SourceCall(models.Model):
    """That a source was called: when, how long it took, how it went. Never about whom."""

    source = models.CharField(max_length=20, choices=Source)
    at = models.DateTimeField(default=timezone.now)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    error = models.CharField(max_length=60, blank=True, help_text="error code; empty when it answered")

    class Meta:
        constraints: ClassVar = [choice_constraint("source", Source, name="source_call_source_is_known")]
        indexes: ClassVar = [models.Index(fields=["at", "source"], name="source_call_recent")]

    def __str__(self) -> str:
        return f"{self.source} call #{self.pk}"
