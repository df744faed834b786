"""Opening the masa sanggah of an announced batch."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from appeals.models import ObjectionWindow
from eligibility.models import Batch
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.regions.models import Parameter

DEFAULT_DAYS = 30


@transaction.atomic
def open_window(batch: Batch, *, by: User) -> ObjectionWindow:
    """Open the window of an announced batch; opening it again changes nothing.

    It lasts the days the region sets (one month in the pilot) and closes at midnight local time, so
    that the last day counts whole for a family in any time zone.
    """
    days = Parameter.objects.value(Parameter.Name.OBJECTION_DAYS, batch.area_id) or DEFAULT_DAYS
    zone = ZoneInfo(batch.area.timezone)
    opens_at = batch.announced_at
    assert opens_at is not None  # noqa: S101 - a constraint of Batch: announced has an instant
    last_day = opens_at.astimezone(zone).date() + timedelta(days=days)
    closes_at = datetime.combine(last_day + timedelta(days=1), time.min, zone)
    window, created = ObjectionWindow.objects.get_or_create(
        batch=batch, defaults={"opens_at": opens_at, "closes_at": closes_at}
    )
    if created:
        audit.record("appeals.window.opened", subject=batch, by=by, closes_at=closes_at.isoformat())
    return window
