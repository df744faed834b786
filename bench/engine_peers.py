"""The peers' own environment: OpenFisca (AGPL) and numba are measured beside the portal, never part of it."""

import os
import subprocess
import sys
from pathlib import Path

from launcher.install import find_uv

PEERS = ("openfisca-core==46.0.1", "numba==0.68.1", "numpy==2.4.6", "polars==2.1.0")
SPARK = ("pyspark==4.3.0", "polars==2.1.0")
PATIENCE = 240  # seconds for an installation


def python_of(name: str, requirements: tuple[str, ...]) -> Path | None:
    """The Python of environment `name` with `requirements`; None where it cannot be installed.

    Kept beside the throw-away state, so that it is installed once. BENCH_PEERS=off asks for none.
    """
    if os.environ.get("BENCH_PEERS") == "off":
        return None
    home = Path(os.environ["PORTAL_STATE"]).resolve().parent / "bench-peers" / name
    python, stamp = home / "bin" / "python", home / "installed"
    wanted = "\n".join(requirements)
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    try:
        for command in _commands(home, python, requirements):
            subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603 - our own command
    except (OSError, subprocess.SubprocessError):
        return None
    stamp.write_text(wanted)
    return python


def _commands(home: Path, python: Path, requirements: tuple[str, ...]) -> list[list[str]]:
    uv = find_uv()
    if uv is not None:
        return [
            [uv, "venv", "-q", "--clear", "--python", sys.executable, str(home)],
            [uv, "pip", "install", "-q", "--python", str(python), *requirements],
        ]
    return [
        [sys.executable, "-m", "venv", "--clear", str(home)],
        [str(python), "-m", "pip", "install", "-q", "--prefer-binary", *requirements],  # pyspark comes as source only
    ]
