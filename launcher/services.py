"""The processes of a portal on one machine, and what has to happen before they start."""

import http.client
import sys
from collections.abc import Mapping
from pathlib import Path

from launcher import environment, ports, prepare
from launcher.prepare import Step
from launcher.state import ROOT
from launcher.supervisor import Service

PYTHON = sys.executable
# Scripts in .venv/bin name an absolute interpreter; `-m` also works after the checkout was moved.
GRANIAN = [PYTHON, "-m", "granian", "--interface", "wsgi", "--host", ports.HOST, "--no-ws", "--respawn-failed-workers"]
WORKER = [PYTHON, "-m", "celery", "-A", "perlinsos.celery", "worker", "--loglevel", "INFO", "--without-gossip"]
BEAT = [PYTHON, "-m", "celery", "-A", "perlinsos.celery", "beat", "--loglevel", "INFO", "--pidfile="]
MANAGE = [PYTHON, "manage.py"]
QUICKLY = ["--verbosity=0", "--skip-checks"]  # the checks load every page; ./portal test runs them
SANDBOX_THREADS = 256
SIGN_INS = "demo sign-ins"
CATALOGUES = ("*/locale/*/LC_MESSAGES/*.po", "perlinsos/*/locale/*/LC_MESSAGES/*.po")


def pages(state: Path, variables: Mapping[str, str], *, web_port: int, sandbox_port: int) -> list[Service]:
    """What answers people."""
    portal, sandbox = environment.for_portal(variables), environment.for_sandbox(variables)

    def granian(port: int, workers: int, threads: int, application: str) -> list[str]:
        size = ["--workers", str(workers), "--blocking-threads", str(threads), "--workers-kill-timeout", "3"]
        return [*GRANIAN, "--port", str(port), *size, application]

    return [
        # One process, whose memory holds its switches and counters; many threads, since slow services only sleep.
        Service("sandbox", granian(sandbox_port, 1, SANDBOX_THREADS, "sandbox.wsgi:application"), sandbox, state),
        Service("web", granian(web_port, 2, 4, "perlinsos.wsgi:application"), portal, state),
    ]


def workers(state: Path, variables: Mapping[str, str]) -> list[Service]:
    """What works behind the pages."""
    portal = environment.for_portal(variables)
    io = ["-n", "io@%h", "-P", "threads", "-c", "24", "-Q", "sources,decide,notify,default"]
    face = ["-n", "face@%h", "-P", "prefork", "-c", "1", "-Q", "face", "--max-tasks-per-child", "300"]
    return [
        Service("worker-io", [*WORKER, *io], portal, state),
        Service("worker-face", [*WORKER, *face], portal, state),
        Service("beat", [*BEAT, "-s", str(state / "beat")], portal, state),
    ]


def steps(state: Path, variables: Mapping[str, str]) -> list[Step]:
    """In the order of their lists, as many at once as there are processors."""
    return [*_sandbox_steps(variables), *_portal_steps(state, variables), *_demo_steps(state, variables)]


def _sandbox_steps(variables: Mapping[str, str]) -> list[Step]:
    sandbox, database = environment.for_sandbox(variables), variables["SANDBOX_DATABASE_URL"]
    return [
        Step("pictures for the demo", [PYTHON, "-m", "launcher.pictures"], sandbox, may_fail=True),
        Step(
            "sandbox tables",
            [PYTHON, "-m", "django", "migrate", *QUICKLY],
            sandbox,
            inputs=("sandbox/**/migrations/*.py",),
            key=database,
        ),
        Step(
            "residents of the sandbox",
            [PYTHON, "-m", "django", "seed_residents"],
            sandbox,
            inputs=("sandbox/data/*", f"{variables['SANDBOX_FACES']}/*"),
            # The portal is registered there with the address people come back to after signing in.
            key=f"{database} {variables['BASE_URL']} {variables['OIDC_CLIENT_SECRET']}",
            after=("sandbox tables", "pictures for the demo"),
        ),
    ]


def _portal_steps(state: Path, variables: Mapping[str, str]) -> list[Step]:
    portal = environment.for_portal(variables)
    return [
        Step(
            "portal tables",
            [*MANAGE, "migrate", *QUICKLY],
            portal,
            inputs=("*/migrations/*.py", "perlinsos/*/migrations/*.py"),
            key=variables["DATABASE_URL"],
        ),
        Step(
            "translations",
            [*MANAGE, "catalogues", "--compile", "--skip-checks"],
            portal,
            inputs=CATALOGUES,
            is_done=lambda: all(po.with_suffix(".mo").exists() for glob in CATALOGUES for po in ROOT.glob(glob)),
        ),
        Step(
            "static files",
            [*MANAGE, "collectstatic", "--noinput", "--ignore=redoc", *QUICKLY],
            portal,
            inputs=("static/**/*",),
            is_done=lambda: (state / "static").exists(),
        ),
    ]


def _demo_steps(state: Path, variables: Mapping[str, str]) -> list[Step]:
    portal = environment.for_portal(variables)
    return [
        Step(
            "demo data",
            [*MANAGE, "demo", "--skip-checks"],
            portal,
            key=variables["DATABASE_URL"],
            after=("portal tables", "translations", "residents of the sandbox"),
        ),
        Step(
            SIGN_INS,
            [*MANAGE, "demo", "--print", "--skip-checks"],
            portal,
            inputs=("perlinsos/demo/**/*.py",),
            key=variables["BASE_URL"],
            is_done=lambda: bool(prepare.output(SIGN_INS, state)),
            after=("demo data",),
        ),
    ]


def answers(port: int, path: str) -> bool:
    """Whether a page comes back that is not an error of the server."""
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
