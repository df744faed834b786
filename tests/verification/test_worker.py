"""A real Celery worker, killed in the middle of a question: nothing is lost, nothing is doubled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection
from psycopg.conninfo import make_conninfo

from perlinsos.celery import app
from perlinsos.core import files
from tests import factories
from tests.support import pictures
from tests.support.sandbox_process import Sandbox
from tests.verification.cases import sent
from verification import tasks
from verification.enums import ASKED_SOURCES, CheckState, RequestState, Source
from verification.models import FaceCheck, Fact, SourceRequest

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 6
PATIENCE_S = 90
CAPTURES = 12

Worker = subprocess.Popen[bytes]
ORDINARY = ("-P", "threads", "-c", "4", "-Q", "sources,decide,notify,default")
FACES = ("-P", "prefork", "-c", "1", "-Q", "face")


@pytest.fixture
def start_worker(ministries: Sandbox, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start a worker like one of `./portal run`, on this test's database, broker prefix and sandbox."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "perlinsos.settings.test",
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]),
        "SOURCES_URL": ministries.sources_url,
        "SOURCES_TOKEN": ministries.token,
        "LEASE_S": str(LEASE_S),
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "perlinsos.celery",
        "worker",
        "--without-gossip",
        "--without-mingle",
    ]
    running: list[Worker] = []

    def start(kind: tuple[str, ...] = ORDINARY) -> Worker:
        whole = [*command, *kind, "-n", f"w{len(running)}-{os.getpid()}@test"]
        with (tmp_path / f"worker{len(running)}.log").open("wb") as log:
            worker = subprocess.Popen(whole, env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        running.append(worker)
        return worker

    yield start
    for worker in running:
        kill(worker)


def kill(worker: Worker) -> None:
    """The worker and the processes it started, as when a machine goes down."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def until(happened: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if happened():
            return
        time.sleep(0.1)
    pytest.fail(f"not within {PATIENCE_S} s: {what}")


def states() -> dict[str, str]:
    return dict(SourceRequest.objects.values_list("source", "state"))


@pytest.fixture(autouse=True)
def empty_broker() -> None:
    """Messages of earlier tests in this process are not for our worker."""
    for queue in ("sources", "decide", "notify", "default", "face"):
        with app.connection_for_write() as broker:
            broker.default_channel.queue_purge(queue)


def test_a_worker_killed_in_the_middle_of_a_question_loses_nothing(
    ministries: Sandbox, start_worker: Callable[[], Worker]
) -> None:
    ministries.set("pln", latency_ms=9000)
    application = sent(ministries.residents["eligible"])
    first = start_worker()
    tasks.start_matching(application_id=application.pk)
    until(lambda: states().get(Source.PLN) == RequestState.RUNNING, "the question to PLN is being put")
    kill(first)
    assert states()[Source.PLN] == RequestState.RUNNING  # held by a dead worker
    assert not Fact.objects.filter(name="pln.power_va").exists()

    ministries.reset()
    start_worker()
    until(_all_answered_with_a_sweep_now_and_then, "a second worker has asked what the first one dropped")
    tasks.sweep_sources()
    request = SourceRequest.objects.get(source=Source.PLN)
    assert request.attempts >= 2
    assert request.lost_leases >= 1
    names = list(Fact.objects.filter(family=application.family).values_list("name", flat=True))
    assert len(names) == len(set(names))  # exactly one set of facts
    assert Fact.objects.get(name="pln.power_va").value == 450
    assert portal.LEASE_S == 120  # only the workers of this test hurry


def _all_answered_with_a_sweep_now_and_then() -> bool:
    tasks.sweep_sources()  # what beat does every ten seconds
    time.sleep(1)
    return list(states().values()).count(RequestState.ANSWERED) == len(ASKED_SOURCES)


def test_a_face_worker_killed_in_the_middle_of_a_queue_loses_no_capture_and_keeps_the_order(
    start_worker: Callable[..., Worker],
) -> None:
    wall = files.store_photo(pictures.wall())  # a picture of nobody: looked at, and the ministries are not asked
    selfies = [factories.DocumentFactory(file=wall) for _capture in range(CAPTURES)]
    for selfie in selfies:
        tasks.check_selfie(document_id=selfie.pk)
    captures = list(FaceCheck.objects.order_by("pk").values_list("pk", flat=True))
    first = start_worker(FACES)
    until(lambda: FaceCheck.objects.exclude(state=CheckState.QUEUED).exists(), "a capture is taken up")
    kill(first)
    assert FaceCheck.objects.filter(state=CheckState.QUEUED).count() > CAPTURES // 2
    start_worker(FACES)
    until(_all_looked_at_with_a_sweep_now_and_then, "a second worker has looked at what the first one left")
    done = FaceCheck.objects.order_by("updated_at")
    assert set(done.values_list("state", "reason")) == {(CheckState.RETRY, "none")}
    assert done.count() == CAPTURES
    held = captures[:3]  # by the dead worker; they come back with the end of the lease
    assert [pk for pk in done.values_list("pk", flat=True) if pk not in held] == captures[3:]


def _all_looked_at_with_a_sweep_now_and_then() -> bool:
    tasks.sweep_faces()
    time.sleep(0.5)
    return not FaceCheck.objects.filter(state__in=[CheckState.QUEUED, CheckState.RUNNING]).exists()
