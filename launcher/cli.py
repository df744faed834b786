"""The commands of `./portal`. Everything that needs an installed package runs in a second process, inside .venv."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from launcher import console, install
from launcher.errors import LauncherError
from launcher.state import ROOT

HELP = """\
./portal run [--fresh] [--port N]   start everything: database, broker, portal, workers, ministry sandbox
                                    --fresh forgets all data and secrets first; --port asks for that very port
./portal stop                       stop what ./portal run started here
./portal test                       lints, types, import contracts, translations, then every test
./portal test PYTEST-ARGUMENTS      only pytest, with these arguments
./portal manage COMMAND …           a Django command against the running portal, or with servers of its own
./portal bench [NAME …]             figures, on throw-away servers; without a name: what there is
./portal prove [NAME …]             proofs, on throw-away servers; without a name: what there is
./portal lock [--upgrade]           make requirements/*.txt again from pyproject.toml (needs uv)

Data, logs and secrets are kept in var/ (PORTAL_STATE names another directory).
DATABASE_URL and REDIS_URL, when set, are used instead of servers of our own.
"""


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    signal.signal(signal.SIGTERM, _as_interrupt)
    signal.signal(signal.SIGHUP, _as_interrupt)
    try:
        return _dispatch(command, rest)
    except LauncherError as error:
        console.warn(f"portal: {error}")
        return 1
    except KeyboardInterrupt:
        console.say("\nStopped.")
        return 0 if command == "run" else 130


def _dispatch(command: str, rest: list[str]) -> int:
    if command in {"help", "-h", "--help"}:
        console.say(HELP)
        return 0
    if command == "stop":
        from launcher import instance

        return instance.stop_running()
    if command == "lock":
        from launcher import requirements

        return requirements.lock(upgrade="--upgrade" in rest)
    if command not in COMMANDS:
        console.warn(f"portal: there is no command {command!r}\n\n{HELP}")
        return 2
    requirement_set, action = COMMANDS[command]
    _enter_environment(requirement_set, command, rest)
    return action(rest)


def _enter_environment(requirement_set: str, command: str, rest: list[str]) -> None:
    """Go on inside .venv: install what is missing, then replace this process. Returns at once when already inside."""
    if Path(sys.prefix).resolve() == install.VENV.resolve() and os.environ.pop("PORTAL_INSTALLED", ""):
        return
    os.environ.setdefault("PORTAL_STARTED", str(time.time()))
    python = install.ensure(requirement_set)
    os.environ["PORTAL_INSTALLED"] = "1"
    os.execv(python, [str(python), str(ROOT / "portal"), command, *rest])  # noqa: S606 - our own interpreter


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(rest: list[str]) -> int:
    from launcher import run

    return run.main(rest)


def _test(rest: list[str]) -> int:
    from launcher import checks

    return checks.main(rest)


def _manage(rest: list[str]) -> int:
    from launcher import manage

    return manage.main(rest)


def _bench(rest: list[str]) -> int:
    from launcher import manage

    return manage.on_throw_away_servers("bench", rest)


def _prove(rest: list[str]) -> int:
    from launcher import manage

    return manage.on_throw_away_servers("prove", rest)


COMMANDS: dict[str, tuple[str, Callable[[list[str]], int]]] = {
    "run": ("run", _run),
    "test": ("dev", _test),
    "manage": ("run", _manage),
    "bench": ("run", _bench),
    "prove": ("run", _prove),
}
