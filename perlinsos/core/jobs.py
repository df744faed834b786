"""Waking a worker: by task name, with ids only, after commit.

The message is a hint. The truth is a row in PostgreSQL, and a beat sweep owned by the app of the
task finds every row that is due, so a lost message costs minutes and never a case.
"""

import logging
from functools import partial

from celery import current_app
from django.db import transaction

from perlinsos.core.logging import current_request_id

logger = logging.getLogger(__name__)


def enqueue(task_name: str, **ids: int) -> None:
    """Send `task_name` once the surrounding transaction has committed."""
    transaction.on_commit(partial(_send, task_name, ids, current_request_id()), robust=True)


def _send(task_name: str, ids: dict[str, int], request_id: str) -> None:
    try:
        current_app.send_task(task_name, kwargs=ids, headers={"request_id": request_id}, retry=False)
    except current_app.connection_for_write().recoverable_connection_errors as error:
        # The broker may be gone for a while: the request must not fail, the sweep catches up.
        logger.warning("broker unreachable, %s left to the sweep (%s)", task_name, type(error).__name__)
