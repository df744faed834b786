"""Jobs: after commit, by name, with the id of the request, and never at the cost of the request."""

import logging
import queue
import time
from collections.abc import Iterator
from unittest import mock

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from perlinsos.celery import app
from perlinsos.core import jobs
from perlinsos.core.logging import current_request_id, set_request_id
from perlinsos.core.middleware import RequestId

pytestmark = pytest.mark.django_db(transaction=True)
heard: "queue.Queue[tuple[str, dict[str, int]]]" = queue.Queue()


@app.task(name="tests.hear")
def hear(**ids: int) -> None:
    heard.put((current_request_id(), ids))
    if ids.get("pass_on_id"):
        jobs.enqueue("tests.hear", last_id=1)


@pytest.fixture
def worker() -> Iterator[None]:
    """A real worker on the real broker, in a thread of its own."""
    while not heard.empty():
        heard.get_nowait()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
        yield


def handle(request_id: str, **ids: int) -> HttpResponse:
    """A request that passes through the middleware and enqueues one task."""

    def view(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            jobs.enqueue("tests.hear", **ids)
        return HttpResponse("ok")

    return RequestId(view)(RequestFactory().get("/", headers={"X-Request-ID": request_id}))


def test_the_request_id_travels_to_the_task_and_to_the_task_it_wakes(worker: None) -> None:
    assert handle("request-from-a-proxy", pass_on_id=7).status_code == 200
    set_request_id("")
    assert heard.get(timeout=20) == ("request-from-a-proxy", {"pass_on_id": 7})
    assert heard.get(timeout=20) == ("request-from-a-proxy", {"last_id": 1})


def test_a_task_nobody_asked_for_has_an_id_of_its_own(worker: None) -> None:
    handle("request-number-one", first_id=1)
    assert heard.get(timeout=20)[0] == "request-number-one"
    sent = app.send_task("tests.hear")
    assert heard.get(timeout=20) == (sent.id, {})


def test_nothing_is_sent_before_the_commit() -> None:
    with mock.patch.object(Celery, "send_task") as send:
        with transaction.atomic():
            jobs.enqueue("tests.hear", application_id=1)
            assert not send.called
        send.assert_called_once_with("tests.hear", kwargs={"application_id": 1}, headers=mock.ANY, retry=False)


def test_nothing_is_sent_when_the_work_is_rolled_back() -> None:
    with mock.patch.object(Celery, "send_task") as send:
        with transaction.atomic():
            jobs.enqueue("tests.hear", application_id=1)
            transaction.set_rollback(True)
        assert not send.called


@pytest.fixture
def lost_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    nowhere = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    nowhere.conf.broker_transport_options = app.conf.broker_transport_options
    monkeypatch.setattr(jobs, "current_app", nowhere)
    monkeypatch.setattr(jobs, "_silent_until", 0.0)
    yield
    nowhere.close()


def test_a_lost_broker_does_not_break_the_request(lost_broker: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert handle("request-without-broker", application_id=1).status_code == 200
    assert "tests.hear left to the sweep (ConnectionError)" in caplog.text


def test_a_lost_broker_is_not_waited_for_with_every_hint(lost_broker: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        begin = time.monotonic()
        for number in range(200):
            handle("request-without-broker", application_id=number)
        assert time.monotonic() - begin < 4
    assert caplog.text.count("broker unreachable") == 1


def test_hints_are_sent_again_once_the_broker_may_be_back(lost_broker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    handle("request-without-broker", application_id=1)
    monkeypatch.setattr(jobs, "current_app", app)
    with mock.patch.object(Celery, "send_task") as send, mock.patch.object(jobs.time, "monotonic") as clock:
        clock.return_value = jobs._silent_until - 0.1
        handle("request-without-broker", application_id=2)
        assert not send.called
        clock.return_value = jobs._silent_until + 0.1
        handle("request-with-broker", application_id=3)
        assert send.called
