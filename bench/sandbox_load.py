"""How many questions a second the stand-in ministries answer, and whether they keep their size meanwhile."""

import http.client
import itertools
import json
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import yaml
from django.conf import settings

from bench import servers
from bench.figures import Bench, Figure, Stopwatch, percentile
from verification.connectors import CONNECTORS, Subjects

ASKERS = 12
MANY_ASKERS = 200  # as many as are waiting at 300 questions a second and two thirds of a second each
FAMILIES = Path(settings.BASE_DIR) / "sandbox" / "data" / "families.yaml"
Question = tuple[str, bytes]


class SandboxLoad(Bench):
    name = "sandbox"
    description = (
        "every service of the ministry sandbox asked in turn, without switches and with realistic answer times"
    )

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        runs, seconds = (3, 3.0) if small else (5, 15.0)
        with servers.sandbox() as address:
            _ask(address, askers=ASKERS, seconds=1)  # connections made, code loaded
            before = _peak_mb(address)
            plain = [_ask(address, askers=ASKERS, seconds=seconds) for _ in range(runs)]
            grown = _peak_mb(address) - before
            httpx.post(f"{address}/switches/api/presets/realistic", json={}, timeout=10).raise_for_status()
            real = _ask(address, askers=MANY_ASKERS, seconds=3 * seconds)
        asked = sum(len(taken) for _rate, taken in plain)
        return [
            Figure("requests_per_s", tuple(rate for rate, _taken in plain), "1/s"),
            Figure("p95_ms", tuple(1000 * percentile(taken, 0.95) for _rate, taken in plain), "ms"),
            Figure("grown_mb", (grown,), "MB", f"after {asked} requests"),
            Figure("realistic_requests_per_s", (real[0],), "1/s", f"{MANY_ASKERS} askers at once"),
        ]


def _peak_mb(address: str) -> float:
    return float(httpx.get(f"{address}/switches/api/counts", timeout=10).json()["peak_mb"])


def _questions() -> list[Question]:
    """What the portal would ask about every invented family, as path and body."""
    families = yaml.safe_load(FAMILIES.read_text(encoding="utf-8"))["families"]
    abouts = [
        Subjects(family["members"][0]["nik"], family["kk"], tuple(member["nik"] for member in family["members"]))
        for family in families
    ]
    asked = [(connector.path, connector.question(about)) for about in abouts for connector in CONNECTORS.values()]
    return [(path, json.dumps(question).encode()) for path, question in asked if question is not None]


def _ask(address: str, *, askers: int, seconds: float) -> tuple[float, list[float]]:
    """Answers a second and the seconds each took, with `askers` asking one question after another."""
    questions = _questions()
    taken: list[float] = []
    wrong: list[int] = []
    start = threading.Barrier(askers + 1)

    def ask(mine: Iterator[Question]) -> None:
        line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=90)
        start.wait()
        watch = Stopwatch()
        while watch.seconds < seconds:
            path, body = next(mine)
            before = time.perf_counter()
            line.request("POST", f"/sources/{path}", body, _headers())
            response = line.getresponse()
            response.read()
            if response.status != 200:
                wrong.append(response.status)
            if watch.seconds < seconds:  # who was still waiting at the end has not been answered in time
                taken.append(time.perf_counter() - before)
        line.close()

    threads = [
        threading.Thread(target=ask, args=[itertools.islice(itertools.cycle(questions), number * 7, None)])
        for number in range(askers)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    if wrong:
        raise ValueError(f"the sandbox answered {sorted(set(wrong))}")
    return len(taken) / seconds, taken


def _headers() -> dict[str, str]:
    return {
        "Authorization": f"Bearer {settings.SOURCES_TOKEN}",
        "X-Request-ID": str(uuid.uuid4()),
        "Content-Type": "application/json",
    }
