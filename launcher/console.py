"""Lines for the person at the keyboard."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


def say(text: str = "") -> None:
    _write(sys.stdout, text)


def warn(text: str) -> None:
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    """A reader that went away (`./portal run | head`) is no reason to stop."""
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def timed(label: str, seconds: float, note: str = "") -> None:
    say(f"  {label:<46} {seconds:6.1f} s{'  ' + note if note else ''}")


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print `label` with the time it took, once it is done."""
    started = time.monotonic()
    yield
    timed(label, time.monotonic() - started)
