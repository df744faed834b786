"""`./portal run`: from nothing to a portal in the browser, and cleanly back."""

import argparse
import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from launcher import console, environment, instance, ports, prepare, secrets, servers, services
from launcher.errors import LauncherError
from launcher.state import state_dir
from launcher.supervisor import Supervisor, rotate_logs

WEB_PORT = 8000
SANDBOX_OFFSET = 100
READY_WITHIN = 90.0
OURS = ("pg*", "valkey", "files", "static", "beat*", "log", "*.json", "*.pem", "env", "*.new", "*.pw")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./portal run")
    parser.add_argument("--fresh", action="store_true", help="forget all data and secrets first")
    parser.add_argument("--port", type=int, help="listen on this very port (default: 8000 or the next free one)")
    options = parser.parse_args(arguments)
    state = state_dir()
    with ExitStack() as stack:
        stack.enter_context(alone(state, "run"))
        if ended := instance.end_leftovers(state):
            console.say(f"Ended what an earlier run left: {', '.join(ended)}.")
        if options.fresh:
            forget(state)
        web_port, sandbox_port = choose_ports(options.port)
        _serve(stack, state, web_port, sandbox_port)
    return 0


def _serve(stack: ExitStack, state: Path, web_port: int, sandbox_port: int) -> None:
    rotate_logs(state / "log")
    (state / "env").unlink(missing_ok=True)  # of a killed run
    stack.callback((state / "env").unlink, missing_ok=True)
    with console.step("database and broker"):
        up = servers.start(state, password=secrets.load(state)["PG_PASSWORD"])
    supervisor = Supervisor(state, up.embedded)
    stack.callback(_stop_quietly, supervisor)
    variables = environment.build(state, up.environment, web_port=web_port, sandbox_port=sandbox_port)
    environment.write(state / "env", variables)
    prepare.run(services.steps(state, variables), state)
    started = time.monotonic()
    supervisor.start(services.pages(state, variables, web_port=web_port, sandbox_port=sandbox_port))
    supervisor.wait(lambda: services.answers(sandbox_port, "/"), READY_WITHIN)
    supervisor.wait(lambda: services.answers(web_port, "/healthz"), READY_WITHIN)
    console.timed("portal and sandbox", time.monotonic() - started)
    supervisor.start(services.workers(state, variables))  # a few seconds later: nobody has submitted anything yet
    _welcome(state, variables)
    supervisor.watch()


@contextmanager
def alone(state: Path, command: str) -> Iterator[None]:
    """Hold the state directory; wait for a short command that uses it, refuse a second `run`."""
    said = False
    while True:
        with ExitStack() as stack:
            try:
                stack.enter_context(instance.exclusive(state, command))
            except instance.Busy as busy:
                if busy.holder.command == "run":
                    raise
                if not said:
                    console.warn(f"Waiting for ./portal {busy.holder.command} (process {busy.holder.pid}) …")
                    said = True
                time.sleep(0.5)
                continue
            yield
            return


def forget(state: Path) -> None:
    if os.environ.get("DATABASE_URL"):
        raise LauncherError("--fresh only forgets what is kept here; DATABASE_URL names a server elsewhere.")
    for pattern in OURS:
        for path in state.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    console.say(f"Forgot everything in {state}.")


def choose_ports(asked: int | None) -> tuple[int, int]:
    """Portal and sandbox; a busy port is said aloud, since bookmarks and sign-in addresses change with it."""
    web = ports.exactly(asked) if asked is not None else ports.first_free(WEB_PORT)
    if asked is None and web != WEB_PORT:
        console.say(f"Port {WEB_PORT} is in use; the portal takes {web}.")
    usual = (asked or WEB_PORT) + SANDBOX_OFFSET
    sandbox = ports.first_free(usual if usual < 65536 else usual - 2 * SANDBOX_OFFSET, taken=(web,))
    if sandbox != usual:
        console.say(f"Port {usual} is in use; the sandbox takes {sandbox}.")
    return web, sandbox


def _welcome(state: Path, variables: Mapping[str, str]) -> None:
    console.say(f"\nReady after {time.time() - float(os.environ.get('PORTAL_STARTED', time.time())):.1f} s.\n")
    console.say(f"  Portal    {variables['BASE_URL']}")
    console.say(f"  Sandbox   {variables['SANDBOX_BASE_URL']}   plays IKD, Dukcapil and the other sources")
    console.say(f"  Logs      {state / 'log'}\n")
    console.say(prepare.output(services.SIGN_INS, state).rstrip())
    console.say(f"\nCtrl-C stops everything. The data stays in {state}.")


def _stop_quietly(supervisor: Supervisor) -> None:
    """A second Ctrl-C must not interrupt the stopping, which takes a few seconds at most."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    supervisor.stop()
