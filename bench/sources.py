"""Families against slow, failing, limited sources: all end decided or pending, no source is called too often."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx
from django.core.management import call_command
from django.db.models import Max, Q
from django.utils import timezone

from bench import families, servers
from bench.figures import Bench, Figure, percentile, quietly, until
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.celery import app
from verification.connectors import CONNECTORS
from verification.enums import RequestState, Source
from verification.models import SourceCall, SourceRequest

# 50 ms and a log-normal part: 99 of 100 answers come within two seconds.
SPEED = {"latency_ms": 50, "latency_p50_ms": 400, "latency_p95_ms": 1300}
ERRORS = {"error_rate": 2}
DOWN = Source.PLN
LIMITED = Source.BPN
WORKERS = 2  # processes: one for each core
THREADS = 24  # they wait; how many questions a worker has open at one source is limited by SOURCES_AT_ONCE
AT_ONCE = 4
PENDING = (RequestState.DUE, RequestState.RUNNING, RequestState.AWAITED)
MOST_SOURCES = 10


@dataclass(frozen=True)
class Load:
    """How many families come, how fast, how long one source is down, and what the sources allow a second."""

    families: int
    arrivals_per_s: float
    down_s: float
    rest_s: int
    per_second: dict[str, int]
    patience_s: float


FULL = Load(1000, 2.5, 60.0, 30, {"default": 20, LIMITED.value: 6}, 600)
SMALL = Load(24, 3.0, 3.0, 3, {"default": 20, LIMITED.value: 3}, 60)


class Sources(Bench):
    name = "sources"
    description = "families × sources: 50 to 2,000 ms, 2 % errors, one source down for a minute, limits kept"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        load = SMALL if small else FULL
        with quietly():
            for command in ("load_regions", "load_rulesets", "load_consent_texts"):
                call_command(command)
        asked = list(CONNECTORS)[:MOST_SOURCES]
        agent = User.objects.create_user(f"agent{seed}@bench.invalid", kind=UserKind.STAFF, name="bench")
        with servers.sandbox() as address:
            for source in asked:
                servers.switch(address, source.replace("_", "-"), **SPEED, **ERRORS)
            with _worker(address, load):
                start, began = timezone.now(), int(time.time())
                _send(load, asked, agent=agent, chance=random.Random(seed), address=address)  # noqa: S311 - invented families
                until(_all_decided, within=load.patience_s, every=0.5)
            counts = httpx.get(f"{address}/switches/api/counts", params={"since": began}, timeout=10).json()["services"]
        return _figures(load, asked, counts, start)


@contextmanager
def _worker(address: str, load: Load) -> Iterator[None]:
    changes = {
        "SOURCES_URL": f"{address}/sources",
        "SOURCES_PER_SECOND": ",".join(f"{source}:{most}" for source, most in load.per_second.items()),
        "SOURCES_AT_ONCE": f"default:{AT_ONCE}",
        "SOURCES_REST_S": str(load.rest_s),
    }
    with servers.worker(threads=THREADS, workers=WORKERS, **changes):
        until(lambda: len(app.control.ping(timeout=0.5) or ()) == WORKERS, within=60)
        yield


def _send(load: Load, asked: list[str], *, agent: User, chance: random.Random, address: str) -> None:
    """The families one after another, at an even pace; a third of the way in one source goes down for a while."""
    outage = threading.Timer(load.families / load.arrivals_per_s / 3, _go_down, (address, load.down_s))
    outage.start()
    start = time.monotonic()
    for number in range(load.families):
        families.send(number, chance, agent=agent, asked=asked)
        time.sleep(max(0.0, start + (number + 1) / load.arrivals_per_s - time.monotonic()))
    outage.join()


def _go_down(address: str, seconds: float) -> None:
    servers.switch(address, DOWN.value, down=True)
    time.sleep(seconds)
    servers.switch(address, DOWN.value, down=False)


def _all_decided() -> bool:
    return not Application.objects.exclude(state=ApplicationState.DECIDED).exists()


def _figures(load: Load, asked: list[str], counts: dict[str, dict[str, int]], start: datetime) -> list[Figure]:
    undecided = Application.objects.exclude(state=ApplicationState.DECIDED)
    to_begin = Q(state=ApplicationState.SUBMITTED)
    pending = undecided.filter(to_begin | Q(source_requests__state__in=PENDING)).distinct().count()
    over = sum(
        max(0, count - load.per_second.get(source, load.per_second["default"]))
        for source in asked
        for count in counts.get(source.replace("_", "-"), {}).values()
    )
    calls = sum(sum(by_second.values()) for by_second in counts.values())
    failures = Counter(SourceCall.objects.filter(at__gte=start).exclude(error="").values_list("error", flat=True))
    failed = ", ".join(f"{error} {count}" for error, count in failures.most_common()) or "none failed"
    busiest = max((max(by_second.values()) for by_second in counts.values()), default=0)
    shape = f"{load.families} families × {len(asked)} sources, {load.arrivals_per_s:g} families/s"
    return [
        Figure("undecided", (undecided.count() - pending,), "families", f"neither decided nor pending; {shape}"),
        Figure("pending", (pending,), "families", "a question still open at the end"),
        Figure("over_limit_calls", (over,), "calls", f"counted by the sandbox; busiest second {busiest}"),
        Figure("p95_s", (_last_fact_s(0.95, but=DOWN),), "s", "to the last fact of the sources that were up"),
        Figure("p50_s", (_last_fact_s(0.5, but=DOWN),), "s"),
        Figure("p95_with_outage_s", (_last_fact_s(0.95),), "s", f"{DOWN} down for {load.down_s:g} s"),
        Figure("calls_per_application", (calls / load.families,), "calls", f"{failed}; asked again"),
        Figure("calls_per_s", (calls / (timezone.now() - start).total_seconds(),), "calls/s", "whole run"),
    ]


def _last_fact_s(share: float, *, but: str = "") -> float:
    """Seconds from sending the form to the last answer."""
    answered = SourceRequest.objects.exclude(source=but).filter(answered_at__isnull=False)
    rows = answered.values("application").annotate(last=Max("answered_at"))
    times = rows.values_list("last", "application__submitted_at")
    return percentile([(last - sent).total_seconds() for last, sent in times], share)
