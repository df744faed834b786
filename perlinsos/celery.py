"""The Celery application. Tasks are named `app.verb_noun` and woken through `perlinsos.core.jobs`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perlinsos.settings.dev")

app = Celery("perlinsos")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_kwargs: Any) -> None:
    """Connecting a receiver is how Celery is told to leave Django's LOGGING alone."""
