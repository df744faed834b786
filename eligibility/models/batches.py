"""How many places there are, and the announcements that give them out."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.enums import BatchState
from eligibility.models.programmes import Programme
from enrollment.models import Application
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, Timestamped, state_constraint
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area, around

DESK = (Role.OFFICER, Role.COORDINATOR, Role.AUDITOR)
PUBLIC = (BatchState.ANNOUNCED, BatchState.FINAL)
MOST_QUOTAS = 40  # of one page: a regency has one per programme; a province officer sees the first regencies


class QuotaQuerySet(models.QuerySet["Quota"]):
    def visible_to(self, user: User | AnonymousUser) -> "QuotaQuerySet":
        return self.filter(scoping.area_filter(user, roles=DESK, field="area_id"))

    def in_force(self) -> "QuotaQuerySet":
        return self.filter(valid_during__contains=timezone.localdate())

    def counting_the_same(self, quota: "Quota") -> "QuotaQuerySet":
        """Quotas of the programme that may count the same families: of any period, for the area, in or around it."""
        here = Q(area__in=around(quota.area_id)) | Q(area__code__startswith=f"{quota.area_id}.")
        return self.filter(here, programme=quota.programme_id)

    def hold(self, pk: int) -> "Quota":
        """Whoever gives out places holds the rows that count the same families, in one order.

        Two rankings cannot both take the last place, also not under the quotas of two periods.
        """
        rows = self.counting_the_same(self.get(pk=pk)).order_by("area_id", "pk")
        return next(row for row in rows.select_for_update(of=("self",)) if row.pk == pk)


class Quota(Timestamped):
    """How many families a programme can fund in an area and period. Set by Kemensos, not the region."""

    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="quotas")
    area = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="quotas")
    valid_during = DateRangeField()
    places = models.PositiveIntegerField()
    source = models.CharField(max_length=300)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="quota_no_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.area_id}: {self.places}"

    @property
    def is_in_force(self) -> bool:
        return timezone.localdate() in self.valid_during

    @property
    def is_over(self) -> bool:
        end = self.valid_during.upper
        return end is not None and end <= timezone.localdate()


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: User | AnonymousUser) -> "BatchQuerySet":
        if not isinstance(user, User):
            return self.none()
        return self.filter(scoping.area_filter(user, roles=(*DESK, Role.SYSTEM), field="area_id"))

    def open(self) -> "BatchQuerySet":
        return self.filter(state__in=[BatchState.DRAFT, BatchState.PREPARED])

    def announced(self) -> "BatchQuerySet":
        return self.filter(state__in=PUBLIC)


class Batch(StatefulModel):
    """An announcement of decisions of one regency and programme under one decree.

    Prepared by one officer, announced by another; the database refuses the same person twice.
    """

    TRANSITIONS: ClassVar = {
        BatchState.DRAFT: frozenset({BatchState.PREPARED, BatchState.CANCELLED}),
        BatchState.PREPARED: frozenset({BatchState.ANNOUNCED, BatchState.DRAFT, BatchState.CANCELLED}),
        BatchState.ANNOUNCED: frozenset({BatchState.FINAL}),
    }

    reference = models.CharField(max_length=30, unique=True, help_text="3510-PKH-2026-01")
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.DRAFT, editable=False)
    area = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="batches")
    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="batches")
    quota = models.ForeignKey(Quota, on_delete=models.RESTRICT, related_name="batches")
    decree = models.ForeignKey(Decree, null=True, blank=True, on_delete=models.RESTRICT, related_name="batches")
    prepared_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    announced_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    announced_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True, help_text="of the tie-break, published with the ranking")

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints: ClassVar = [
            state_constraint("batch", BatchState),
            models.UniqueConstraint(
                fields=["area", "programme"],
                condition=Q(state__in=[BatchState.DRAFT, BatchState.PREPARED]),
                name="batch_one_open_per_programme",
                violation_error_message=_("A batch of this programme is already being prepared."),
            ),
            models.CheckConstraint(
                name="batch_announced_by_another_officer",
                condition=Q(announced_by=None) | ~Q(announced_by=F("prepared_by")),
                violation_error_message=_("The officer who prepared a batch cannot announce it."),
            ),
            models.CheckConstraint(
                name="batch_announced_under_a_decree",
                condition=~Q(state__in=[BatchState.ANNOUNCED, BatchState.FINAL])
                | Q(decree__isnull=False, announced_by__isnull=False, announced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class BatchEntryQuerySet(models.QuerySet["BatchEntry"]):
    def live(self) -> "BatchEntryQuerySet":
        return self.filter(is_cancelled=False)

    def announced(self) -> "BatchEntryQuerySet":
        """Families to whom the result of the programme is announced: from then on only a person changes it."""
        return self.live().filter(batch__state__in=PUBLIC)


class BatchEntry(Timestamped):
    """An application that belongs to a batch; its decision may be superseded while it does."""

    batch = models.ForeignKey(Batch, on_delete=models.RESTRICT, related_name="entries")
    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="batch_entries")
    is_cancelled = models.BooleanField(default=False)
    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="+")

    objects = BatchEntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "programme"],
                condition=Q(is_cancelled=False),
                name="batch_entry_one_batch_per_programme",
            )
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"
