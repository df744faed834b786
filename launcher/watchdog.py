"""Where the kernel cannot end children with their parent (macOS), this small process does.

It reads `pid signal` lines from a pipe whose other end only the parent holds. End of file means that the parent is
gone, however it went: what is still running then gets its signal, and a few seconds later SIGKILL.
"""

import contextlib
import os
import signal
import subprocess
import sys
from typing import IO

from launcher import processes

PATIENCE = 6.0
_pipe: IO[bytes] | None = None


def register(pid: int, last_signal: signal.Signals) -> None:
    """Called by the parent for every child."""
    global _pipe  # noqa: PLW0603 - one watchdog per process
    if _pipe is None:
        watchdog = subprocess.Popen(
            [sys.executable, "-m", "launcher.watchdog"],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        _pipe = watchdog.stdin
    if _pipe is not None:
        _pipe.write(f"{pid} {int(last_signal)}\n".encode())
        _pipe.flush()


def main(lines: IO[bytes]) -> None:
    watched: dict[int, tuple[int, str]] = {}
    for line in lines:
        pid, number = (int(part) for part in line.split())
        watched[pid] = (number, processes.identity(pid))
    left = {pid: number for pid, (number, who) in watched.items() if who and processes.identity(pid) == who}
    for pid, number in left.items():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    processes.wait_until(lambda: not any(map(processes.is_alive, left)), PATIENCE)
    for pid in left:
        processes.kill_group(pid)


if __name__ == "__main__":
    main(sys.stdin.buffer)
