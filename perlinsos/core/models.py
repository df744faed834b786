"""Abstract bases every app builds on, the audit trail and stored files. No domain words here."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Timestamped(models.Model):
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class PublicModel(Timestamped):
    """Small joins inside, unguessable addresses outside."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class StatefulModel(PublicModel):
    """A row whose `state` moves only through `workflow.move` along its TRANSITIONS.

    Subclasses declare `state` (editable=False), `TRANSITIONS` and a `state_constraint`.
    """

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {}
    state: Any

    class Meta:
        abstract = True


def choice_constraint(field: str, choices: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """`choices` alone is only form validation; this makes the database agree."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)


def state_constraint(model_name: str, states: type[models.TextChoices]) -> models.CheckConstraint:
    return choice_constraint("state", states, name=f"{model_name}_state_is_known")


class AuditEvent(models.Model):
    """One thing somebody did. Written through `audit.record`, refused for change by the database."""

    at = models.DateTimeField(default=timezone.now, editable=False)
    action = models.CharField(max_length=100)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    subject_type = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    request_id = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}:{self.subject_id}"


class AuditLink(models.Model):
    """Position of an event in the global hash chain; rows are made by the database at COMMIT."""

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, on_delete=models.RESTRICT, related_name="link")
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"#{self.position}"


class StoredFile(PublicModel):
    """A file outside the web root, sealed on disk, named by nothing a visitor chose.

    Written by `files.store`; the bytes come back through `files.read`.
    """

    content_type = models.CharField(max_length=50, editable=False)
    size = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    removed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="from here on nobody gets the bytes"
    )
    removed_under = models.CharField(
        max_length=60, blank=True, editable=False, help_text="retention policy and reason code"
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="the bytes are gone from disk")

    def __str__(self) -> str:
        return str(self.public_id)
