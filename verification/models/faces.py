"""Face checks: what was compared, what came out, who settled it."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.enums import ApplicationState
from enrollment.models import Application, Document
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import StoredFile, state_constraint
from verification.enums import REASONS, CheckState, FaceReason, Judgement
from verification.models.leases import Leased, LeasedQuerySet

SAMPLE = "sample"  # reason of a check of an accepted face that officers look at to count errors
TRIES_USED = "tries_used"  # reason of a check: the pictures could not be judged
# Whoever cannot be photographed need not wait until the register's photograph is there.
OPEN = Q(state=CheckState.REVIEW) | Q(state__in=[CheckState.QUEUED, CheckState.RUNNING], selfie=None)
DEFINITE = tuple(reason for reason in FaceReason if reason not in REASONS[Judgement.UNSURE])


class FaceCheckQuerySet(LeasedQuerySet["FaceCheck"]):
    WAITING, RUNNING = CheckState.QUEUED, CheckState.RUNNING

    def must_wait(self, pk: int) -> bool:
        """Whether this is a re-check while a person waits for a first look: people come first."""
        return self.filter(pk=pk).exclude(recheck_of=None).exists() and self.due().filter(recheck_of=None).exists()

    def latest_first(self) -> "FaceCheckQuerySet":
        """The checks that say who somebody is, newest first. A re-check only tells officers something."""
        return self.filter(recheck_of=None).order_by("-created_at", "-pk")

    def newest(self) -> "FaceCheckQuerySet":
        """Of every application the check that counts: a newer picture replaces an older one."""
        return self.filter(~models.Exists(self._newer()), recheck_of=None)

    def for_review(self) -> "FaceCheckQuerySet":
        """First looks that wait for people, longest waiting first."""
        return self.newest().filter(OPEN).order_by("created_at", "pk")

    def for_officers(self) -> "FaceCheckQuerySet":
        """First looks, re-checks the machine doubts and accepted faces drawn by chance, longest waiting first."""
        first = Q(OPEN, ~models.Exists(self._newer()), recheck_of=None)
        return self.filter(first | Q(state=CheckState.REVIEW, recheck_of__isnull=False)).order_by("created_at", "pk")

    def sampled(self) -> "FaceCheckQuerySet":
        """Accepted faces drawn by chance that officers have answered, to count the errors of the machine."""
        return self.filter(reason=SAMPLE, state__in=[CheckState.CONFIRMED, CheckState.REJECTED])

    def turned_down(self) -> "FaceCheckQuerySet":
        """Pictures that did not show who it is, while the case is open: the person may come and be met."""
        still = Q(application__state__in=[ApplicationState.SUBMITTED, ApplicationState.MATCHING])
        return self.newest().filter(still, state=CheckState.REJECTED).order_by("settled_at", "pk")

    def for_visit(self, user: User | AnonymousUser | None) -> "FaceCheckQuerySet":
        """Whom an agent should meet in the own villages, longest waiting first: who cannot be photographed
        or has no usable picture, and where an officer asked; not what this agent has answered."""
        unmet = (Q(selfie=None) | Q(reason=TRIES_USED)) & ~self._answered(answers__met__gt="")
        if not isinstance(user, User):
            return self.none()
        here = scoping.area_filter(user, roles=[Role.AGENT], field="application__village_id")
        sent = Q(application__state__in=[ApplicationState.SUBMITTED, ApplicationState.MATCHING])
        wanted = self.for_review().filter(unmet | Q(judgement=Judgement.UNSURE), here, sent)
        return wanted.exclude(self._answered(answers__given_by=user.pk))

    def met_by(self, user: User | AnonymousUser) -> "FaceCheckQuerySet":
        """Checks in the villages of an agent, open or not: enough to say that nobody need go."""
        return self.filter(scoping.area_filter(user, roles=[Role.AGENT], field="application__village_id"))

    def _newer(self) -> models.QuerySet["FaceCheck"]:
        """A later picture of the person a check is about."""
        return self.model._base_manager.filter(
            application=models.OuterRef("application"), pk__gt=models.OuterRef("pk"), recheck_of=None
        )

    def _answered(self, **who: object) -> models.Exists:
        """Whether there is a definite answer of this kind."""
        same = self.model._base_manager.filter(pk=models.OuterRef("pk"), answers__reason__in=DEFINITE, **who)
        return models.Exists(same)

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
    light = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="mean grey level of the face, 0 to 255; empty when none was found"
    )
    raw_distance = models.FloatField(null=True, blank=True)
    population_distance = models.FloatField(null=True, blank=True, help_text="seen from the mean of the population")
    general_distance = models.FloatField(null=True, blank=True, help_text="seen from the mean of people in general")
    mean_version = models.CharField(max_length=40, blank=True, help_text="which means; they are in the thresholds")
    similarity = models.FloatField(null=True, blank=True, help_text="0 to 1, where a provider elsewhere compared")
    threshold_version = models.CharField(max_length=40, blank=True)
    engine_version = models.CharField(max_length=80, blank=True)
    judgement = models.CharField(max_length=20, choices=Judgement, blank=True, help_text="the officer's coded reason")
    disputed_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="officer whose answer was contradicted: somebody else settles it",
    )
    recheck_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="rechecks",
        help_text="what people had answered when a better picture came; a re-check changes nothing by itself",
    )
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = FaceCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("face check")
        verbose_name_plural = _("face checks")
        constraints: ClassVar = [
            state_constraint("face_check", CheckState),
            models.UniqueConstraint(fields=["selfie"], condition=Q(recheck_of=None), name="face_check_one_per_picture"),
            models.CheckConstraint(
                name="face_check_seen_from_two_named_means",
                condition=Q(population_distance=None, general_distance=None, mean_version="")
                | (Q(population_distance__isnull=False, general_distance__isnull=False) & ~Q(mean_version="")),
            ),
            models.CheckConstraint(
                name="face_check_similarity_is_a_share", condition=Q(similarity=None) | Q(similarity__range=(0, 1))
            ),
            models.CheckConstraint(
                name="face_check_dispute_is_settled_by_another",
                condition=Q(settled_by=None) | Q(disputed_by=None) | ~Q(settled_by=models.F("disputed_by")),
            ),
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
    def is_open(self) -> bool:
        """Whether people can still answer; one without a picture need not wait for the machine."""
        return self.state == CheckState.REVIEW or (self.is_waiting and self.selfie_id is None)

    @property
    def is_replaced(self) -> bool:
        """Whether a newer picture of the same person is looked at instead. One query."""
        newer = FaceCheck.objects.filter(application=self.application_id, recheck_of=None, pk__gt=self.pk)
        return newer.exists()

    @property
    def is_confirmed(self) -> bool:
        return self.state in (CheckState.ACCEPTED, CheckState.CONFIRMED)
