"""What people said about faces: each answer before and after the machine was heard, with its reason."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Document
from perlinsos.accounts.models import User
from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import PublicModel, choice_constraint
from verification.enums import REASONS, FaceReason, Judgement, Met, Paper
from verification.models.faces import FaceCheck

UNSURE = REASONS[Judgement.UNSURE]
CONFIRMING = (*REASONS[Judgement.SAME_PERSON], *REASONS[Judgement.MET_IN_PERSON])


class FaceAnswerQuerySet(models.QuerySet["FaceAnswer"]):
    def given(self) -> "FaceAnswerQuerySet":
        """Answers that count: whoever gave them has seen all there is to see."""
        return self.exclude(answered_at=None)

    def definite(self) -> "FaceAnswerQuerySet":
        return self.given().exclude(reason__in=UNSURE)

    def pending_of(self, user: User) -> "FaceAnswerQuerySet":
        """What `user` has chosen and not confirmed yet."""
        return self.filter(given_by=user, answered_at=None)

    def visible_to(self, user: User | AnonymousUser) -> "FaceAnswerQuerySet":
        return self.filter(face_check__in=FaceCheck.objects.visible_to(user))


class FaceAnswer(PublicModel):
    """What one person said about one check. `first_reason` is from before the machine's opinion was shown,
    `reason` is what counts. An agent's answer comes from a visit and says whom and what the agent saw."""

    face_check = models.ForeignKey(FaceCheck, on_delete=models.RESTRICT, related_name="answers")
    given_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    first_reason = models.CharField(max_length=10, choices=FaceReason)
    reason = models.CharField(max_length=10, choices=FaceReason, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="empty while the first choice is looked at")
    met = models.CharField(max_length=6, choices=Met, blank=True, help_text="empty for an answer at the desk")
    papers = ArrayField(models.CharField(max_length=6, choices=Paper), default=list, blank=True)
    representative = EncryptedTextField(null=True, blank=True, help_text="name of who spoke for the person")
    photo = models.ForeignKey(Document, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")

    objects = FaceAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer about a face")
        verbose_name_plural = _("answers about faces")
        constraints: ClassVar = [
            choice_constraint("first_reason", FaceReason, name="face_answer_first_reason_is_known"),
            models.CheckConstraint(
                name="face_answer_given_has_a_reason",
                condition=Q(answered_at=None, reason="") | Q(answered_at__isnull=False, reason__in=FaceReason.values),
            ),
            models.CheckConstraint(name="face_answer_met_is_known", condition=Q(met__in=["", *Met.values])),
            models.CheckConstraint(name="face_answer_papers_are_known", condition=Q(papers__contained_by=Paper.values)),
            models.CheckConstraint(
                name="face_answer_visit_confirms_a_person_with_papers",
                condition=Q(met="")
                | ~Q(reason__in=CONFIRMING)
                | Q(
                    met__in=[Met.SELF, Met.HELPED],
                    reason__in=REASONS[Judgement.MET_IN_PERSON],
                    papers__overlap=[Paper.KTP, Paper.LETTER],
                ),
            ),
            models.CheckConstraint(
                name="face_answer_representative_has_a_name",
                condition=~Q(met=Met.HELPED) | Q(representative__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["face_check", "given_by"], condition=Q(answered_at=None), name="face_answer_one_pending_each"
            ),
            models.UniqueConstraint(
                fields=["face_check", "given_by"],
                condition=~Q(reason__in=["", *UNSURE]),
                name="face_answer_one_definite_each",
                violation_error_message=_("You have answered already. Somebody else must look."),
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"

    @property
    def judgement(self) -> Judgement:
        """What counts; before the answer is given, what was chosen first."""
        return FaceReason(self.reason or self.first_reason).judgement

    @property
    def is_definite(self) -> bool:
        return self.judgement != Judgement.UNSURE

    @property
    def changed_mind(self) -> bool:
        """Whether the machine's opinion led to another answer."""
        return bool(self.reason) and self.reason != self.first_reason
