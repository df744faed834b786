"""A pytest plugin (`-p launcher.pytest_servers`): throw-away servers, up before pytest-django reads the settings.

Servers named by DATABASE_URL and REDIS_URL are used instead. The workers of pytest-xdist inherit the environment and
share the servers; each has its own test database (pytest-django) and its own Redis database number.
"""

import atexit
import base64
import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from launcher import secrets, servers
from launcher.state import quick_base, throw_away

pytest_plugins = ["launcher.pytest_browser"]

TEST_KEY = base64.b64encode(bytes(range(32))).decode()
ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests-and-long-enough-to-be-accepted-by-every-check",
    "FIELD_KEYS": f"k1:{TEST_KEY}",
    "BLIND_INDEX_KEY": TEST_KEY,
    "BASE_URL": "http://127.0.0.1:8000",
    "OIDC_ISSUER": "http://127.0.0.1:8100",
    "OIDC_CLIENT_ID": "portal-test",
    "OIDC_CLIENT_SECRET": "portal-test-secret",
    "OIDC_NAME": "IKD",
    "SOURCES_URL": "http://127.0.0.1:8100/sources",
    "SOURCES_TOKEN": "sources-test-token",
    "SANDBOX_SECRET_KEY": "only-for-tests-of-the-sandbox-and-long-enough-for-every-check",
    "SANDBOX_BASE_URL": "http://127.0.0.1:8100",
}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
        use_own_redis_database(worker)
        return
    stack = ExitStack()
    atexit.register(stack.close)
    enter(stack)


def enter(stack: ExitStack) -> None:
    """Put everything the tests need into the environment; leaving `stack` takes the servers down."""
    state = stack.enter_context(throw_away(quick_base(), "portal-test-"))
    for name, value in {**ENVIRONMENT, **_files(state)}.items():
        os.environ.setdefault(name, value)
    up = servers.start(state, password="test", durable=False)  # noqa: S106 - a private socket, gone with the run
    stack.callback(up.stop)
    os.environ.update(up.environment)


def use_own_redis_database(worker: str) -> None:
    number = 1 + int(worker.removeprefix("gw"))
    head, _, _ = os.environ["REDIS_URL"].partition("?db=")
    os.environ["REDIS_URL"] = f"{head}?db={number}"


def _files(state: Path) -> dict[str, str]:
    return {
        "PORTAL_STATE": str(state),
        "FILES_ROOT": str(state / "files"),
        "STATIC_ROOT": str(state / "static"),
        "SANDBOX_OIDC_KEY_FILE": str(secrets.signing_key_file(state)),
    }
