"""`./portal manage`, `bench` and `prove`: Django commands with servers behind them."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from launcher import environment, instance, prepare, processes, secrets, servers, services
from launcher.errors import LauncherError
from launcher.run import SANDBOX_OFFSET, WEB_PORT
from launcher.state import ROOT, state_dir, throw_away
from launcher.supervisor import rotate_logs


def main(arguments: list[str]) -> int:
    """Against the running portal when there is one; else with its servers, for as long as the command takes."""
    state = state_dir()
    while True:
        try:
            with instance.exclusive(state, "manage"), ExitStack() as stack:
                return _django(arguments, _own_servers(stack, state))
        except instance.Busy as busy:
            if busy.holder.command == "run":
                return _django(arguments, _of_the_running(state))
            time.sleep(0.3)


def on_throw_away_servers(command: str, arguments: list[str]) -> int:
    """A benchmark or proof must neither see nor touch what is kept; its tables are new, its disk is the real one."""
    if not [argument for argument in arguments if not argument.startswith("-")]:
        return _django([command, *arguments], _unreachable_servers(state_dir()))
    with ExitStack() as stack:
        state = stack.enter_context(throw_away(state_dir(), f"{command}-"))
        variables = _own_servers(stack, state)
        wanted = {"portal tables", "sandbox tables", "translations"}
        prepare.run([step for step in services.steps(state, variables) if step.name in wanted], state, tell=_nothing)
        return _django([command, *arguments], variables)


def _nothing(*_said: object) -> None:
    """The last line of a benchmark belongs to the benchmark."""


def _own_servers(stack: ExitStack, state: Path) -> dict[str, str]:
    instance.end_leftovers(state)
    rotate_logs(state / "log")
    up = servers.start(state, password=secrets.load(state)["PG_PASSWORD"])
    stack.callback(up.stop)
    return environment.build(state, up.environment, web_port=WEB_PORT, sandbox_port=WEB_PORT + SANDBOX_OFFSET)


def _of_the_running(state: Path) -> dict[str, str]:
    path = state / "env"
    if not processes.wait_until(path.exists, 60):
        raise LauncherError("./portal run is starting here and its servers are not up yet; try again in a moment.")
    return environment.read(path)


def _unreachable_servers(state: Path) -> dict[str, str]:
    """Enough for settings to load; listing what there is asks no server."""
    nowhere = "postgresql://portal@127.0.0.1:1/portal"
    given = {"DATABASE_URL": nowhere, "SANDBOX_DATABASE_URL": nowhere, "REDIS_URL": "redis://127.0.0.1:1/0"}
    return environment.build(state, given, web_port=WEB_PORT, sandbox_port=WEB_PORT + SANDBOX_OFFSET)


def _django(arguments: list[str], variables: Mapping[str, str]) -> int:
    """In the foreground, with the terminal; Ctrl-C belongs to the command while it runs."""
    child = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment.for_portal(variables),
        preexec_fn=processes.end_with_parent(signal.SIGTERM),
    )
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return child.wait()
    except KeyboardInterrupt:  # SIGTERM to us
        child.terminate()
        return child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
