"""Keeps a handful of processes running, and takes them down in order."""

import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from launcher import console, instance, processes
from launcher.errors import LauncherError
from launcher.postgres import tail
from launcher.state import ROOT

MOST_RESTARTS = 5
WITHIN = 60.0
GRACE = 3.0  # for web and workers to finish what they are doing; tasks survive being cut off (acks_late)
LOG_LIMIT = 5 * 2**20


class Managed(Protocol):
    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> object: ...

    def is_running(self) -> bool: ...


class Server(Managed, Protocol):
    def stop(self, within: float = ...) -> bool: ...


@dataclass
class Service:
    """A process of ours; its output goes to `log/<name>.log`."""

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    state: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return self.state / "log" / f"{self.name}.log"

    def start(self) -> "Service":
        if self.process is not None:
            processes.kill_group(self.process.pid)  # workers that outlived their killed parent hold its port
        with self.log.open("ab") as log:
            self.process = processes.spawn(self.argv, log=log, env=self.env, cwd=ROOT)
        return self

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait_or_kill(self, within: float) -> bool:
        if self.process is None:
            return True
        process, self.process = self.process, None
        return processes.wait_or_kill(process, within=within)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """`servers` are up already and outlive the services; both are started again when they end by themselves."""

    def __init__(self, state: Path, servers: Sequence[Server]) -> None:
        self.state, self.servers = state, servers
        self.services: list[Service] = []
        self._ends: dict[str, deque[float]] = {}

    def start(self, services: Sequence[Service]) -> None:
        """Start these too, and keep them running from now on."""
        for service in services:
            service.start()
            self.services.append(service)
        self._remember()

    def wait(self, ready: Callable[[], bool], within: float) -> None:
        """Watch until `ready`. Raises LauncherError when that takes too long."""
        deadline = time.monotonic() + within
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise LauncherError(f"Not ready after {within:.0f} s; see {self.state / 'log'}.")
            time.sleep(0.1)

    def watch(self) -> None:
        """Until somebody interrupts."""
        while True:
            self.check()
            time.sleep(0.2)

    def check(self) -> None:
        for managed in self._all():
            if not managed.is_running():
                self._restart(managed)

    def stop(self) -> None:
        """Services together, then the servers they use, the database last."""
        deadline = time.monotonic() + GRACE
        for service in self.services:
            service.ask_to_stop()
        for service in self.services:
            service.wait_or_kill(max(0.0, deadline - time.monotonic()))
        for server in reversed(self.servers):
            server.stop()
        (self.state / "processes.json").unlink(missing_ok=True)

    def _restart(self, managed: Managed) -> None:
        now, status = time.monotonic(), managed.process.returncode if managed.process else None
        ends = self._ends.setdefault(managed.name, deque(maxlen=MOST_RESTARTS))
        if len(ends) == MOST_RESTARTS and now - ends[0] < WITHIN:
            log = self.state / "log" / f"{managed.name}.log"
            raise LauncherError(f"{managed.name} keeps ending (status {status}). Last lines of {log}:\n{tail(log)}")
        ends.append(now)
        console.say(f"{managed.name} ended (status {status}); starting it again.")
        managed.start()
        self._remember()

    def _remember(self) -> None:
        children = {each.name: each.process.pid for each in self._all() if each.process is not None}
        instance.remember(self.state, children)

    def _all(self) -> list[Managed]:
        return [*self.servers, *self.services]


def rotate_logs(directory: Path) -> None:
    """At each start: a log over the limit becomes `.1`, replacing the one before."""
    directory.mkdir(mode=0o700, exist_ok=True)
    for path in directory.glob("*.log"):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
