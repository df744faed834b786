"""Child processes that never outlive their parent, and telling one process from another of the same number."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def spawn(
    argv: Sequence[str | Path],
    *,
    log: IO[bytes] | int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    last_signal: signal.Signals = signal.SIGTERM,
    user: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start `argv` in its own session, so that Ctrl-C reaches only the supervisor, which stops the others in order.

    On Linux the kernel sends `last_signal` when the *thread* that called this ends, so call it from the main thread.
    """
    process = subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT if log is not None else None,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=end_with_parent(last_signal),
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    if _LIBC is None:
        from launcher import watchdog

        watchdog.register(process.pid, last_signal)
    return process


def end_with_parent(last_signal: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None  # elsewhere the watchdog process does it
    parent, prctl = os.getpid(), _LIBC.prctl

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(last_signal))
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return ask_the_kernel


def stop(process: subprocess.Popen[bytes], with_signal: signal.Signals = signal.SIGTERM, *, within: float = 5) -> bool:
    """Ask, wait `within` seconds, then kill the whole group. False when it had to be killed."""
    process.send_signal(with_signal)
    return wait_or_kill(process, within=within)


def wait_or_kill(process: subprocess.Popen[bytes], *, within: float) -> bool:
    """For a process that was asked already: a second signal means something else to some."""
    try:
        process.wait(within)
        clean = True
    except subprocess.TimeoutExpired:
        clean = False
    kill_group(process.pid)
    process.wait()
    return clean


def kill_group(leader: int) -> None:
    """End what a process left behind in its session (workers of a web server that was itself killed)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def identity(pid: int) -> str:
    """Something that differs between two processes that had the same number one after the other; "" when gone."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        with contextlib.suppress(OSError):
            return _boot_id() + stat.read_text().rpartition(")")[2].split()[19]  # start time in ticks since boot
        return ""
    return _ps(pid, "lstart")


def command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return ""
    return _ps(pid, "command")


def wait_gone(pid: int, within: float) -> bool:
    return wait_until(lambda: not is_alive(pid), within)


def wait_until(ready: Callable[[], bool], within: float, *, every: float = 0.05) -> bool:
    deadline = time.monotonic() + within
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def _boot_id() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + ":"
    return ""


def _is_zombie(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return _ps(pid, "state").startswith("Z") if sys.platform == "darwin" else False


def _ps(pid: int, column: str) -> str:
    answer = subprocess.run(["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()
