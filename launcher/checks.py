"""`./portal test`: what can be checked without running the product, then every test; all of it runs, whatever fails."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from launcher import browser, console, processes, pytest_servers
from launcher.state import ROOT

PYTHON = [sys.executable]
MODULE = [sys.executable, "-m"]
DJANGO = [sys.executable, "manage.py"]
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
AT_ONCE = 2
OUTPUT_LINES = 80


@dataclass(frozen=True)
class Check:
    name: str
    argv: Sequence[str]


CHECKS = (
    Check("types (mypy)", [*MODULE, "mypy"]),
    Check("types of the sandbox (mypy)", [*MODULE, "mypy", "--config-file", "sandbox/mypy.ini"]),
    Check("lint (ruff)", [*MODULE, "ruff", "check", "--quiet", ".", "portal"]),
    Check("format (ruff)", [*MODULE, "ruff", "format", "--check", ".", "portal"]),
    Check("import contracts", [*PYTHON, "-c", LINT_IMPORTS]),
    Check("templates (djlint)", [*MODULE, "djlint", "--lint", "--quiet", "templates", "sandbox/templates"]),
    Check("migrations complete", [*DJANGO, "makemigrations", "--check", "--dry-run"]),
    Check("translations complete", [*DJANGO, "catalogues", "--check"]),
)


def main(arguments: list[str]) -> int:
    with ExitStack() as stack:
        pytest_servers.enter(stack)
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "perlinsos.settings.test"}
        if arguments:
            return _pytest(arguments, environment)
        browser.find_or_install()
        _fetch_pictures(environment)
        failed = _run(CHECKS, environment)
        tests = _pytest(["-n", str(AT_ONCE), "--maxschedchunk", "1"], environment)
    if failed:
        console.say(f"FAILED CHECKS: {', '.join(failed)}")
    return 1 if failed else tests


def _run(checks: Sequence[Check], environment: Mapping[str, str]) -> list[str]:
    """A line for each with its time, the output of those that fail; returns their names."""
    waiting, running, failed = list(checks), list[tuple[Check, subprocess.Popen[bytes], Path, float]](), []
    scratch = Path(environment["PORTAL_STATE"])
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            check = waiting.pop(0)
            output = scratch / f"check-{len(waiting)}.out"
            with output.open("wb") as file:
                process = processes.spawn(check.argv, log=file, env=environment, cwd=ROOT)
            running.append((check, process, output, time.monotonic()))
        for entry in [entry for entry in running if entry[1].poll() is not None]:
            running.remove(entry)
            check, process, output, started = entry
            console.timed(check.name, time.monotonic() - started, "" if process.returncode == 0 else "FAILED")
            if process.returncode:
                failed.append(check.name)
                console.say("\n".join(output.read_text(errors="replace").splitlines()[-OUTPUT_LINES:]))
        time.sleep(0.05)
    return failed


def _pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """In the foreground: its own summary is the last thing that is said."""
    return subprocess.run([*MODULE, "pytest", *arguments], cwd=ROOT, env=environment, check=False).returncode


def _fetch_pictures(environment: Mapping[str, str]) -> None:
    """Photographs for the face tests; those say themselves what they miss when the index cannot be reached."""
    started = time.monotonic()
    done = subprocess.run(
        [*MODULE, "launcher.pictures"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    note = "" if done.returncode == 0 else f"NOT FETCHED: {done.stderr.strip()}"
    console.timed("photographs", time.monotonic() - started, note)
