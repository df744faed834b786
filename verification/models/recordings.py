"""Recordings of a face in motion: what was asked, what was sent, what came of it."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application, Document
from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, StoredFile, Timestamped, choice_constraint, state_constraint
from verification.faces.moves import FRAMES
from verification.recording_enums import RecordingState, Replaced

BURNT = tuple(state for state in RecordingState if state != RecordingState.ASKED)


class FaceRecordingQuerySet(models.QuerySet["FaceRecording"]):
    def burn(self, token_digest: str, *, session_digest: str, application_id: int) -> "FaceRecording | None":
        """Use a challenge up. Of all who send the same one, one gets it; none whose time is over, and none
        from another session or for another case. One UPDATE."""
        now = timezone.now()
        mine = self.filter(token_digest=token_digest, session_digest=session_digest, application=application_id)
        burnt = mine.filter(state=RecordingState.ASKED, expires_at__gt=now).update(
            state=RecordingState.SENT, sent_at=now, updated_at=now
        )
        return mine.select_related("application").get() if burnt else None

    def visible_to(self, user: User | AnonymousUser) -> "FaceRecordingQuerySet":
        return self.filter(application__in=Application.objects.visible_to(user))


class FaceRecording(StatefulModel):
    """One challenge and the answer to it. The token itself is nowhere, only its digest."""

    TRANSITIONS: ClassVar = {
        RecordingState.ASKED: frozenset({RecordingState.SENT}),
        RecordingState.SENT: frozenset({RecordingState.UNUSABLE, RecordingState.LIVE, RecordingState.BROKEN}),
    }

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="face_recordings")
    asked_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    attempt = models.PositiveSmallIntegerField(help_text=_("counted per registration, from 1"))
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    session_digest = models.CharField(max_length=64, editable=False)
    moves = models.JSONField(help_text=_("in the order in which they were asked"))
    replaced = models.CharField(
        max_length=10, choices=Replaced, blank=True, help_text=_("the turn this person cannot make")
    )
    state = models.CharField(max_length=10, choices=RecordingState, default=RecordingState.ASKED, editable=False)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    selfie = models.OneToOneField(
        Document,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="recording",
        help_text=_("the frame that stands for the person"),
    )
    reason = models.CharField(max_length=20, blank=True, help_text=_("why it does not count as live"))
    texture = models.FloatField(null=True, blank=True, help_text=_("a hint for officers; nothing is decided by it"))

    objects = FaceRecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("face recording")
        verbose_name_plural = _("face recordings")
        constraints: ClassVar = [
            state_constraint("face_recording", RecordingState),
            choice_constraint("replaced", Replaced, name="face_recording_replaced_is_known_or_empty"),
            models.UniqueConstraint(fields=["application", "attempt"], name="face_recording_attempts_are_counted"),
            models.CheckConstraint(
                name="face_recording_sent_in_time",
                condition=Q(state=RecordingState.ASKED, sent_at=None)
                | Q(state__in=BURNT, sent_at__isnull=False, sent_at__lt=F("expires_at")),
            ),
            models.CheckConstraint(
                name="face_recording_live_has_a_selfie_and_no_reason",
                condition=~Q(state=RecordingState.LIVE) | Q(selfie__isnull=False, reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"face recording {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.state == RecordingState.LIVE


class FaceFrame(Timestamped):
    """One picture of a recording. Erased with the verdict; its hash stays, so that it is known when it comes again."""

    recording = models.ForeignKey(FaceRecording, on_delete=models.RESTRICT, related_name="frames")
    number = models.PositiveSmallIntegerField()
    file = models.OneToOneField(StoredFile, on_delete=models.RESTRICT, related_name="face_frame")
    sha256 = models.CharField(max_length=64, db_index=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recording", "number"], name="face_frame_one_per_place"),
            models.CheckConstraint(name="face_frame_place_is_known", condition=Q(number__lt=FRAMES)),
        ]

    def __str__(self) -> str:
        return f"frame {self.number} of recording {self.recording_id}"
