"""Who still objects, and when nobody can any more. Named in the settings, for apps below that wait for it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from appeals.models import Appeal, ObjectionWindow
from eligibility.models import BatchEntry


def has_open_objection(application_id: int) -> bool:
    """Whether the family waits for the answer to an objection."""
    return Appeal.objects.pending().filter(application=application_id).exists()


def objections_end(application_ids: Iterable[int]) -> dict[int, datetime]:
    """When the last objection period of each application ends; one that is missing has no known end yet.

    No end has what is not in a batch, is in a batch that is not announced, or has an appeal pending.
    """
    ids = list(application_ids)
    entries = BatchEntry.objects.filter(application__in=ids, is_cancelled=False)
    windowless = entries.exclude(batch__in=ObjectionWindow.objects.values("batch")).values("application")
    pending = Appeal.objects.pending().filter(application__in=ids).values("application")
    closed = entries.exclude(application__in=windowless).exclude(application__in=pending)
    ends = closed.values_list("application").annotate(end=Max("batch__objection_window__closes_at"))
    return dict(ends.order_by())
