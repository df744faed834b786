"""What must be done before the portal can start: only what changed, and independent things at once."""

import glob
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from launcher import console, install, processes
from launcher.errors import LauncherError
from launcher.postgres import tail
from launcher.secrets import write_private
from launcher.state import ROOT


@dataclass(frozen=True)
class Step:
    """`inputs` are globs, relative to the checkout; `key` is whatever else it depends on (a database)."""

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    inputs: tuple[str, ...] = ()
    key: str = ""
    after: tuple[str, ...] = ()
    is_done: Callable[[], bool] = field(default=lambda: True)
    may_fail: bool = False


class _Running(NamedTuple):
    step: Step
    stamp: str  # taken before it started: what changes meanwhile is due again
    process: subprocess.Popen[bytes]
    started: float


def run(steps: Sequence[Step], state: Path, *, tell: Callable[[str, float, str], None] = console.timed) -> None:
    """Do what is due. Raises LauncherError with the end of its output when a step fails that must not."""
    stamps_path = state / "stamps.json"
    stamps: dict[str, str] = json.loads(stamps_path.read_text()) if stamps_path.exists() else {}
    due = [step for step in steps if stamps.get(step.name) != fingerprint(step) or not step.is_done()]
    for name, stamp in _run_in_order(due, state / "log", tell):
        stamps[name] = stamp
        write_private(stamps_path, json.dumps(stamps, indent=1).encode())


def fingerprint(step: Step) -> str:
    """Changes with the command, the installed packages, its key, and any input file's name, size or time."""
    digest = hashlib.sha256(repr((step.argv, step.key, install.digest("run"))).encode())
    for pattern in step.inputs:
        for path in sorted(glob.glob(str(ROOT / pattern), recursive=True)):  # noqa: PTH207 - also absolute patterns
            if os.path.isfile(path):
                found = os.stat(path)
                digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _run_in_order(
    due: Sequence[Step], logs: Path, tell: Callable[[str, float, str], None]
) -> Iterable[tuple[str, str]]:
    """Yields name and fingerprint of each that succeeded; as many run at once as there are processors."""
    waiting = {step.name: step for step in due}
    running: dict[str, _Running] = {}
    width = max(2, os.cpu_count() or 2)
    try:
        while waiting or running:
            unfinished = waiting.keys() | running.keys()
            ready = [step for step in waiting.values() if not unfinished & set(step.after)]
            for step in ready[: width - len(running)]:
                del waiting[step.name]
                running[step.name] = _Running(step, fingerprint(step), _start(step, logs), time.monotonic())
            for name, current in list(running.items()):
                if current.process.poll() is not None:
                    del running[name]
                    shortcoming = _shortcoming(current.step, current.process.returncode, logs)
                    tell(name, time.monotonic() - current.started, shortcoming)
                    if not shortcoming:
                        yield name, current.stamp
            time.sleep(0.02)
    finally:
        for current in running.values():
            processes.stop(current.process, within=1)


def _start(step: Step, logs: Path) -> subprocess.Popen[bytes]:
    with _log(step.name, logs).open("wb") as log:
        return processes.spawn(step.argv, log=log, env=step.env, cwd=ROOT)


def _shortcoming(step: Step, status: int, logs: Path) -> str:
    """ "" when it succeeded; what it said last when it may fail."""
    if status == 0:
        return ""
    if not step.may_fail:
        raise LauncherError(f"{step.name} failed:\n{tail(_log(step.name, logs), 30)}")
    return f"not done: {tail(_log(step.name, logs), 1)}"


def output(name: str, state: Path) -> str:
    """What a step said when it last ran; "" when it never did."""
    path = _log(name, state / "log")
    return path.read_text(errors="replace") if path.exists() else ""


def _log(name: str, logs: Path) -> Path:
    return logs / f"prepare-{name.replace(' ', '-')}.log"
