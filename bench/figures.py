"""What a benchmark measures and what a proof claims."""

import contextlib
import io
import statistics
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Figure:
    """One measured quantity: every run's value, in `unit`. `key` is stable; later comparisons name it.

    No values: it could not be measured here. The unit `yes/no` is for what either holds or does not.
    """

    key: str
    values: tuple[float, ...]
    unit: str
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)


@dataclass(frozen=True)
class Claim:
    """One sentence that was put to the test, and what was seen; `figures` are counted under their own keys."""

    text: str
    holds: bool
    seen: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)


class Bench(ABC):
    """One benchmark. `small` ends within 50 seconds on the embedded servers; `seed` fixes its data."""

    name: ClassVar[str]
    description: ClassVar[str]

    @abstractmethod
    def run(self, *, small: bool, seed: int) -> list[Figure]: ...


class Proof(ABC):
    """One proof. It makes its own data and leaves it behind: the servers are thrown away."""

    name: ClassVar[str]
    description: ClassVar[str]

    @abstractmethod
    def run(self, *, small: bool, seed: int) -> list[Claim]: ...


class Stopwatch:
    """Seconds since it was started."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start


def seconds(work: Callable[[], object]) -> float:
    watch = Stopwatch()
    work()
    return watch.seconds


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the sorted values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def tell(what: str) -> None:
    """Say how far a long measurement is; the last line of a benchmark is still its own."""
    sys.stdout.write(f"  … {what}\n")
    sys.stdout.flush()


def until(ready: Callable[[], bool], *, within: float, every: float = 0.1) -> bool:
    """Wait for `ready`, at most `within` seconds; whether it came."""
    watch = Stopwatch()
    while watch.seconds < within:
        if ready():
            return True
        time.sleep(every)
    return ready()


def quietly() -> contextlib.redirect_stdout[io.StringIO]:
    """What loaders print is not what was measured."""
    return contextlib.redirect_stdout(io.StringIO())


@contextmanager
def said(claims: list[Claim], text: str) -> Iterator[list[bool]]:
    """Collect the single observations behind one claim; it holds when all of them do."""
    seen: list[bool] = []
    yield seen
    claims.append(Claim(text, bool(seen) and all(seen), f"{sum(seen)} of {len(seen)}"))
