"""How fast the audit trail grows, and how long it takes to verify."""

import threading

from django.db import connection, transaction

from bench.figures import Bench, Figure, Stopwatch, seconds
from perlinsos.accounts.models import Organisation
from perlinsos.core import audit
from perlinsos.core.models import AuditEvent

WRITERS = 8


class AuditChain(Bench):
    name = "audit"
    description = "events a second into the hash chain with one writer and with eight, and its verification"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        runs, each = (3, 100) if small else (5, 500)
        subject = Organisation.objects.create(name=f"bench {seed}")
        alone = [_rate(subject, writers=1, each=each) for _ in range(runs)]
        together = [_rate(subject, writers=WRITERS, each=each) for _ in range(runs)]
        total = AuditEvent.objects.count()
        broken: list[int] = []
        verify = [seconds(lambda: broken.extend(audit.broken_links())) for _ in range(3)]
        if broken:
            raise ValueError(f"the chain is broken at {broken[:5]}")
        return [
            Figure("audit_events_per_second_1_writer", tuple(alone), "events/s", "one commit each"),
            Figure("audit_events_per_second_8_writers", tuple(together), "events/s", "one commit each"),
            Figure("audit_verify_seconds_per_100k", tuple(100_000 * value / total for value in verify), "s"),
        ]


def _rate(subject: Organisation, *, writers: int, each: int) -> float:
    """Committed events a second; every writer commits `each` events one by one on its own connection."""
    start = threading.Barrier(writers + 1)

    def write() -> None:
        connection.ensure_connection()
        start.wait()
        for number in range(each):
            with transaction.atomic():
                audit.record("bench.event.written", subject=subject, by=None, number=number)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    start.wait()
    watch = Stopwatch()
    for thread in threads:
        thread.join()
    return writers * each / watch.seconds
