"""Who comes before whom in an announcement, and who gets a place."""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from eligibility.enums import Placement, RankingCause
from eligibility.models.batches import Batch, BatchEntry, Quota
from eligibility.models.decisions import Determination
from eligibility.models.departures import Departure
from eligibility.models.shares import ReservedShare
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core.models import PublicModel, choice_constraint


class Ranking(PublicModel):
    """One computed order of a batch. Rankings are kept: the history shows who moved and why."""

    batch = models.ForeignKey(Batch, on_delete=models.RESTRICT, related_name="rankings")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … within the batch")
    cause = models.CharField(max_length=15, choices=RankingCause)
    cause_reference = models.CharField(max_length=60, blank=True)
    places = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            choice_constraint("cause", RankingCause, name="ranking_cause_is_known"),
            models.UniqueConstraint(fields=["batch", "number"], name="ranking_number_once_per_batch"),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(is_current=True), name="ranking_one_current_per_batch"
            ),
        ]

    def __str__(self) -> str:
        return f"ranking {self.number} of {self.batch_id}"

    @property
    def is_told(self) -> bool:
        """Whether every family knows its place."""
        return not self.entries.filter(told_at=None).exists()


class RankedEntryQuerySet(models.QuerySet["RankedEntry"]):
    def current(self) -> "RankedEntryQuerySet":
        """Places of the latest ranking of each announced batch."""
        return self.filter(ranking__is_current=True)

    def shown_to(self, application: Application) -> "RankedEntryQuerySet":
        """What a family reads about where it stands: one place in each programme it was announced in.

        Whose wait ended reads that until the next announcement gives it a place.
        """
        lapsed = Q(placement=Placement.LAPSED)
        places = self.current().filter(lapsed | Q(entry__is_cancelled=False), entry__application=application)
        programme = "ranking__batch__programme__code"
        return places.order_by(programme, "entry__is_cancelled", "-ranking__batch__announced_at").distinct(programme)

    def placements_of(self, application: Application) -> dict[str, str]:
        """Where an application stands in each programme it was announced in, by code of the programme."""
        rows = self.current().filter(entry__application=application, entry__is_cancelled=False)
        return dict(rows.values_list("ranking__batch__programme__code", "placement"))

    def placements_between(self, first: int, last: int, programmes: Iterable[str]) -> list[tuple[int, str, str]]:
        """The same for a range of applications, in programmes of these codes: application, code, placement."""
        rows = self.current().filter(
            entry__is_cancelled=False,
            entry__application__gte=first,
            entry__application__lte=last,
            ranking__batch__programme__code__in=list(programmes),
        )
        return list(rows.values_list("entry__application", "ranking__batch__programme__code", "placement"))

    def untold(self) -> "RankedEntryQuerySet":
        return self.current().filter(told_at=None)

    def funded_under(self, quota: Quota, *, besides: Batch) -> "RankedEntryQuerySet":
        return self.filter(ranking__batch__quota=quota, placement=Placement.FUNDED).exclude(ranking__batch=besides)

    def in_the_running(self) -> "RankedEntryQuerySet":
        """Families who have a place or wait for one."""
        return self.current().filter(placement__in=[Placement.FUNDED, Placement.WAITING])

    def leaving(self) -> "RankedEntryQuerySet":
        """Of those, the ones who are gone although their ranking does not show it yet."""
        gone = Q(entry__in=Departure.objects.effective().values("entry"))
        return self.in_the_running().filter(gone | Q(entry__application__state=ApplicationState.WITHDRAWN))

    def staying(self) -> "RankedEntryQuerySet":
        return self.in_the_running().exclude(pk__in=self.leaving())

    def visible_to(self, user: User | AnonymousUser) -> "RankedEntryQuerySet":
        return self.filter(ranking__batch__in=Batch.objects.visible_to(user))


class RankedEntry(models.Model):
    """The place of one entry in one ranking. `position` counts within its placement.

    Rows are written in the order of the ranking, so the primary key is that order.
    """

    ranking = models.ForeignKey(Ranking, on_delete=models.RESTRICT, related_name="entries")
    entry = models.ForeignKey(BatchEntry, on_delete=models.RESTRICT, related_name="places")
    determination = models.ForeignKey(Determination, on_delete=models.RESTRICT, related_name="places")
    placement = models.CharField(max_length=15, choices=Placement)
    position = models.PositiveIntegerField(null=True, blank=True)
    share = models.ForeignKey(
        ReservedShare,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="entries",
        help_text="whose reserved place it is; none is a place open to everybody",
    )
    places = models.PositiveIntegerField(help_text="of the ranking, repeated so that a row cannot overfund")
    tie_break = models.CharField(max_length=64, blank=True, help_text="sha256 of seed and public id, hexadecimal")
    told_at = models.DateTimeField(null=True, blank=True, help_text="when the family was told of this place")

    objects = RankedEntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            choice_constraint("placement", Placement, name="ranked_entry_placement_is_known"),
            models.UniqueConstraint(fields=["ranking", "entry"], name="ranked_entry_once_per_ranking"),
            models.UniqueConstraint(
                fields=["ranking", "placement", "position"],
                condition=Q(position__isnull=False),
                name="ranked_entry_one_per_position",
            ),
            models.CheckConstraint(
                name="ranked_entry_never_beyond_the_quota",
                condition=~Q(placement=Placement.FUNDED) | Q(position__isnull=False, position__lte=F("places")),
            ),
            models.CheckConstraint(
                name="ranked_entry_share_is_of_a_place", condition=Q(share=None) | Q(placement=Placement.FUNDED)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ranking"], name="ranked_entry_untold", condition=Q(told_at=None)),
            models.Index(fields=["ranking"], name="ranked_entry_funded", condition=Q(placement=Placement.FUNDED)),
        ]

    def __str__(self) -> str:
        return f"{self.placement} {self.position or ''}"
