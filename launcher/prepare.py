"""What must be done before the portal can start: only what changed, and independent things at once."""

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher import console, install, processes
from launcher.errors import LauncherError
from launcher.postgres import tail
from launcher.secrets import write_private
from launcher.state import ROOT


@dataclass(frozen=True)
class Step:
    """`inputs` are globs below the checkout, `key` is whatever else it depends on (a database)."""

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    inputs: tuple[str, ...] = ()
    key: str = ""
    after: tuple[str, ...] = ()
    is_done: Callable[[], bool] = field(default=lambda: True)
    may_fail: bool = False


def run(steps: Sequence[Step], state: Path, *, tell: Callable[[str, float, str], None] = console.timed) -> None:
    """Do what is due. Raises LauncherError with the end of its output when a step fails that must not."""
    stamps_path = state / "stamps.json"
    stamps: dict[str, str] = json.loads(stamps_path.read_text()) if stamps_path.exists() else {}
    wanted = {step.name: fingerprint(step) for step in steps}
    due = [step for step in steps if stamps.get(step.name) != wanted[step.name] or not step.is_done()]
    for name in _run_in_order(due, state / "log", tell):
        stamps[name] = wanted[name]
        write_private(stamps_path, json.dumps(stamps, indent=1).encode())


def fingerprint(step: Step) -> str:
    """Changes with the command, the installed packages, its key, and any input file's name, size or time."""
    digest = hashlib.sha256(repr((step.argv, step.key, install.digest("run"))).encode())
    for pattern in step.inputs:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                found = path.stat()
                digest.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _run_in_order(due: Sequence[Step], logs: Path, tell: Callable[[str, float, str], None]) -> Iterable[str]:
    """Yields each name once it succeeded. Starts what waits for nothing, as many at once as there are processors."""
    waiting = {step.name: step for step in due}
    running: dict[str, tuple[Step, subprocess.Popen[bytes], float]] = {}
    width = max(2, os.cpu_count() or 2)
    try:
        while waiting or running:
            unfinished = waiting.keys() | running.keys()
            ready = [step for step in waiting.values() if not unfinished & set(step.after)]
            for step in ready[: width - len(running)]:
                del waiting[step.name]
                running[step.name] = (step, _start(step, logs), time.monotonic())
            for name, (step, process, started) in list(running.items()):
                if process.poll() is not None:
                    del running[name]
                    shortcoming = _shortcoming(step, process.returncode, logs)
                    tell(name, time.monotonic() - started, shortcoming)
                    if not shortcoming:
                        yield name
            time.sleep(0.02)
    finally:
        for _step, process, _started in running.values():
            processes.stop(process, within=1)


def _start(step: Step, logs: Path) -> subprocess.Popen[bytes]:
    with _log(step, logs).open("wb") as log:
        return processes.spawn(step.argv, log=log, env=step.env, cwd=ROOT)


def _shortcoming(step: Step, status: int, logs: Path) -> str:
    """ "" when it succeeded; what it said last when it may fail."""
    if status == 0:
        return ""
    if not step.may_fail:
        raise LauncherError(f"{step.name} failed:\n{tail(_log(step, logs), 30)}")
    return f"not done: {tail(_log(step, logs), 1)}"


def _log(step: Step, logs: Path) -> Path:
    return logs / f"prepare-{step.name.replace(' ', '-')}.log"
