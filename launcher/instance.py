"""One portal per state directory: the lock, who holds it, and what a killed one left behind."""

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from launcher import console, environment, processes
from launcher.errors import LauncherError
from launcher.secrets import write_private
from launcher.state import state_dir

LEAVING = 6.0  # seconds that processes of a killed supervisor get to end by themselves


@dataclass(frozen=True)
class Holder:
    """Who uses the servers of this state directory now."""

    pid: int
    command: str


class Busy(LauncherError):
    def __init__(self, holder: Holder, address: str = "") -> None:
        where = f": {address}" if address else ""
        super().__init__(
            f"./portal {holder.command} is already running here (process {holder.pid}){where}. ./portal stop ends it."
        )
        self.holder = holder


@contextmanager
def exclusive(state: Path, command: str) -> Iterator[None]:
    """Hold the state directory; the kernel lets go of it when this process ends, however it ends. Raises Busy."""
    with (state / "lock").open("a+") as file:
        if not processes.wait_until(lambda: _lock(file), 0.3):  # somebody may just be looking
            file.seek(0)
            pid, _, running = file.read().partition(" ")
            raise Busy(Holder(int(pid or 0), running or "run"), _address(state))
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()} {command}")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _address(state: Path) -> str:
    path = state / "env"
    return environment.read(path).get("BASE_URL", "") if path.exists() else ""


def holder(state: Path) -> Holder | None:
    """Who holds the state directory, without waiting."""
    try:
        with exclusive(state, "look"):
            return None
    except Busy as busy:
        return busy.holder


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def remember(state: Path, children: dict[str, int]) -> None:
    """Write which processes are ours, so that the next start can tell them from strangers with the same number."""
    entries = {name: {"pid": pid, "identity": processes.identity(pid)} for name, pid in children.items()}
    write_private(state / "processes.json", json.dumps(entries).encode())


def end_leftovers(state: Path) -> list[str]:
    """Wait for what a killed supervisor left, then end it. Returns the names of those that had to be ended."""
    path = state / "processes.json"
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    ours = {
        name: entry["pid"] for name, entry in entries.items() if processes.identity(entry["pid"]) == entry["identity"]
    }
    processes.wait_until(lambda: not any(map(processes.is_alive, ours.values())), LEAVING)
    stubborn = [name for name, pid in ours.items() if processes.is_alive(pid)]
    for pid in ours.values():
        processes.kill_group(pid)
    path.unlink(missing_ok=True)
    return stubborn


def stop_running() -> int:
    """`./portal stop`: ask the supervisor, wait, and clear up after one that was killed."""
    state = state_dir()
    found = holder(state)
    if found is None:
        left = end_leftovers(state)
        console.say(f"Ended what was left: {', '.join(left)}." if left else "Nothing is running here.")
        return 0
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGTERM)
    if not processes.wait_gone(found.pid, 20):
        raise LauncherError(f"./portal {found.command} (process {found.pid}) does not stop; kill -9 it and try again.")
    console.say("Stopped.")
    return 0
