"""Where a running portal keeps its files: the state directory, and short-lived directories for sockets."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from launcher.errors import LauncherError

ROOT = Path(__file__).resolve().parent.parent
SOCKET_PATH_LIMIT = 100  # 108 bytes on Linux, 104 on macOS, with the terminating zero


def state_dir() -> Path:
    """`PORTAL_STATE`, else `var/` in the checkout; made when absent."""
    path = Path(os.environ.get("PORTAL_STATE") or ROOT / "var").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def runtime_dir(state: Path, purpose: str, *, owner: int | None = None) -> Path:
    """A private directory (0700) with a short path, always the same for the same `state`.

    Unix sockets live here because their path may not exceed about a hundred bytes and a checkout's often does.
    """
    mine = os.geteuid()
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:10]
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if not base.is_dir() or len(os.fsencode(base)) > SOCKET_PATH_LIMIT - 60:
        base = Path("/tmp")  # noqa: S108 - private, and its owner is checked below
    path = base / f"portal-{mine}-{digest}-{purpose}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {mine, owner}:
        raise LauncherError(f"{path} belongs to someone else; remove it and try again.")
    if owner is not None and found.st_uid != owner:
        os.chown(path, owner, owner)
    path.chmod(0o700)
    return path
