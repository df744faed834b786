"""Who looked at which photograph, when, and on which page. Reading the audit trail only."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent
from verification.services.photographs import VIEWED

PAGE = 50
PAGES = {
    "face-review": _("Comparing faces"),
    "duplicate-review": _("Comparing two registrations"),
    "case-detail": _("The case"),
    "application-step": _("The form"),
    "selfie-check": _("Waiting for the comparison"),
}
OPENED_ALONE = _("Opened by its address")


@dataclass(frozen=True)
class Look:
    """One look. `page` is the name of the page it was shown on, empty when opened by itself."""

    number: int
    at: datetime
    actor: User | None
    application: Application
    page: str
    file: str

    @property
    def is_family(self) -> bool:
        """A citizen's own look: the name is not the auditor's business here."""
        return self.actor is not None and self.actor.kind == UserKind.CITIZEN

    @property
    def where(self) -> str:
        return str(PAGES.get(self.page, self.page or OPENED_ALONE))


@dataclass(frozen=True)
class Period:
    """Days in local time, both included; None is open."""

    first: date | None = None
    last: date | None = None


def of(viewer: User, period: Period, *, before: int | None = None) -> list[Look]:
    """The latest looks at photographs of cases in the areas `viewer` audits, newest first."""
    audited = Application.objects.filter(scoping.area_filter(viewer, roles=[Role.AUDITOR], field="village_id"))
    events = AuditEvent.objects.filter(
        action=VIEWED, subject_type=Application._meta.label_lower, subject_id__in=audited.values("pk")
    )
    if period.first:
        events = events.filter(at__gte=_midnight(period.first))
    if period.last:
        events = events.filter(at__lt=_midnight(period.last + timedelta(days=1)))
    if before:
        events = events.filter(pk__lt=before)
    rows = list(events.select_related("actor").order_by("-pk")[:PAGE])
    cases = audited.select_related("village").in_bulk([event.subject_id for event in rows])
    return [
        Look(
            event.pk,
            event.at,
            event.actor,
            cases[event.subject_id],
            event.data.get("page", ""),
            event.data.get("file", ""),
        )
        for event in rows
    ]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
