"""A circuit breaker per source, in the database, so that all workers of all machines share it.

Closed: ask. After five failures in a row it opens for thirty seconds: questions are put off without
bothering the source. Then one question is let through as a probe; its answer closes the breaker,
its failure opens it for another thirty seconds.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from verification.enums import BreakerState
from verification.models import SourceHealth

OPENS_AFTER = 5
REST = timedelta(seconds=30)
# Every answer would otherwise write the one row that all workers share.
NOTED_EVERY = timedelta(seconds=5)


def claim_turn(source: str) -> timedelta | None:
    """None: ask now. Otherwise: how long to leave the source alone. One UPDATE decides who probes."""
    now = timezone.now()
    health = SourceHealth.objects.filter(source=source, state=BreakerState.OPEN).first()
    if health is None:
        return None
    until = health.retry_at or now
    if until > now:
        return until - now
    is_probe = SourceHealth.objects.filter(pk=health.pk, state=BreakerState.OPEN, retry_at=health.retry_at).update(
        retry_at=now + REST
    )
    return None if is_probe else REST


@transaction.atomic
def record_success(source: str, *, latency_ms: int = 0) -> None:
    """The source spoke, be it to refuse or to say "not found": close the breaker. For workers."""
    now = timezone.now()
    row = SourceHealth.objects.get_or_create(source=source)[0]
    worth_noting = Q(failures__gt=0) | Q(state=BreakerState.OPEN) | Q(last_success_at=None)
    worth_noting |= Q(last_success_at__lt=now - NOTED_EVERY)
    SourceHealth.objects.filter(worth_noting, pk=row.pk).update(
        state=BreakerState.CLOSED,
        failures=0,
        opened_at=None,
        retry_at=None,
        last_success_at=now,
        last_latency_ms=latency_ms,
        updated_at=now,
    )


@transaction.atomic
def record_failure(source: str) -> None:
    """The source was down, slow or talked nonsense: count it, and open the breaker when it is enough."""
    now = timezone.now()
    row = SourceHealth.objects.get_or_create(source=source)[0]
    SourceHealth.objects.filter(pk=row.pk).update(failures=F("failures") + 1, updated_at=now)
    SourceHealth.objects.filter(pk=row.pk, state=BreakerState.CLOSED, failures__gte=OPENS_AFTER).update(
        state=BreakerState.OPEN, opened_at=now, retry_at=now + REST
    )
