"""A second connection that meets what the transaction of the test holds."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from django.db import connection

from perlinsos.core.errors import DomainError

WAITS_FOR_ME = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
)


def beside(action: Callable[[], Any]) -> Future[Any]:
    """Begin `action` elsewhere, and go on once it waits for what this transaction holds, or is done.

    Its result is what it returned, or the code it was refused with.
    """
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(_elsewhere, action)
    pool.shutdown(wait=False)
    for _look in range(1500):
        wait([begun], timeout=0.02)
        if begun.done() or _is_waited_for():
            return begun
    raise TimeoutError("it neither waits for this transaction nor ends")


def _elsewhere(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except DomainError as refused:
        return refused.code
    finally:
        connection.close()


def _is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_ME)
        return bool(cursor.fetchone()[0])
