"""Waking a worker: by task name, with ids only, after commit.

The message is a hint. The truth is a row in PostgreSQL, and a beat sweep owned by the app of the
task finds every row that is due, so a lost message costs minutes and never a case.
"""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from perlinsos.core.logging import current_request_id

logger = logging.getLogger(__name__)
SILENCE_SECONDS = 5.0
_silent_until = 0.0


def enqueue(task_name: str, **ids: int) -> None:
    """Send `task_name` once the surrounding transaction has committed."""
    request_id = current_request_id()

    def send_after_commit() -> None:
        _send(task_name, ids, request_id)

    transaction.on_commit(send_after_commit, robust=True)


def _send(task_name: str, ids: dict[str, int], request_id: str) -> None:
    """The broker may be gone for a while: the request must not fail, and must not wait for each of its hints."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task_name, kwargs=ids, headers={"request_id": request_id}, retry=False)
    except OperationalError as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("broker unreachable, %s left to the sweep (%s)", task_name, type(error.__cause__).__name__)
