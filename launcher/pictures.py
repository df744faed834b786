"""Photographs for the demo and the tests: fetched from the package index, never committed.

The source distribution of `face_recognition` 1.3.0 carries seven pictures of two people (works of
the US government): three of the same man that differ (obama, obama2, obama3), the second of them
again as a PNG with transparency (32bit.png), two where half of his face is cut off, and one of
another man (biden). Standard library only, and the pip of the environment the launcher made.

`python -m launcher.pictures` prints the folder.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

REQUIREMENT = "face_recognition==1.3.0"
SHA256 = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
PICTURES = (
    "32bit.png",
    "biden.jpg",
    "obama.jpg",
    "obama2.jpg",
    "obama3.jpg",
    "obama_partial_face.jpg",
    "obama_partial_face2.jpg",
)
INSIDE = "face_recognition-1.3.0/tests/test_images/"
PATIENCE_S = 180


class PicturesUnavailable(Exception):
    """The pictures are not in the cache and could not be fetched; the text says why in one line."""


def folder() -> Path:
    """Where the pictures are or will be: `$PORTAL_FACES`, else the user's cache."""
    return Path(os.environ.get("PORTAL_FACES") or "~/.cache/perlinsos/faces").expanduser()


def fetch(*, python: str = sys.executable) -> Path:
    """The folder with all pictures, fetched with the pip of `python` when it is not complete yet.

    Raises PicturesUnavailable: no network, another archive than the pinned one, no pip. Two
    processes may fetch at once; each picture appears under its name only when it is whole.
    """
    target = folder()
    if all((target / name).is_file() for name in PICTURES):
        return target
    with tempfile.TemporaryDirectory(prefix="perlinsos-faces-") as scratch:
        archive = _download(python, Path(scratch))
        try:
            _unpack(archive, target)
        except (OSError, KeyError, tarfile.TarError) as error:
            raise PicturesUnavailable(f"could not write the pictures to {target}: {error}") from error
    return target


def _download(python: str, scratch: Path) -> Path:
    # With a hash in the requirement pip verifies the archive before it runs anything inside it.
    requirement = scratch / "requirement.txt"
    requirement.write_text(f"{REQUIREMENT} --hash=sha256:{SHA256}\n", encoding="utf-8")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--quiet"]
    patience = ["--retries", "1", "--timeout", "15"]
    what = ["--no-deps", "--no-binary", "face_recognition", "--no-build-isolation", "--require-hashes"]
    command = [*pip, *patience, *what, "--requirement", str(requirement), "--dest", str(scratch)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S)
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise PicturesUnavailable(f"pip could not fetch {REQUIREMENT}: {said}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PicturesUnavailable(f"pip could not fetch {REQUIREMENT}: {error}") from error
    return next(scratch.glob("*.tar.gz"))


def _unpack(archive: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        for name in PICTURES:
            member = tar.extractfile(INSIDE + name)
            if member is None:
                raise KeyError(name)
            with member, tempfile.NamedTemporaryFile(dir=target, delete=False) as part:
                shutil.copyfileobj(member, part)
            Path(part.name).chmod(0o644)
            Path(part.name).replace(target / name)


if __name__ == "__main__":
    try:
        print(fetch())
    except PicturesUnavailable as error:
        sys.exit(str(error))
