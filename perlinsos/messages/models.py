"""Who is told what: an outbox written with the change it reports, and letters anyone can check."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import StatefulModel, StoredFile, choice_constraint, state_constraint
from perlinsos.messages.enums import Channel, LetterState, MessageState


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    def inbox_of(self, subject: models.Model) -> "OutboxMessageQuerySet":
        """What a status page shows about its subject, newest first."""
        about = self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
        return about.filter(channel=Channel.INBOX).order_by("-created_at", "-pk")

    def due(self) -> "OutboxMessageQuerySet":
        """Waiting rows whose time has come, and rows whose sender died with the lease."""
        now = timezone.now()
        return self.filter(
            Q(state=MessageState.WAITING, due_at__lte=now) | Q(state=MessageState.SENDING, lease_until__lt=now)
        )


class OutboxMessage(StatefulModel):
    """One message to one address. `key` makes telling somebody twice impossible."""

    TRANSITIONS: ClassVar = {
        MessageState.WAITING: frozenset({MessageState.SENDING, MessageState.PARKED}),
        MessageState.SENDING: frozenset({MessageState.WAITING, MessageState.SENT, MessageState.PARKED}),
        MessageState.PARKED: frozenset({MessageState.WAITING}),
    }

    key = models.CharField(max_length=120, unique=True, help_text="what, for whom: `batch-announced:17:42`")
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING, editable=False)
    channel = models.CharField(max_length=10, choices=Channel)
    subject_type = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    language = models.CharField(max_length=5, default="id")
    address = EncryptedTextField(null=True, blank=True)
    title = models.CharField(max_length=200)
    body = EncryptedTextField()
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            state_constraint("outbox_message", MessageState),
            choice_constraint("channel", Channel, name="outbox_message_channel_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id"], name="message_by_subject"),
            models.Index(fields=["due_at"], name="message_due", condition=Q(state__in=["waiting", "sending"])),
        ]

    def __str__(self) -> str:
        return self.key


class LetterQuerySet(models.QuerySet["Letter"]):
    def about(self, subject: models.Model) -> "LetterQuerySet":
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def public(self) -> "LetterQuerySet":
        """Letters that left the house; a revoked one is still shown, as revoked."""
        return self.exclude(state=LetterState.QUEUED)

    def due(self) -> "LetterQuerySet":
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()), state=LetterState.QUEUED)


class Letter(StatefulModel):
    """A printed letter whose QR leads to a public check page by `code`."""

    TRANSITIONS: ClassVar = {
        LetterState.QUEUED: frozenset({LetterState.ISSUED}),
        LetterState.ISSUED: frozenset({LetterState.REVOKED}),
    }

    code = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.QUEUED, editable=False)
    kind = models.CharField(max_length=30)
    subject_type = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    masked_name = models.CharField(max_length=100)
    status_text = models.CharField(max_length=200)
    issued_on = models.DateField(default=timezone.localdate)
    content = EncryptedTextField(help_text="JSON the template is filled with")
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    lease_until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints: ClassVar = [
            state_constraint("letter", LetterState),
            models.CheckConstraint(
                name="letter_issued_has_a_file", condition=Q(state=LetterState.QUEUED) | Q(file__isnull=False)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"], name="letter_by_subject")]

    def __str__(self) -> str:
        return self.code
