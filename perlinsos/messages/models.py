"""Who is told what: an outbox written with the change it reports, and letters anyone can check."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import PublicModel, StatefulModel, StoredFile, choice_constraint, state_constraint


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    INBOX = "inbox", _("Status page")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    PARKED = "parked", _("Parked")


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
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


class LetterState(models.TextChoices):
    QUEUED = "queued", _("Being written")
    ISSUED = "issued", _("Issued")
    REVOKED = "revoked", _("Revoked")


class LetterQuerySet(models.QuerySet["Letter"]):
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


class Announcement(PublicModel):
    """A public notice, such as "results of batch 3 are out", shown on the start page."""

    title = models.CharField(max_length=200)
    body = models.TextField()
    area_code = models.CharField(max_length=13, blank=True)
    published_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title
