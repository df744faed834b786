"""A pytest plugin (`-p launcher.pytest_servers`): throw-away servers, up before pytest-django reads the settings.

Servers named by DATABASE_URL and REDIS_URL are used instead. The workers of pytest-xdist inherit the environment and
share the servers; each has its own test database (pytest-django) and its own Redis database number.
"""

import atexit
import base64
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

PREFIX = "portal-test-"
TEST_KEY = base64.b64encode(bytes(range(32))).decode()
TEST_ENVIRONMENT = {
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
    for name, value in TEST_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
        use_own_redis_database(worker)
        return
    state = throw_away_dir()
    os.environ.setdefault("PORTAL_STATE", str(state))
    os.environ.setdefault("FILES_ROOT", str(state / "files"))
    os.environ.setdefault("SANDBOX_OIDC_KEY_FILE", str(write_signing_key(state / "sandbox-oidc.pem")))
    from launcher import servers  # after the environment: a start-up error should name what is missing

    up = servers.start(state, password="test", durable=False)  # noqa: S106 - a private socket, gone with the run
    atexit.register(up.stop)
    os.environ.update(up.environment)


def throw_away_dir() -> Path:
    """In memory where there is room (the same suite took four times as long on a busy disk); removed at exit."""
    shm = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private directory
    base = shm if shm.is_dir() and shutil.disk_usage(shm).free > 2**31 else Path(tempfile.gettempdir())
    remove_abandoned(base)
    path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
    path.chmod(0o711)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def remove_abandoned(base: Path) -> None:
    """What killed runs left behind, recognised by the process number in the name."""
    for path in base.glob(f"{PREFIX}*-*"):
        with contextlib.suppress(ValueError, OSError):
            pid = int(path.name.removeprefix(PREFIX).split("-")[0])
            if path.stat().st_uid == os.geteuid() and not _runs(pid):
                shutil.rmtree(path, ignore_errors=True)


def use_own_redis_database(worker: str) -> None:
    number = 1 + int(worker.removeprefix("gw"))
    head, _, _ = os.environ["REDIS_URL"].partition("?db=")
    os.environ["REDIS_URL"] = f"{head}?db={number}"


def write_signing_key(path: Path) -> Path:
    from launcher.secrets import new_rsa_key

    path.touch(mode=0o600)
    path.write_bytes(new_rsa_key())
    return path


def _runs(pid: int) -> bool:
    from launcher import processes

    return processes.is_alive(pid)
