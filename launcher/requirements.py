"""`./portal lock`: pinned requirements with hashes and without any index host, made by uv from pyproject.toml."""

import subprocess

from launcher import console, install
from launcher.errors import LauncherError
from launcher.state import ROOT

SETS = {
    "prod": ["--no-default-groups"],
    "run": ["--no-default-groups", "--group", "embedded", "--group", "sandbox"],
    "dev": ["--all-groups"],
}


def lock(*, upgrade: bool) -> int:
    uv = install.find_uv()
    if uv is None:
        raise LauncherError("./portal lock needs uv (pip install uv).")
    _call([uv, "lock", "-q", *(["--upgrade"] if upgrade else [])])
    for name, groups in SETS.items():
        target = ROOT / "requirements" / f"{name}.txt"
        shape = ["--format", "requirements-txt", "--no-emit-project", "--no-header", "--no-annotate"]
        _call([uv, "export", "-q", "--frozen", *shape, *groups, "-o", str(target)])
        if "://" in target.read_text():
            raise LauncherError(f"{target} names a host; a requirement with a URL has no place in pyproject.toml.")
        console.say(f"{target.relative_to(ROOT)}: {target.read_text().count('==')} packages")
    return 0


def _call(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise LauncherError(f"{' '.join(command[1:3])} failed")
