"""What is recorded about the duties of each member, month by month; never changed, only followed."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.enums import DutyKind, DutyValue
from enrollment.models import READERS, Family, Member
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import ApiClient, User
from perlinsos.core.fields import EncryptedTextField
from perlinsos.core.models import PublicModel, Timestamped, choice_constraint
from verification.enums import Source

MACHINES = {DutyKind.SCHOOL: Source.ATTENDANCE, DutyKind.HEALTH: Source.POSYANDU}
SOURCES = (*MACHINES.values(), Source.GROUND_CHECK, Source.CITIZEN)


class DutyReporter(Timestamped):
    """A system that hands in records of one kind through the API, in the area of its membership."""

    client = models.OneToOneField(ApiClient, on_delete=models.RESTRICT, related_name="duty_reporter")
    kind = models.CharField(max_length=10, choices=DutyKind)

    class Meta:
        verbose_name = _("system that reports duties")
        verbose_name_plural = _("systems that report duties")
        constraints: ClassVar = [choice_constraint("kind", DutyKind, name="duty_reporter_kind_is_known")]

    def __str__(self) -> str:
        return f"{self.client} ({self.kind})"


class DutyRecordQuerySet(models.QuerySet["DutyRecord"]):
    def current(self) -> "DutyRecordQuerySet":
        return self.filter(superseded_by=None)

    def of_family(self, family: Family, *, since: date) -> "DutyRecordQuerySet":
        return self.current().filter(member__family=family, month__gte=since)

    def of_members(self, members: Iterable[Member], *, months: Iterable[date]) -> "DutyRecordQuerySet":
        return self.current().filter(member__in=list(members), month__in=list(months))

    def visible_to(self, user: User | AnonymousUser) -> "DutyRecordQuerySet":
        """About the own family; for staff and agents about families in their area."""
        if not isinstance(user, User):
            return self.none()
        here = scoping.area_filter(user, roles=(*READERS, Role.AGENT), field="member__family__village_id")
        return self.filter(Q(member__family__applications__owner=user) | here).distinct()


class DutyRecord(PublicModel):
    """Whether one member kept one duty in one month, as one source said on one day.

    Never overwritten, only superseded; the database refuses to change or remove a row. `percent` is the
    share of school days, where a source counts them. What the family says is wrong becomes unknown,
    with the source `citizen`, until somebody else has looked. `reference` is the reporting system's own.
    """

    member = models.ForeignKey(Member, on_delete=models.RESTRICT, related_name="duty_records")
    kind = models.CharField(max_length=10, choices=DutyKind)
    month = models.DateField(help_text=_("first day of the month"))
    value = models.CharField(max_length=15, choices=DutyValue)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=20, choices=Source)
    as_of = models.DateField(help_text=_("date the value was true at the source"))
    recorded_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    reference = models.CharField(max_length=60, blank=True)
    note = EncryptedTextField(null=True, blank=True, help_text="what the family says is wrong")
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="superseded_by"
    )

    objects = DutyRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of a duty")
        verbose_name_plural = _("records of duties")
        constraints: ClassVar = [
            choice_constraint("kind", DutyKind, name="duty_record_kind_is_known"),
            choice_constraint("value", DutyValue, name="duty_record_value_is_known"),
            models.CheckConstraint(name="duty_record_source_may_say", condition=Q(source__in=SOURCES)),
            models.CheckConstraint(name="duty_record_month_is_its_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="duty_record_percent_is_of_school_days",
                condition=Q(percent=None) | Q(kind=DutyKind.SCHOOL, percent__lte=100),
            ),
            models.CheckConstraint(
                name="duty_record_doubt_is_unknown",
                condition=~Q(source=Source.CITIZEN) | Q(value=DutyValue.UNKNOWN, supersedes__isnull=False),
            ),
            # With `supersedes` unique this leaves one chain, so one live record, under any race.
            models.UniqueConstraint(
                fields=["member", "kind", "month"],
                condition=Q(supersedes=None),
                name="duty_record_one_chain_per_month",
            ),
            models.UniqueConstraint(
                fields=["recorded_by", "reference"],
                condition=~Q(reference=""),
                name="duty_record_once_per_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"record {self.pk}"

    @property
    def is_doubted(self) -> bool:
        """The family says it is wrong, and nobody has looked yet."""
        return self.source == Source.CITIZEN
