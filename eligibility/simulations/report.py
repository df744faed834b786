"""The report that people read and approvals keep. None stands for a number that is hidden (see `telling.py`)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eligibility.populations.columns import NO, OPEN, YES

ENGINE = "kolom-5"  # a new name whenever the same input may give another report
KNOWN = "known"  # prefix of the tally of ground checks
Count = int | None

# How families move, each of nine pairs of answers in one: what a row of a table is divided into.
GAINED, LOST, TO_CHECK, SETTLED, SAME = MOVES = ("gained", "lost", "to_check", "settled", "same")
MOVE_OF = {
    (NO, YES): GAINED,
    (OPEN, YES): GAINED,
    (YES, NO): LOST,
    (YES, OPEN): TO_CHECK,
    (NO, OPEN): TO_CHECK,
    (OPEN, NO): SETTLED,
    (NO, NO): SAME,
    (YES, YES): SAME,
    (OPEN, OPEN): SAME,
}
ANSWERS = {"eligible": YES, "not_eligible": NO, "undecided": OPEN}


@dataclass(frozen=True)
class Row:
    """Families of one group by how they move."""

    group: str
    families: Count
    moves: Mapping[str, Count]


@dataclass(frozen=True)
class Table:
    dimension: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Near:
    """Families whose answer one step of one threshold would turn round; `limits` beside the line."""

    criterion: str
    fact: str
    limits: tuple[int, ...]
    gain: Count
    lose: Count


@dataclass(frozen=True)
class Line:
    """Families within one step of any line, and of each."""

    gain: Count
    lose: Count
    each: tuple[Near, ...]


@dataclass(frozen=True)
class Share:
    """`hits` of `n` checked families, with Wilson's 95 % interval in permille; None while n is too small."""

    n: Count
    hits: Count
    low: Count
    high: Count


@dataclass(frozen=True)
class Checked:
    """Against ground checks. `leakage`: of those on record as eligible, who is not. `missed`: of those who
    truly are, who is not found. `open`: eligible on record, still open after the check."""

    leakage: Share
    missed: Share
    open: Count


@dataclass(frozen=True)
class Overlap:
    programmes: tuple[str, str]
    before: Count
    after: Count


@dataclass(frozen=True)
class Places:
    """Within the quota, if all its places were given anew: who would receive, who would wait.

    A lot gives the `contested` places to some of the `tied` families. `rupiah` a year, in the middle of what
    the lot may make of it.
    """

    receive: int
    wait: int
    tied: Count
    contested: Count
    rupiah: int


@dataclass(frozen=True)
class Effect:
    """What one draft does to one programme. Money in rupiah a year.

    `more`, `less`, `reordered`: families that fit before and after, and receive more or less, or have another need.
    """

    programme: str
    before: Mapping[str, Count]
    after: Mapping[str, Count]
    moves: Mapping[str, Count]
    paid: Count
    due: Count
    more: Count
    less: Count
    reordered: Count
    tables: tuple[Table, ...]
    near_before: Line
    near_after: Line
    checked_before: Checked
    checked_after: Checked
    places: int | None = None  # of the quota, if there is one of the area
    places_before: Places | None = None
    places_after: Places | None = None

    @property
    def difference(self) -> Count:
        return None if self.paid is None or self.due is None else self.due - self.paid


@dataclass(frozen=True)
class Outlook:
    """One draft: its effects on programmes, and who fits two programmes at once."""

    effects: tuple[Effect, ...]
    overlaps: tuple[Overlap, ...]


@dataclass(frozen=True)
class Report:
    """`families` were looked at, `sample` of them have ground checks."""

    families: int
    sample: Count
    drafts: tuple[Outlook, ...]

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return found


def fingerprint(result: Mapping[str, Any]) -> str:
    """SHA-256 of a result in one spelling: the same input gives the same."""
    spelt = json.dumps(result, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelt.encode()).hexdigest()
