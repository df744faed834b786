"""The virtual environment: made when absent or broken, filled from a requirements file with hashes."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from launcher import console
from launcher.errors import LauncherError
from launcher.state import ROOT

VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
STAMP = VENV / "portal-installed"
# On the index only as source; everything else must be a wheel, so that nobody needs a compiler.
SOURCE_ONLY = "face-recognition-models"
# A fuller set serves a smaller one.
SERVES = {"prod": ("prod", "run", "dev"), "run": ("run", "dev"), "dev": ("dev",)}


def ensure(requirement_set: str) -> Path:
    """The environment's Python, with `requirements/<set>.txt` installed. Quick when nothing changed."""
    python = VENV / "bin" / "python"
    if _is_installed(requirement_set) and _runs(python):
        return python
    with _one_at_a_time():
        if not _is_installed(requirement_set) or not _runs(python):
            _install(requirement_set, python)
    return python


def digest(requirement_set: str) -> str:
    content = (REQUIREMENTS / f"{requirement_set}.txt").read_bytes()
    return f"{requirement_set} {hashlib.sha256(content).hexdigest()}"


def _is_installed(requirement_set: str) -> bool:
    if not STAMP.exists():
        return False
    return STAMP.read_text() in {digest(name) for name in SERVES[requirement_set]}


def _install(requirement_set: str, python: Path) -> None:
    started = time.monotonic()
    uv = find_uv()
    STAMP.unlink(missing_ok=True)
    if not _runs(python):
        _make_environment(uv)
    wheels, sources = split(REQUIREMENTS / f"{requirement_set}.txt")
    console.say(f"Installing {len(wheels) + len(sources)} packages with {'uv' if uv else 'pip'} …")
    # What is built is built by the pinned setuptools, at the same time as everything else is downloaded.
    _pip(uv, python, [entry for entry in wheels if _project(entry) == "setuptools"], ["--only-binary", ":all:"])
    with ThreadPoolExecutor() as both:
        started_both = [
            both.submit(_pip, uv, python, wheels, ["--only-binary", ":all:"]),
            both.submit(_pip, uv, python, sources, ["--no-build-isolation"]),
        ]
    for each in started_both:
        each.result()
    STAMP.write_text(digest(requirement_set))
    console.timed("environment", time.monotonic() - started)


def split(path: Path) -> tuple[list[str], list[str]]:
    """Entries (with their hash lines) that come as wheels, and those that must be built."""
    entries = re.split(r"\n(?=\S)", path.read_text().strip())
    wheels = [entry for entry in entries if _project(entry) != SOURCE_ONLY]
    return wheels, [entry for entry in entries if _project(entry) == SOURCE_ONLY]


def _project(entry: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>~!;\s\[]", entry, maxsplit=1)[0]).lower()


def find_uv() -> str | None:
    """The path of a uv that runs; a version manager's shim may exist and not run."""
    path = shutil.which("uv")
    if path is None or os.environ.get("PORTAL_INSTALLER") == "pip":
        return None
    return path if subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0 else None


def _make_environment(uv: str | None) -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if uv:
        _call([uv, "venv", "-q", "--seed", "--python", sys.executable, str(VENV)], "uv could not make .venv")
        return
    missing = subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    if missing.returncode:
        version = "{}.{}".format(*sys.version_info[:2])
        raise LauncherError(
            f"Python's venv module is not complete. On Debian and Ubuntu: apt install python3-venv"
            f" (or python{version}-venv), then try again."
        )
    _call([sys.executable, "-m", "venv", str(VENV)], "Python could not make .venv")


def _pip(uv: str | None, python: Path, entries: list[str], options: list[str]) -> None:
    if uv:
        command = [uv, "pip", "install", "-q", "--python", str(python)]
    else:
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
        command += ["--no-compile", "--use-pep517"]
    with tempfile.NamedTemporaryFile("w", prefix="portal-", suffix=".txt") as file:
        file.write("\n".join(entries) + "\n")
        file.flush()
        options = ["--require-hashes", "--no-deps", *options, "-r", file.name]
        _call([*command, *options], "The packages could not be installed")


def _call(command: list[str], complaint: str) -> None:
    # A development build of Python or an odd PYTHONPATH must not leak into the environment that is being made.
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise LauncherError(f"{complaint}:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")


def _runs(python: Path) -> bool:
    """False when absent, or when the Python it was made from is gone or changed."""
    try:
        return subprocess.run([python, "-c", "pass"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started at once must not install into the same environment."""
    descriptor = os.open(REQUIREMENTS, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


if __name__ == "__main__":  # the image of a server: python -m launcher.install prod
    ensure(sys.argv[1])
