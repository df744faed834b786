"""Face checks: what was compared, what came out, who settled it."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application, Document
from perlinsos.accounts.models import User
from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import StoredFile, state_constraint
from verification.enums import CheckState, Judgement
from verification.models.leases import Leased, LeasedQuerySet


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
