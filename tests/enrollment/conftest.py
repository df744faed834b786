"""Who enrolls, and what was enqueued."""

from collections.abc import Callable

import pytest
from celery import current_app

from perlinsos.accounts.models import User
from tests.enrollment import factories as make

Sent = list[tuple[str, dict[str, int]]]


@pytest.fixture
def sulastri(db: None) -> User:
    """A citizen in a regency that takes part; her card lists two children."""
    make.served_areas()
    make.factories.consent_texts()
    return make.citizen()


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What was sent to the broker, as (task name, ids)."""
    sent: Sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs, **_how: sent.append((name, kwargs)))
    return sent


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks: Callable) -> Callable:
    """`with after_commit():` runs what waits for the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
