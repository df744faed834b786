"""Opening the masa sanggah of an announced batch."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from appeals.models import ObjectionWindow
from eligibility.enums import BatchState
from eligibility.models import Batch
from eligibility.services import finishing
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.regions.models import Parameter

DEFAULT_DAYS = 30
AT_ONCE = 20


@transaction.atomic
def open_window(batch_id: int, *, by: User) -> ObjectionWindow | None:
    """Open the window of an announced batch; opening it again changes nothing. None when it is not announced.

    It lasts the days the region sets (one month in the pilot) and closes at midnight local time, so
    that the last day counts whole for a family in any time zone.
    """
    batch = Batch.objects.filter(pk=batch_id, state=BatchState.ANNOUNCED).select_related("area").first()
    if batch is None or batch.announced_at is None:
        return None
    days = Parameter.objects.value(Parameter.Name.OBJECTION_DAYS, batch.area_id) or DEFAULT_DAYS
    zone = ZoneInfo(batch.area.timezone)
    opens_at = batch.announced_at
    last_day = opens_at.astimezone(zone).date() + timedelta(days=days)
    closes_at = datetime.combine(last_day + timedelta(days=1), time.min, zone)
    window, created = ObjectionWindow.objects.get_or_create(
        batch=batch, defaults={"opens_at": opens_at, "closes_at": closes_at}
    )
    if created:
        audit.record("appeals.window.opened", subject=batch, by=by, closes_at=closes_at.isoformat())
    return window


@transaction.atomic
def close_windows(*, by: User) -> int:
    """Make every batch final whose window is over and whose objections are answered; how many. For the worker.

    It may run twice. An objection that waits holds up its whole batch: its ruling may still move places.
    """
    windows = list(ObjectionWindow.objects.over().select_related("batch").order_by("pk")[:AT_ONCE])
    for window in windows:
        finishing.finish_batch(window.batch, by=by)
    return len(windows)
