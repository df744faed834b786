"""The variables that connect the processes. What the caller has set wins, except where two processes must agree."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from launcher import ports, secrets
from launcher.pictures import folder as pictures_folder

PORTAL_ONLY = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "FILES_ROOT", "STATIC_ROOT"}
# As sources are reached for real: drawn tokens, sealed bodies, answers that may come later.
WAYS = {"SOURCES_AUTH": "default:oauth", "SOURCES_ENVELOPE": "default", "SOURCES_CALLBACK": "default"}
PLACES = {"OIDC_ISSUER", "OIDC_NAME", "SOURCES_URL", "FILES_ROOT", "STATIC_ROOT", "SANDBOX_FACES"}
OVERRIDABLE = PLACES | WAYS.keys()


def build(state: Path, servers: Mapping[str, str], *, web_port: int, sandbox_port: int) -> dict[str, str]:
    """Every variable of the portal and the sandbox, as a person would write them in a file."""
    base, sandbox = origin(web_port), origin(sandbox_port)
    kept = {name: value for name, value in secrets.load(state).items() if name != "PG_PASSWORD"}
    ours = {
        **kept,
        **servers,
        **WAYS,
        "PORTAL_STATE": str(state),
        "BASE_URL": base,
        "FILES_ROOT": str(state / "files"),
        "STATIC_ROOT": str(state / "static"),
        "OIDC_ISSUER": sandbox,
        "OIDC_NAME": "IKD",
        "SOURCES_URL": f"{sandbox}/sources",
        "SANDBOX_BASE_URL": sandbox,
        "SANDBOX_OIDC_KEY_FILE": str(secrets.signing_key_file(state)),
        "SANDBOX_FACES": str(pictures_folder()),
    }
    given = {name: os.environ[name] for name in (OVERRIDABLE | kept.keys()) if os.environ.get(name)}
    return ours | given


def origin(port: int) -> str:
    return f"http://{ports.HOST}:{port}"


def for_portal(variables: Mapping[str, str]) -> dict[str, str]:
    """For a process of the portal: the sandbox's own secrets stay out."""
    own = {name: value for name, value in variables.items() if not name.startswith("SANDBOX_")}
    return {**_inherited(), "DJANGO_SETTINGS_MODULE": "perlinsos.settings.dev", **own}


def for_sandbox(variables: Mapping[str, str]) -> dict[str, str]:
    """For a process of the sandbox, which must not reach the portal's data, as a ministry could not."""
    own = {name: value for name, value in variables.items() if name not in PORTAL_ONLY}
    inherited = {name: value for name, value in _inherited().items() if name not in PORTAL_ONLY}
    return {**inherited, **own, "DJANGO_SETTINGS_MODULE": "sandbox.settings"}


def write(path: Path, variables: Mapping[str, str]) -> None:
    """As lines a shell can read, for the owner's eyes only."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(variables.items())]
    secrets.write_private(path, "".join(lines).encode())


def read(path: Path) -> dict[str, str]:
    words = shlex.split(path.read_text())
    return dict(word.split("=", 1) for word in words if word != "export")


def _inherited() -> dict[str, str]:
    ours = {"PORTAL_INSTALLED", "PORTAL_STARTED"}
    return {name: value for name, value in os.environ.items() if name not in ours}
