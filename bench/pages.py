"""How many pages a small server gives out, and how long people wait for them."""

import http.client
import threading
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from bench import servers
from bench.figures import Bench, Figure, Stopwatch, percentile, quietly
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.demo import loading

READERS = 8
NOT_ASKED = ["admin", "drf_spectacular_sidecar", "rest_framework", "unfold"]  # static files of other pages


class Pages(Bench):
    name = "pages"
    description = "start page and status page from a real server (2 processes), asked by 8 readers on this machine"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        runs, each = (3, 20) if small else (5, 200)
        with quietly():
            call_command("collectstatic", interactive=False, ignore_patterns=NOT_ASKED)
            loading.load()
        status, cookie = _status_page()
        with servers.portal() as address:
            start = [_ask(address, "/", "", each) for _ in range(runs)]
            own = [_ask(address, status, cookie, each) for _ in range(runs)]
        return [*_figures("start", start), *_figures("status", own)]


def _status_page() -> tuple[str, str]:
    """The address of a family's status page and the session of the citizen it belongs to."""
    application = Application.objects.received().order_by("pk").first()
    assert application is not None  # noqa: S101 - the demo has a queue of families
    citizen = User.objects.create_user()
    Application.objects.filter(pk=application.pk).update(owner=citizen)
    browser = Client()
    browser.force_login(citizen)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return reverse("application-status", args=[application.public_id]), f"{settings.SESSION_COOKIE_NAME}={session}"


def _ask(address: str, path: str, cookie: str, each: int) -> tuple[float, list[float]]:
    """Pages a second, and the seconds each one took, with every reader asking one page after another."""
    taken: list[float] = []
    wrong: list[int] = []
    start = threading.Barrier(READERS + 1)

    def read() -> None:
        line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        start.wait()
        for _ in range(each):
            before = time.perf_counter()
            line.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            response = line.getresponse()
            response.read()
            taken.append(time.perf_counter() - before)
            if response.status != 200:
                wrong.append(response.status)
        line.close()

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    start.wait()
    watch = Stopwatch()
    for reader in readers:
        reader.join()
    if wrong:
        raise ValueError(f"{path} answered {sorted(set(wrong))}")
    return len(taken) / watch.seconds, taken


def _figures(page: str, runs: list[tuple[float, list[float]]]) -> list[Figure]:
    return [
        Figure(f"pages_{page}_per_second", tuple(rate for rate, _taken in runs), "pages/s", "readers share the cores"),
        Figure(f"pages_{page}_p50_ms", tuple(1000 * percentile(taken, 0.5) for _rate, taken in runs), "ms"),
        Figure(f"pages_{page}_p95_ms", tuple(1000 * percentile(taken, 0.95) for _rate, taken in runs), "ms"),
    ]
