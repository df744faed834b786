"""Pairs of people whose faces look alike, and what somebody said about them."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, state_constraint
from verification.duplicate_enums import DuplicateAnswer, DuplicateState, FollowUp
from verification.models.faces import FaceCheck

COMPARERS = (Role.OFFICER, Role.VERIFIER, Role.AUDITOR)
WAITING_STATES = (DuplicateState.OPEN, DuplicateState.VISIT)


class DuplicateCandidateQuerySet(models.QuerySet["DuplicateCandidate"]):
    def waiting(self) -> "DuplicateCandidateQuerySet":
        """What somebody should look at, longest waiting first."""
        return self.filter(state__in=WAITING_STATES).order_by("created_at", "pk")

    def to_follow_up(self) -> "DuplicateCandidateQuerySet":
        return self.filter(state=DuplicateState.SAME).order_by("settled_at", "pk")

    def unfinished(self) -> "DuplicateCandidateQuerySet":
        """Pairs whose pictures somebody may still need."""
        return self.filter(state__in=(*WAITING_STATES, DuplicateState.SAME))

    def visible_to(self, user: User | AnonymousUser) -> "DuplicateCandidateQuerySet":
        """For whoever may look at either person's case, and for the coordinator of both once handed over."""
        first, second = _sides(user, COMPARERS)
        return self.filter(first | second | self._handed_to(user))

    def seen_whole_by(self, user: User | AnonymousUser) -> "DuplicateCandidateQuerySet":
        """Of these, the pairs whose both sides the user may look at."""
        first, second = _sides(user, COMPARERS)
        return self.filter((first & second) | self._handed_to(user))

    def handed_to(self, user: User | AnonymousUser) -> "DuplicateCandidateQuerySet":
        """What waits for the coordinator of both areas, or was answered by one."""
        return self.filter(self._handed_to(user))

    def showing(self, file: UUID) -> "DuplicateCandidateQuerySet":
        """Pairs of which one picture is this stored file."""
        pictures = Q(first_check__selfie__file__public_id=file) | Q(second_check__selfie__file__public_id=file)
        sides = ("first_check__application", "second_check__application")
        return self.filter(pictures).select_related("first_check__selfie__file", "second_check__selfie__file", *sides)

    def _handed_to(self, user: User | AnonymousUser) -> Q:
        first, second = _sides(user, [Role.COORDINATOR])
        return Q(handed_over_at__isnull=False) & first & second


def _sides(user: User | AnonymousUser, roles: Iterable[str]) -> tuple[Q, Q]:
    """Whether the first and whether the second application lies where the user holds one of the roles."""
    codes = scoping.area_codes(user, roles=roles)
    first, second = (
        reduce(or_, (scoping.within(f"{side}__village_id", code) for code in codes), scoping.NOTHING)
        for side in ("first_check__application", "second_check__application")
    )
    return first, second


class DuplicateCandidate(StatefulModel):
    """Two people whose pictures look alike: one question for a person, asked once and remembered.

    The pair is one of people, not of pictures: an answer counts for all later pictures too. The
    checks name the pictures that looked alike and, through them, the two applications.
    """

    State = DuplicateState

    TRANSITIONS: ClassVar = {
        DuplicateState.OPEN: frozenset({DuplicateState.VISIT, DuplicateState.SAME, DuplicateState.DIFFERENT}),
        DuplicateState.VISIT: frozenset({DuplicateState.SAME, DuplicateState.DIFFERENT}),
        DuplicateState.SAME: frozenset({DuplicateState.FOLLOWED_UP}),
    }

    first = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="+", help_text=_("the lower number"))
    second = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="+")
    first_check = models.ForeignKey(FaceCheck, on_delete=models.RESTRICT, related_name="+")
    second_check = models.ForeignKey(FaceCheck, on_delete=models.RESTRICT, related_name="+")
    state = models.CharField(max_length=12, choices=DuplicateState, default=DuplicateState.OPEN, editable=False)
    raw_distance = models.FloatField()
    cen_distance = models.FloatField(null=True, blank=True)
    threshold_version = models.CharField(max_length=40)
    engine_version = models.CharField(max_length=80)
    answer = models.CharField(max_length=20, choices=DuplicateAnswer, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    handed_over_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    handed_over_at = models.DateTimeField(null=True, blank=True)
    follow_up = models.CharField(max_length=20, choices=FollowUp, blank=True)

    objects = DuplicateCandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints: ClassVar = [
            state_constraint("duplicate_candidate", DuplicateState),
            models.CheckConstraint(name="duplicate_candidate_two_people_in_order", condition=Q(first__lt=F("second"))),
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_candidate_once_per_pair"),
            models.CheckConstraint(
                name="duplicate_candidate_settled_only_by_a_person",
                condition=Q(state__in=WAITING_STATES) | (Q(settled_by__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="duplicate_candidate_followed_up_with_a_reason",
                condition=~Q(state=DuplicateState.FOLLOWED_UP) | ~Q(follow_up=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], name="duplicate_candidate_waiting", condition=Q(state__in=["open", "visit"])
            )
        ]

    def __str__(self) -> str:
        return f"pair {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING_STATES

    @property
    def checks(self) -> tuple[FaceCheck, FaceCheck]:
        return self.first_check, self.second_check
