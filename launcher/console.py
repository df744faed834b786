"""Lines for the person at the keyboard."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def timed(label: str, seconds: float, note: str = "") -> None:
    say(f"  {label:<46} {seconds:6.1f} s{'  ' + note if note else ''}")


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print `label` with the time it took, once it is done."""
    started = time.monotonic()
    yield
    timed(label, time.monotonic() - started)
