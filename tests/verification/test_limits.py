"""Never more calls a second than agreed, never all threads of a worker at one slow source."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests import factories
from tests.verification.cases import consent
from tests.verification.rogue import Answer, Rogue
from verification import lines, tasks
from verification.enums import RequestState, Source
from verification.models import SourceCall, SourceRequest, SourceTurn
from verification.services import sources, turns

AT_ONCE = 24


def questions(count: int, source: str = Source.PLN) -> list[int]:
    found = []
    for _ in range(count):
        application = factories.ApplicationFactory(matching=True)
        factories.MemberFactory(family=application.family)
        consent(application, [source])
        found.append(factories.SourceRequestFactory(application=application, source=source).pk)
    return found


def ask_all(ids: list[int]) -> None:
    def ask(request_id: int) -> None:
        try:
            tasks.ask_source(source_request_id=request_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, ids))


@pytest.mark.django_db(transaction=True)
def test_no_second_sees_more_calls_than_agreed(rogue: Rogue, settings: Any) -> None:
    """Eager threads, a source of changing speed; the source itself counts."""
    settings.SOURCES_PER_SECOND, settings.SOURCES_AT_ONCE = {"default": 20, "pln": 5}, {"default": AT_ONCE}
    arrived: list[float] = []

    def answer(_path: str, headers: dict[str, str], _asked: Any) -> Answer:
        arrived.append(time.monotonic())
        time.sleep(0.05 * (len(arrived) % 5))
        said = {"request_id": headers["X-Request-ID"], "status": "found", "as_of": "2026-01-15"}
        return 200, {**said, "meters": []}, {}

    rogue.answers = answer
    ids = questions(14)
    deadline = time.monotonic() + 15
    while SourceRequest.objects.exclude(state=RequestState.ANSWERED).exists() and time.monotonic() < deadline:
        ask_all(ids)
        time.sleep(0.05)
    assert len(arrived) == len(ids)
    assert SourceCall.objects.count() == len(ids)
    assert [later - earlier for earlier, later in zip(arrived, arrived[5:], strict=False) if later - earlier < 1] == []
    assert any(later - earlier < 0.2 for earlier, later in pairwise(arrived))  # and yet several within one second


@pytest.mark.django_db
def test_a_question_without_a_turn_stays_due_and_in_its_place(rogue: Rogue, settings: Any) -> None:
    settings.SOURCES_PER_SECOND = {"default": 1}
    rogue.says({"meters": []})
    first, second = questions(2)
    for request_id in (first, second):
        tasks.ask_source(source_request_id=request_id)
    waiting = SourceRequest.objects.get(pk=second)
    assert (waiting.state, waiting.attempts) == (RequestState.DUE, 0)
    assert waiting.due_at <= timezone.now()
    SourceTurn.objects.update(free_at=timezone.now())  # a second later
    tasks.ask_source(source_request_id=second)
    assert set(SourceRequest.objects.values_list("state", flat=True)) == {RequestState.ANSWERED}


@pytest.mark.django_db
def test_a_fifth_is_kept_for_people_before_a_form(settings: Any) -> None:
    settings.SOURCES_PER_SECOND = {"default": 5}
    assert [turns.take(Source.DUKCAPIL) for _ in range(5)] == [True] * 4 + [False]
    assert turns.take(Source.DUKCAPIL, is_urgent=True)
    assert not turns.take(Source.DUKCAPIL, is_urgent=True)
    assert turns.take(Source.BPN)  # each source for itself


@pytest.mark.django_db
def test_a_call_that_timed_out_keeps_its_turn(rogue: Rogue, settings: Any) -> None:
    """The source may still be working on it, and would take a new one for one too many."""
    settings.SOURCES_TIMEOUT_S = {"default": 0.2}
    rogue.says({"meters": []}, wait_s=0.5)
    tasks.ask_source(source_request_id=questions(1)[0])
    turn = SourceTurn.objects.get(source=Source.PLN, number=0)
    assert turn.is_busy
    assert turn.free_at > timezone.now() + timezone.timedelta(seconds=30)
    assert SourceCall.objects.get().error == "timeout"


@pytest.mark.django_db(transaction=True)
def test_a_slow_source_leaves_threads_for_the_others(rogue: Rogue, settings: Any) -> None:
    settings.SOURCES_AT_ONCE = {"default": 3}
    release, inside = threading.Event(), threading.Semaphore(0)

    def answer(path: str, headers: dict[str, str], _asked: Any) -> Answer:
        said = {"request_id": headers["X-Request-ID"], "status": "found", "as_of": "2026-01-15"}
        if "pln" in path:
            inside.release()
            release.wait(10)
            return 200, {**said, "meters": []}, {}
        return 200, {**said, "parcels": []}, {}

    rogue.answers = answer
    slow, quick = questions(8), questions(3, Source.BPN)
    with ThreadPoolExecutor(1) as background:
        running = background.submit(ask_all, slow)
        for _ in range(3):
            assert inside.acquire(timeout=5)
        ask_all(quick)
        answered = SourceRequest.objects.filter(pk__in=quick, state=RequestState.ANSWERED).count()
        release.set()
        running.result()
    assert answered == len(quick)
    assert SourceRequest.objects.filter(pk__in=slow, state=RequestState.ANSWERED).count() == 3
    with lines.hold(Source.PLN) as is_free:
        assert is_free


@pytest.mark.django_db
def test_who_was_asked_wakes_the_next_and_the_sweep_starts_no_more_than_may_run(
    rogue: Rogue, settings: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SOURCES_AT_ONCE = {"default": 2}
    woken: list[int] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda _name, kwargs, **_: woken.extend(kwargs.values()))
    rogue.says({"meters": []})
    first, second, third, fourth = questions(4)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.ask_source(source_request_id=first)
    assert woken == [second]
    woken.clear()
    with django_capture_on_commit_callbacks(execute=True):
        sources.sweep()
    assert woken == [second, third]
    assert fourth not in woken
