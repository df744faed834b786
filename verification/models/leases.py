"""Rows that are work: the row is the truth, the task only a hint to look at it."""

from datetime import timedelta
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from perlinsos.core.models import StatefulModel

MAX_ATTEMPTS = 50
MAX_LOST_LEASES = 3

LeasedT = TypeVar("LeasedT", bound="Leased")


class LeasedQuerySet(models.QuerySet[LeasedT]):
    """Rows that are work: whoever claims one holds it for a lease, and may die holding it."""

    WAITING: ClassVar[str]
    RUNNING: ClassVar[str]

    def due(self) -> Self:
        """Waiting rows whose time has come, and rows whose worker died with the lease."""
        now = timezone.now()
        return self.filter(Q(state=self.WAITING, due_at__lte=now) | Q(state=self.RUNNING, lease_until__lt=now))

    def take(self, pk: int) -> LeasedT | None:
        """Claim one due row: of all who try at once one gets it. One UPDATE on the row's own columns."""
        died = models.Case(models.When(state=self.RUNNING, then=1), default=0)
        taken = (
            self.due()
            .filter(pk=pk)
            .update(
                state=self.RUNNING,
                lease_until=timezone.now() + timedelta(seconds=settings.LEASE_S),
                attempts=F("attempts") + 1,
                lost_leases=F("lost_leases") + died,
            )
        )
        return self.get(pk=pk) if taken else None

    def held(self, row: LeasedT) -> Self:
        """The row while the claim still counts: whoever claimed it again has a higher `attempts`."""
        return self.filter(pk=row.pk, state=self.RUNNING, attempts=row.attempts)


class Leased(StatefulModel):
    """A unit of work in the database; the task is only a hint to look at it."""

    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="claims so far; tells a lost lease from a held one"
    )
    lost_leases = models.PositiveSmallIntegerField(default=0, help_text="claims whose worker died")

    class Meta:
        abstract = True
