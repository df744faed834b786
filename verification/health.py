"""How the sources are, and what waits for them in the area of whoever looks. Reading only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, FloatField, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application
from perlinsos.accounts.models import User
from verification.connectors import CONNECTORS, arrangements
from verification.enums import HEALTH_SOURCES, BreakerState, CheckState, RequestState, Source
from verification.models import FaceCheck, SourceCall, SourceHealth, SourceRequest

PHOTOGRAPHS = _("Face in the register, to compare a photo with")
RECENT = timedelta(minutes=15)
WAITING = Q(state__in=[RequestState.DUE, RequestState.RUNNING])


class _Percentile(Aggregate):
    """The latency that a share of the calls do not exceed (PostgreSQL, ordered-set aggregate)."""

    function = "PERCENTILE_CONT"
    output_field = FloatField()

    def __init__(self, share: float, expression: str) -> None:
        super().__init__(expression)
        self.template = f"%(function)s({share}) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Recent:
    """Calls of the last quarter of an hour, whoever they were about. None where there were none."""

    calls: int = 0
    failed: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None

    @property
    def error_percent(self) -> int | None:
        return round(100 * self.failed / self.calls) if self.calls else None


@dataclass(frozen=True)
class Queue:
    """Questions of the own area: `limited` could be put now but for the limit; `oldest` is still open."""

    waiting: int = 0
    limited: int = 0
    awaited: int = 0
    parked: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One source: is it answering, how well, and what waits for it."""

    source: Source
    purpose: str
    health: SourceHealth
    recent: Recent
    queue: Queue
    per_second: int

    @property
    def is_open(self) -> bool:
        return self.health.state == BreakerState.OPEN


def lines(viewer: User) -> list[Line]:
    """All sources in a fixed order; four queries, and those that find out what `viewer` may see."""
    known = {row.source: row for row in SourceHealth.objects.visible_to(viewer)}
    cases = Application.objects.visible_to(viewer)
    queues = _queues(cases)
    recent = _recent()
    return [
        Line(
            source=source,
            purpose=str(CONNECTORS[source].purpose if source in CONNECTORS else PHOTOGRAPHS),
            health=known.get(source) or SourceHealth(source=source),
            recent=recent.get(source, Recent()),
            queue=queues.get(source, Queue()),
            per_second=arrangements.of(source).per_second,
        )
        for source in HEALTH_SOURCES
    ]


def _queues(cases: Any) -> dict[str, Queue]:
    open_ones = SourceRequest.objects.unanswered().filter(application__in=cases).values("source")
    rows: Iterable[Any] = open_ones.annotate(
        waiting=Count("pk", WAITING),
        limited=Count("pk", Q(state=RequestState.DUE, due_at__lte=timezone.now())),
        awaited=Count("pk", Q(state=RequestState.AWAITED)),
        parked=Count("pk", Q(state=RequestState.PARKED)),
        oldest=Min("created_at"),
    )
    queues = {row.pop("source"): Queue(**row) for row in rows}
    faces = FaceCheck.objects.filter(application__in=cases, state__in=[CheckState.QUEUED, CheckState.RUNNING])
    queues[Source.PHOTOGRAPH] = Queue(**faces.aggregate(waiting=Count("pk"), oldest=Min("created_at")))
    return queues


def _recent() -> dict[str, Recent]:
    calls = SourceCall.objects.filter(at__gte=timezone.now() - RECENT).values("source")
    rows: Iterable[Any] = calls.annotate(
        calls=Count("pk"),
        failed=Count("pk", ~Q(error="")),
        p50_ms=_Percentile(0.5, "latency_ms"),
        p95_ms=_Percentile(0.95, "latency_ms"),
    )
    return {row.pop("source"): Recent(**row) for row in rows}
