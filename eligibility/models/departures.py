"""Families who left their place, so that the next one can have it."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eligibility.enums import DepartureReason, DepartureState
from eligibility.models.batches import Batch, BatchEntry
from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, choice_constraint, state_constraint


class DepartureQuerySet(models.QuerySet["Departure"]):
    def effective(self) -> "DepartureQuerySet":
        return self.filter(state=DepartureState.EFFECTIVE)

    def proposed(self) -> "DepartureQuerySet":
        return self.filter(state=DepartureState.PROPOSED)

    def visible_to(self, user: User | AnonymousUser) -> "DepartureQuerySet":
        return self.filter(entry__batch__in=Batch.objects.visible_to(user))


class Departure(StatefulModel):
    """A family leaves a programme: by its own wish, or because two people found that it must.

    Once in effect the place is free and the next family of the waiting list gets it.
    """

    TRANSITIONS: ClassVar = {
        DepartureState.PROPOSED: frozenset({DepartureState.EFFECTIVE, DepartureState.REFUSED}),
    }

    state = models.CharField(max_length=10, choices=DepartureState, default=DepartureState.PROPOSED, editable=False)
    entry = models.ForeignKey(BatchEntry, on_delete=models.RESTRICT, related_name="departures")
    reason = models.CharField(max_length=15, choices=DepartureReason)
    note = models.CharField(max_length=500, blank=True, help_text="what was seen or signed, and by whom")
    takes_money = models.BooleanField(help_text="the family held a place and did not ask for this itself")
    proposed_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")

    objects = DepartureQuerySet.as_manager()

    class Meta:
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        constraints: ClassVar = [
            state_constraint("departure", DepartureState),
            choice_constraint("reason", DepartureReason, name="departure_reason_is_known"),
            models.UniqueConstraint(
                fields=["entry"],
                condition=~Q(state=DepartureState.REFUSED),
                name="departure_once_per_place",
                violation_error_message=_("It is on record already that this family leaves."),
            ),
            models.CheckConstraint(
                name="departure_that_takes_money_needs_two",
                condition=Q(takes_money=False)
                | ~Q(state=DepartureState.EFFECTIVE)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                violation_error_message=_("Another officer must agree."),
            ),
        ]

    def __str__(self) -> str:
        return f"departure {self.pk}"
