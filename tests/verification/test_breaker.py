"""The circuit breaker: opens after five failures in a row, lets one probe through, closes on an answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from verification.enums import BreakerState, Source
from verification.models import SourceHealth
from verification.services import breaker

pytestmark = pytest.mark.django_db


def fail(times: int, source: str = Source.PLN) -> None:
    for _ in range(times):
        breaker.record_failure(source)


def state(source: str = Source.PLN) -> str:
    return SourceHealth.objects.get(source=source).state


def test_an_unknown_source_may_be_asked() -> None:
    assert breaker.claim_turn(Source.PLN) is None


def test_four_failures_are_bad_luck_five_are_an_outage() -> None:
    fail(4)
    assert breaker.claim_turn(Source.PLN) is None
    fail(1)
    assert state() == BreakerState.OPEN
    rest = breaker.claim_turn(Source.PLN)
    assert rest is not None
    assert timedelta(seconds=25) < rest <= breaker.REST


def test_an_answer_in_between_counts_from_nought() -> None:
    fail(4)
    breaker.record_success(Source.PLN, latency_ms=12)
    fail(4)
    assert breaker.claim_turn(Source.PLN) is None


def test_sources_do_not_suffer_for_each_other() -> None:
    fail(9)
    assert breaker.claim_turn(Source.BPN) is None


def test_after_the_rest_one_probes_and_the_others_wait() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        fail(5)
        clock.shift(breaker.REST + timedelta(seconds=1))
        assert breaker.claim_turn(Source.PLN) is None
        assert breaker.claim_turn(Source.PLN) == breaker.REST


def test_a_probe_that_fails_keeps_it_open_and_one_that_succeeds_closes_it() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        fail(5)
        clock.shift(breaker.REST)
        assert breaker.claim_turn(Source.PLN) is None
        fail(1)
        assert breaker.claim_turn(Source.PLN) is not None
        clock.shift(breaker.REST)
        assert breaker.claim_turn(Source.PLN) is None
        breaker.record_success(Source.PLN, latency_ms=40)
        assert breaker.claim_turn(Source.PLN) is None
        health = SourceHealth.objects.get(source=Source.PLN)
        assert (health.state, health.failures, health.last_latency_ms) == (BreakerState.CLOSED, 0, 40)


def test_busy_sources_do_not_write_their_row_with_every_answer(django_assert_num_queries: object) -> None:
    breaker.record_success(Source.PLN, latency_ms=40)
    before = SourceHealth.objects.get(source=Source.PLN).updated_at
    breaker.record_success(Source.PLN, latency_ms=50)
    assert SourceHealth.objects.get(source=Source.PLN).updated_at == before


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_one_becomes_the_probe() -> None:
    fail(5)
    SourceHealth.objects.update(retry_at=timezone.now() - timedelta(seconds=1))

    def turn(_number: int) -> bool:
        try:
            return breaker.claim_turn(Source.PLN) is None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(turn, range(8))) == 1
