"""A family that receives is looked at again: an answer beside the one that holds, and a person who decides."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.enums import Outcome, RecertificationState
from eligibility.models.decisions import Determination
from eligibility.models.participations import Participation
from eligibility.models.programmes import RuleSet
from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, state_constraint
from verification.models import SourceRequest

WAIT = timedelta(days=3)  # then it is decided on what is known; what is too old counts as unknown
OPEN = (RecertificationState.ASKED, RecertificationState.ANSWERED)


class RecertificationQuerySet(models.QuerySet["Recertification"]):
    def open(self) -> "RecertificationQuerySet":
        return self.filter(state__in=OPEN)

    def due(self) -> "RecertificationQuerySet":
        """Those that wait for sources which have all spoken, or were waited for long enough."""
        unanswered = SourceRequest.objects.matching().blocking().unanswered()
        open_questions = unanswered.filter(application=OuterRef("participation__application"))
        is_late = Q(created_at__lte=timezone.now() - WAIT)
        return self.filter(~Q(Exists(open_questions)) | is_late, state=RecertificationState.ASKED)


class Recertification(StatefulModel):
    """One look at the data of a family that receives. It takes nothing away and gives nothing by itself.

    `answer` is what would be decided today, in the words of a determination, beside `compared_with`, which
    goes on to hold. An officer confirms that assistance goes on: the answer is then made the `determination`
    that holds, unless it is the same or not known. A smaller sum needs a second officer.
    """

    TRANSITIONS: ClassVar = {
        RecertificationState.ASKED: frozenset({RecertificationState.ANSWERED, RecertificationState.DROPPED}),
        RecertificationState.ANSWERED: frozenset({RecertificationState.CONFIRMED, RecertificationState.DROPPED}),
    }

    participation = models.ForeignKey(Participation, on_delete=models.RESTRICT, related_name="recertifications")
    state = models.CharField(
        max_length=10, choices=RecertificationState, default=RecertificationState.ASKED, editable=False
    )
    asked_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    sources = ArrayField(models.CharField(max_length=20), help_text="whose facts were too old and were asked for")
    answered_at = models.DateTimeField(null=True, blank=True)
    rule_set = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    compared_with = models.ForeignKey(Determination, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    outcome = models.CharField(max_length=15, choices=Outcome, blank=True)
    amount_per_year = models.PositiveBigIntegerField(default=0, help_text="rupiah")
    answer: Any = models.JSONField(null=True, blank=True, help_text="the other fields of a determination")
    takes_money = models.BooleanField(default=False, help_text="the family would still receive, but less")
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    determination = models.OneToOneField(
        Determination, null=True, blank=True, on_delete=models.RESTRICT, related_name="recertification"
    )

    objects = RecertificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("recertification")
        verbose_name_plural = _("recertifications")
        constraints: ClassVar = [
            state_constraint("recertification", RecertificationState),
            models.UniqueConstraint(
                fields=["participation"], condition=Q(state__in=OPEN), name="recertification_one_open_per_participation"
            ),
            models.CheckConstraint(
                name="recertification_answered_is_complete",
                condition=~Q(state__in=[RecertificationState.ANSWERED, RecertificationState.CONFIRMED])
                | (
                    Q(answered_at__isnull=False, rule_set__isnull=False, compared_with__isnull=False)
                    & Q(answer__isnull=False, outcome__in=Outcome.values)
                ),
            ),
            models.CheckConstraint(
                name="recertification_confirmed_by_somebody",
                condition=Q(
                    state=RecertificationState.CONFIRMED, confirmed_by__isnull=False, confirmed_at__isnull=False
                )
                | (~Q(state=RecertificationState.CONFIRMED) & Q(confirmed_by=None, determination=None)),
            ),
            models.CheckConstraint(
                name="recertification_against_the_family_is_not_confirmed",
                condition=~Q(state=RecertificationState.CONFIRMED, outcome=Outcome.NOT_ELIGIBLE),
            ),
            models.CheckConstraint(
                name="recertification_that_takes_money_needs_two",
                condition=Q(takes_money=False)
                | ~Q(state=RecertificationState.CONFIRMED)
                | ~Q(confirmed_by=F("asked_by")),
                violation_error_message=_("Another officer must agree."),
            ),
        ]

    def __str__(self) -> str:
        return f"recertification {self.pk}"

    @property
    def proposal(self) -> Determination:
        """The answer as a determination that is not saved."""
        return Determination(
            application_id=self.participation.application_id,
            programme_id=self.participation.programme_id,
            rule_set=self.rule_set,
            outcome=self.outcome,
            amount_per_year=self.amount_per_year,
            supersedes=self.compared_with,
            cause=f"recertification:{self.pk}",
            **self.answer,
        )
