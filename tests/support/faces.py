"""Real photographs of faces for tests. Fetched once into a cache, never committed.

`python -m tests.support.faces` prints the folder. Where they cannot be had (no network, no pip)
tests that ask for them skip, and say so.
"""

import csv
import io
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from launcher import pictures

# Head and shoulders of each photograph (left, top, right, bottom), the way a phone would see it.
HEADS = {
    "obama.jpg": (160, 0, 800, 600),
    "obama2.jpg": (60, 130, 626, 690),
    "obama3.jpg": (490, 150, 1090, 800),
    "biden.jpg": (250, 100, 910, 760),
}
OBAMA, OBAMA_AGAIN, OBAMA_OLDER, BIDEN = HEADS
SAME_PERSON = (OBAMA, OBAMA_AGAIN, OBAMA_OLDER)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photographs and whether they show one person; `group` names the list they come from."""

    first: Path
    second: Path
    same: bool
    group: str


def folder() -> Path:
    """The folder with the photographs; skips the calling test where they cannot be had."""
    found = _fetched()
    if isinstance(found, str):
        pytest.skip(f"NO PHOTOGRAPHS: {found}")
    return found


@cache
def _fetched() -> Path | str:
    """The folder, or why there is none; tried once per process, because trying takes a while."""
    try:
        return pictures.fetch()
    except pictures.PicturesUnavailable as error:
        return str(error)


def photograph(name: str) -> bytes:
    """The whole photograph as published."""
    return (folder() / name).read_bytes()


@cache
def portrait(name: str) -> bytes:
    """Head and shoulders of a photograph in `HEADS`, as a JPEG of about 600 pixels."""
    out = io.BytesIO()
    Image.open(folder() / name).convert("RGB").crop(HEADS[name]).save(out, "JPEG", quality=92)
    return out.getvalue()


def collection() -> Path:
    """A larger collection with lists of pairs, beside the checkout or in `$PORTAL_FACE_PAIRS`; else skips."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data" / "faces"
    found = Path(os.environ.get("PORTAL_FACE_PAIRS", beside))
    if not found.is_dir():
        pytest.skip(f"NO FACE COLLECTION: {found} is absent; accept rates on more people are not measured")
    return found


def pairs(name: str) -> list[Pair]:
    """All pairs of one list of the collection, such as `pairs_lfw`."""
    root = collection()
    with (root / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Pair(root / row["path_a"], root / row["path_b"], row["same"] == "1", name) for row in csv.DictReader(lines)
        ]


if __name__ == "__main__":
    try:
        print(pictures.fetch())  # noqa: T201 - the answer of this command
    except pictures.PicturesUnavailable as error:
        sys.exit(str(error))
