"""Processes a benchmark or proof needs beside itself. Each ends with the `with` block it was started in."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psycopg
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.figures import until
from launcher import ports, processes
from launcher.secrets import signing_key_file
from launcher.services import SANDBOX_THREADS

FIRST_PORT = 21_000
READY_WITHIN = 60.0


class DidNotStart(Exception):
    """A process that a benchmark needs ended or stayed silent; the message holds the end of its log."""


@contextmanager
def portal(*, workers: int = 2, threads: int = 4) -> Iterator[str]:
    """The portal as it runs on a small server; its address."""
    port = ports.first_free(FIRST_PORT)
    address = f"http://{ports.HOST}:{port}"
    size = ["--workers", str(workers), "--blocking-threads", str(threads)]
    with _process([*_granian(port), *size, "perlinsos.wsgi:application"], {"BASE_URL": address}) as log:
        _wait(f"{address}/healthz", log)
        yield address


@contextmanager
def worker(*, threads: int = 8, workers: int = 1, **changes: str) -> Iterator[None]:
    """Celery workers for every queue but faces, each with so many threads, and beat."""
    celery = [sys.executable, "-m", "celery", "-A", "perlinsos.celery"]
    size = ["-P", "threads", "-c", str(threads)]
    work = [*celery, "worker", *size, "-Q", "sources,decide,notify,default", "--without-gossip"]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as started:
        for number in range(workers):
            started.enter_context(_process([*work, "-n", f"io-{number}-{os.getpid()}@%h"], changes))
        started.enter_context(_process([*celery, "beat", "--pidfile=", "-s", str(Path(folder) / "beat")], changes))
        yield


@contextmanager
def face_worker(*, processes: int = 2, **changes: str) -> Iterator[None]:
    """One Celery worker for faces, a process per core."""
    celery = [sys.executable, "-m", "celery", "-A", "perlinsos.celery", "worker", "-P", "prefork", "--without-gossip"]
    with _process([*celery, "-c", str(processes), "-Q", "face", "-n", f"face-bench-{os.getpid()}@%h"], changes):
        yield


@contextmanager
def sandbox(*, photographs: Path | None = None) -> Iterator[str]:
    """The ministries' stand-in with a database of its own; its address. Dukcapil has `photographs`, or none."""
    port = ports.first_free(FIRST_PORT + 500)
    address = f"http://{ports.HOST}:{port}"
    with tempfile.TemporaryDirectory() as folder, _database("sandbox") as url:
        changes = {
            "DJANGO_SETTINGS_MODULE": "sandbox.settings",
            "SANDBOX_DATABASE_URL": url,
            "SANDBOX_BASE_URL": address,
            "SANDBOX_SECRET_KEY": settings.SECRET_KEY,
            "SANDBOX_OIDC_KEY_FILE": str(signing_key_file(Path(folder))),
            "SANDBOX_FACES": str(photographs or ""),
        }
        for command in (["migrate", "--verbosity", "0"], ["seed_residents"]):
            with _process([sys.executable, "-m", "django", *command], changes) as log:
                log.finish()
        with _process(
            [*_granian(port), "--blocking-threads", str(SANDBOX_THREADS), "sandbox.wsgi:application"], changes
        ) as log:
            _wait(f"{address}/healthz", log)
            yield address


def switch(address: str, service: str, **switches: int | bool) -> None:
    """Throw switches of one service of the sandbox, such as `down=True`."""
    httpx.post(f"{address}/switches/api/{service}", json=switches, timeout=10).raise_for_status()


class _Running:
    def __init__(self, command: list[str], changes: Mapping[str, str]) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        environment = {**os.environ, **changes}
        self.process = processes.spawn(command, env=environment, cwd=settings.BASE_DIR, log=self.log)

    def finish(self) -> None:
        if self.process.wait(READY_WITHIN):
            raise DidNotStart(self.end_of_log())

    def end_of_log(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-3000:]

    def stop(self) -> None:
        """At once: what it holds is thrown away with the servers, and a polite end takes seconds."""
        processes.kill_group(self.process.pid)
        self.process.wait()
        self.log.close()


@contextmanager
def _process(command: list[str], changes: Mapping[str, str]) -> Iterator[_Running]:
    running = _Running(command, changes)
    try:
        yield running
    finally:
        running.stop()


def _granian(port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--no-ws",
        "--host",
        ports.HOST,
        "--port",
        str(port),
    ]


def _wait(address: str, running: _Running) -> None:
    def answers() -> bool:
        if running.process.poll() is not None:
            raise DidNotStart(running.end_of_log())
        try:
            return httpx.get(address, timeout=2).status_code < 500
        except httpx.TransportError:
            return False

    if not until(answers, within=READY_WITHIN):
        raise DidNotStart(running.end_of_log())


@contextmanager
def _database(name: str) -> Iterator[str]:
    """A database beside the portal's own, gone afterwards."""
    given = os.environ["DATABASE_URL"]
    full = f"{conninfo_to_dict(given)['dbname']}_{name}_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{full}"')
        try:
            yield make_conninfo(given, dbname=full)
        finally:
            connection.execute(f'DROP DATABASE "{full}" WITH (FORCE)')
