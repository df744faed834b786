"""Where a running portal keeps its files: the state directory, and short-lived directories."""

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import processes
from launcher.errors import LauncherError

ROOT = Path(__file__).resolve().parent.parent
SOCKET_PATH_LIMIT = 100  # 108 bytes on Linux, 104 on macOS, with the terminating zero


def state_dir() -> Path:
    """`PORTAL_STATE`, else `var/` in the checkout; made when absent."""
    path = Path(os.environ.get("PORTAL_STATE") or ROOT / "var").resolve()
    path.mkdir(mode=0o711, parents=True, exist_ok=True)
    return path


def runtime_path(state: Path, purpose: str) -> Path:
    """A short path for unix sockets, always the same for the same `state`; a checkout's own path is often too long."""
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:10]
    # Root's own XDG_RUNTIME_DIR is closed to the account that PostgreSQL may have to run as.
    given = os.environ.get("XDG_RUNTIME_DIR") if os.geteuid() else None
    base = Path(given or tempfile.gettempdir())
    if not base.is_dir() or len(os.fsencode(base)) > SOCKET_PATH_LIMIT - 60:
        base = Path("/tmp")  # noqa: S108 - make_private checks whose it is
    return base / f"portal-{os.geteuid()}-{digest}-{purpose}"


def make_private(path: Path, *, owner: int | None = None) -> None:
    """A directory for `owner` alone (the caller by default). Raises LauncherError when someone else was there first."""
    mine = os.geteuid()
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {mine, owner}:
        raise LauncherError(f"{path} belongs to someone else; remove it and try again.")
    wanted = mine if owner is None else owner
    if found.st_uid != wanted:
        os.chown(path, wanted, wanted)
    path.chmod(0o700)


@contextmanager
def throw_away(base: Path, prefix: str) -> Iterator[Path]:
    """A state directory for one command. What a killed command left behind is removed at the next occasion."""
    _remove_abandoned(base, prefix)
    path = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=base))
    path.chmod(0o711)  # PostgreSQL may run as another account
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def quick_base() -> Path:
    """In memory where there is room: the same tests took four times as long on a busy disk."""
    shm = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private directory
    return shm if shm.is_dir() and shutil.disk_usage(shm).free > 2**31 else Path(tempfile.gettempdir())


def _remove_abandoned(base: Path, prefix: str) -> None:
    """Recognised by the process number in the name."""
    for path in base.glob(f"{prefix}*-*"):
        with contextlib.suppress(ValueError, OSError):
            pid = int(path.name.removeprefix(prefix).split("-")[0])
            if path.stat().st_uid == os.geteuid() and not processes.is_alive(pid):
                for each in (path, runtime_path(path, "pg"), runtime_path(path, "vk")):
                    shutil.rmtree(each, ignore_errors=True)
