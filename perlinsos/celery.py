"""The Celery application. Tasks are named `app.verb_noun` and woken through `perlinsos.core.jobs`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun

from perlinsos.core.logging import set_request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perlinsos.settings.dev")

app = Celery("perlinsos")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_kwargs: Any) -> None:
    """Connecting a receiver is how Celery is told to leave Django's LOGGING alone."""


@task_prerun.connect
def carry_request_id(task: Any, **_kwargs: Any) -> None:
    """Log lines of a task, and tasks it wakes, bear the id of the request it began with; a sweep has its own."""
    set_request_id(getattr(task.request, "request_id", None) or task.request.id or "")


@task_postrun.connect
def drop_request_id(**_kwargs: Any) -> None:
    """The thread goes on to somebody else's task."""
    set_request_id("")
