"""Whether a source may be called now: a circuit breaker and a limit, in the database, shared by all workers.

Closed: ask. After five failures in a row it opens for half a minute: questions are put off without
bothering the source. Then one question is let through as a probe; its answer closes the breaker,
its failure opens it for another half. How often a source is called is limited by turns.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from verification.enums import BreakerState
from verification.models import SourceCall, SourceHealth
from verification.services import turns

OPENS_AFTER = 5
REST = timedelta(seconds=settings.SOURCES_REST_S)
# Every answer would otherwise write the one row that all workers share.
NOTED_EVERY = timedelta(seconds=5)
NO_TURN = timedelta()
CALLS_KEPT = timedelta(days=7)


def claim_turn(source: str, *, is_urgent: bool = False) -> timedelta | None:
    """None: ask now, and tell what came of it. Otherwise how long to leave the source alone.

    NO_TURN: it works, but all calls of this second are taken. One UPDATE decides who probes.
    """
    now = timezone.now()
    health = SourceHealth.objects.filter(source=source, state=BreakerState.OPEN).first()
    if health is not None and (until := health.retry_at or now) > now:
        return until - now
    if not turns.take(source, is_urgent=is_urgent):
        return NO_TURN
    if health is None:
        return None
    is_probe = SourceHealth.objects.filter(pk=health.pk, state=BreakerState.OPEN, retry_at=health.retry_at).update(
        retry_at=now + REST
    )
    if not is_probe:
        turns.give_back(source, was_called=False)
    return None if is_probe else REST


@transaction.atomic(savepoint=False)
def record_success(source: str, *, latency_ms: int = 0, error: str = "") -> None:
    """The source spoke, be it to refuse (`error`) or to say "not found": close the breaker. For workers."""
    now = timezone.now()
    row = SourceHealth.objects.get_or_create(source=source)[0]
    is_noted = row.last_success_at is not None and now - row.last_success_at < NOTED_EVERY
    if row.state == BreakerState.OPEN or row.failures or not is_noted:
        SourceHealth.objects.filter(pk=row.pk).update(
            state=BreakerState.CLOSED,
            failures=0,
            opened_at=None,
            retry_at=None,
            last_success_at=now,
            last_latency_ms=latency_ms,
            updated_at=now,
        )
    SourceCall.objects.create(source=source, latency_ms=latency_ms or None, error=error)
    turns.give_back(source)


@transaction.atomic(savepoint=False)
def record_failure(source: str, *, error: str = "unavailable") -> None:
    """The source was down, slow or talked nonsense: count it, and open the breaker when it is enough."""
    now = timezone.now()
    row = SourceHealth.objects.get_or_create(source=source)[0]
    SourceHealth.objects.filter(pk=row.pk).update(failures=F("failures") + 1, updated_at=now)
    SourceHealth.objects.filter(pk=row.pk, state=BreakerState.CLOSED, failures__gte=OPENS_AFTER).update(
        state=BreakerState.OPEN, opened_at=now, retry_at=now + REST
    )
    SourceCall.objects.create(source=source, error=error)
    if error != "timeout":
        turns.give_back(source)


@transaction.atomic
def forget_calls() -> int:
    """Drop what is older than anybody looks at: a log of calls, about nobody. For the sweep; how many."""
    count, _by_model = SourceCall.objects.filter(at__lt=timezone.now() - CALLS_KEPT).delete()
    return count
