"""The ministry sandbox as a real process for tests: own database, own port, gone with the run.

`from tests.support.sandbox_process import sandbox` in a conftest.py gives the session-scoped fixture.
"""

import base64
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from launcher import pictures, processes

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ROOT / "sandbox" / "data" / "families.yaml"
PREPARE = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", verbosity=0)
call_command("seed_residents")
"""
READY_WITHIN_S = 40
# The other ways to speak to the sources; a test that uses one gives the portal the same.
CLIENT_ID, CLIENT_SECRET = "portal-at-the-sources", "client-secret-only-for-tests-of-the-sources"
ENVELOPE_KEYS = f"e1:{base64.b64encode(bytes(range(1, 33))).decode()}"
CALLBACK_KEY = "callback-key-only-for-tests-of-the-sources"
WAYS = {
    "SOURCES_CLIENT_ID": CLIENT_ID,
    "SOURCES_CLIENT_SECRET": CLIENT_SECRET,
    "SOURCES_ENVELOPE_KEYS": ENVELOPE_KEYS,
    "SOURCES_CALLBACK_KEY": CALLBACK_KEY,
}


@dataclass(frozen=True)
class DemoResident:
    """Who applies for a family: its first member with a PIN, else its first member (`pin` empty)."""

    nik: str
    pin: str
    name: str
    kk_number: str
    village_code: str
    member_niks: tuple[str, ...]


class Sandbox:
    """The running sandbox and the few things a test wants of it."""

    def __init__(self, base_url: str, environment: dict[str, str]) -> None:
        self.base_url = base_url
        self.issuer = base_url
        self.sources_url = f"{base_url}/sources"
        self.environment = environment
        self.token = environment["SOURCES_TOKEN"]
        self.client_id = environment["OIDC_CLIENT_ID"]
        self.client_secret = environment["OIDC_CLIENT_SECRET"]
        self.residents = demo_residents()
        # No connection is kept: the server may close an idle one just as the next test begins to speak.
        self.http = httpx.Client(base_url=base_url, timeout=30, limits=httpx.Limits(max_keepalive_connections=0))

    def set(self, service: str, **switch: int | bool) -> None:
        """Throw switches of one service (see /switches/), e.g. `set("pln", down=True)`."""
        answer = self.http.post(f"/switches/api/{service}", json=switch)
        assert answer.status_code == 200, answer.text

    def reset(self) -> None:
        """Every service well again."""
        assert self.http.post("/switches/api/reset", json={}).status_code == 200

    def ask(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """One question to a ministry service, as a connector would put it."""
        usual = {"Authorization": f"Bearer {self.token}", "X-Request-ID": str(uuid4())}
        return self.http.post(f"/sources/{path}", json=body, headers={**usual, **headers})

    def allow_portal(self, base_url: str) -> None:
        """Let the portal at `base_url` sign people in here: needed for `http://localhost:PORT`, as a
        live server has it; on 127.0.0.1 every port is allowed (RFC 8252 section 7.3).
        """
        self.manage("seed_residents", BASE_URL=base_url)

    def manage(self, *arguments: str, **variables: str) -> str:
        """A management command of the sandbox; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            env={**self.environment, **variables},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout


def demo_residents() -> dict[str, DemoResident]:
    """The families of the sandbox by key."""
    found = {}
    for family in yaml.safe_load(FAMILIES.read_text(encoding="utf-8"))["families"]:
        members = family["members"]
        first = next((member for member in members if member.get("pin")), members[0])
        found[family["key"]] = DemoResident(
            nik=first["nik"],
            pin=first.get("pin", ""),
            name=first["name"],
            kk_number=family["kk"],
            village_code=family["village"],
            member_niks=tuple(member["nik"] for member in members),
        )
    return found


_STARTED = pytest.StashKey[Sandbox]()


@pytest.fixture(scope="session")
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """One per test process, however many conftest files import this."""
    if _STARTED not in request.config.stash:
        stack = ExitStack()
        request.config.add_cleanup(stack.close)
        request.config.stash[_STARTED] = start(stack)
    return request.config.stash[_STARTED]


def start(stack: ExitStack) -> Sandbox:
    """Database, tables, families, server; leaving `stack` takes them away in turn."""
    base_url = f"http://127.0.0.1:{_free_port()}"
    environment = _environment(stack.enter_context(_own_database()), base_url)
    subprocess.run([sys.executable, "-c", PREPARE], env=environment, cwd=ROOT, check=True, capture_output=True)
    log = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed by the stack
    server = processes.spawn(_granian(base_url), env=environment, cwd=ROOT, log=log)
    stack.callback(processes.stop, server)
    _wait_until_ready(base_url, server, log)
    running = Sandbox(base_url, environment)
    stack.callback(running.http.close)
    return running


def _granian(base_url: str) -> list[str]:
    port = base_url.rpartition(":")[2]
    where = ["--host", "127.0.0.1", "--port", port]
    size = ["--workers", "1", "--blocking-threads", "16", "--backpressure", "32"]
    return [sys.executable, "-m", "granian", "--interface", "wsgi", *where, *size, "sandbox.wsgi:application"]


def _environment(database_url: str, base_url: str) -> dict[str, str]:
    try:
        faces = str(pictures.fetch())
    except pictures.PicturesUnavailable:
        faces = ""
    return {
        **WAYS,
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sandbox.settings",
        "SANDBOX_DATABASE_URL": database_url,
        "SANDBOX_BASE_URL": base_url,
        "SANDBOX_FACES": faces,
    }


@contextmanager
def _own_database() -> Iterator[str]:
    """A database beside the one of SANDBOX_DATABASE_URL, one per test process."""
    given = os.environ["SANDBOX_DATABASE_URL"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{conninfo_to_dict(given)['dbname']}_test_{worker}_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield make_conninfo(given, dbname=name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(base_url: str, server: subprocess.Popen[bytes], log: Any) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{base_url}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    log.seek(0)
    raise RuntimeError(f"The sandbox did not start:\n{log.read().decode(errors='replace')[-3000:]}")
