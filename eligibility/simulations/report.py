"""From a tally to the report that people read and approvals keep: no cell in it is small.

None stands for a hidden number. What the counts of a programme hide, its money and its sum after the
draft hide as well: one family more at a known rate is a family counted.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eligibility.populations.columns import NO, OPEN, YES
from eligibility.simulations import hiding
from eligibility.simulations.tally import DIMENSIONS, GAIN, LOSE, key
from verification.fairness import FEWEST_SHOWN, Rate

ENGINE = "kolom-2"  # a new name whenever the same input may give another report
KNOWN = "known"  # prefix of the tally of ground checks
Count = int | None
Counts = Mapping[str, int]

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
class Effect:
    """What one draft does to one programme. Money in rupiah a year."""

    programme: str
    before: Mapping[str, Count]
    after: Mapping[str, Count]
    moves: Mapping[str, Count]
    paid: Count
    due: Count
    more: Count
    less: Count
    tables: tuple[Table, ...]
    near_before: Line
    near_after: Line
    checked_before: Checked
    checked_after: Checked

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


def report(counts: Counts, drafts: int) -> Report:
    """What the tally of all families, and of the ground checks, says about each draft."""
    parts = [name.split("|") for name in counts]
    touched = sorted({(int(one[1]), one[2]) for one in parts if one[0] == "sum"})
    pairs = sorted({(one[2], one[3]) for one in parts if one[0] == "both"})
    return Report(
        families=counts.get("families", 0),
        sample=shown(counts.get(key(KNOWN, "families"), 0)),
        drafts=tuple(
            Outlook(
                effects=tuple(_effect(counts, number, code) for world, code in touched if world == number),
                overlaps=tuple(_overlap(counts, number, pair) for pair in pairs if _runs(counts, number, pair)),
            )
            for number in range(1, drafts + 1)
        ),
    )


def shown(count: int) -> Count:
    return None if hiding.is_small(count) else count


# --- one programme --------------------------------------------------------------------------------
def _effect(counts: Counts, number: int, programme: str) -> Effect:
    moved = _by_move(counts, number, programme, DIMENSIONS[0])
    totals = [sum(row[place] for row in moved.values()) for place in range(len(MOVES))]
    hidden = hiding.in_line(totals)
    sums = {name: counts.get(key("sum", number, programme, name), 0) for name in ("paid", "due", "more", "less")}
    is_told = not hidden and not any(hiding.is_small(sums[name]) for name in ("more", "less"))
    before, after = (_answers(counts, number, programme, side) for side in (0, 1))
    return Effect(
        programme=programme,
        before=before,
        after=after if not hidden else dict.fromkeys(after),
        moves={move: None if place in hidden else totals[place] for place, move in enumerate(MOVES)},
        paid=sums["paid"] if before["eligible"] is not None else None,
        due=sums["due"] if is_told and after["eligible"] is not None else None,
        more=shown(sums["more"]),
        less=shown(sums["less"]),
        tables=tuple(_table(counts, number, programme, dimension, hidden) for dimension in DIMENSIONS),
        near_before=_near(counts, 0, programme),
        near_after=_near(counts, number, programme),
        checked_before=_checked(counts, 0, programme),
        checked_after=_checked(counts, number, programme),
    )


def _by_move(counts: Counts, number: int, programme: str, dimension: str) -> dict[str, list[int]]:
    groups = sorted(name.split("|")[2] for name in counts if name.startswith(key("size", dimension, "")))
    where = key("move", number, programme, dimension)
    found = {group: [0] * len(MOVES) for group in groups}
    for (was, now), move in MOVE_OF.items():
        for group in groups:
            found[group][MOVES.index(move)] += counts.get(key(where, group, was, now), 0)
    return found


def _answers(counts: Counts, number: int, programme: str, side: int) -> dict[str, Count]:
    """Families by answer before (side 0) or after (1); one that is too small takes another with it."""
    found = dict.fromkeys(ANSWERS, 0)
    where = key("move", number, programme, DIMENSIONS[0], "")
    for name, count in counts.items():
        if name.startswith(where):
            code = int(name.split("|")[5 + side])
            found[next(answer for answer, known in ANSWERS.items() if known == code)] += count
    hidden = hiding.in_line(list(found.values()))
    return {name: None if place in hidden else count for place, (name, count) in enumerate(found.items())}


def _table(counts: Counts, number: int, programme: str, dimension: str, hidden_totals: frozenset[int]) -> Table:
    moved = _by_move(counts, number, programme, dimension)
    groups = sorted(moved, key=lambda group: (not group.isdigit(), int(group) if group.isdigit() else 0, group))
    sizes = [counts[key("size", dimension, group)] for group in groups]
    rows = hiding.in_line(sizes)
    cells = [moved[group] for group in groups]
    hidden = hiding.in_table(cells, rows=rows, columns=hidden_totals)
    return Table(
        dimension,
        tuple(
            Row(
                group,
                None if place in rows else sizes[place],
                {move: None if (place, at) in hidden else cells[place][at] for at, move in enumerate(MOVES)},
            )
            for place, group in enumerate(groups)
        ),
    )


# --- the line, the checks, the others -------------------------------------------------------------
def _near(counts: Counts, number: int, programme: str) -> Line:
    where = key("near", number, programme, "")
    named = sorted({"|".join(name.split("|")[4:]) for name in counts if name.startswith(where)} - {""})
    each = []
    for name in named:
        gain, lose = (counts.get(key("near", number, programme, way, name), 0) for way in (GAIN, LOSE))
        if gain or lose:
            criterion, fact, limits = name.split("|")
            beside = tuple(int(limit) for limit in limits.split(",") if limit)
            each.append(Near(criterion, fact, beside, shown(gain), shown(lose)))
    gain, lose = (counts.get(key("near", number, programme, way), 0) for way in (GAIN, LOSE))
    return Line(shown(gain), shown(lose), tuple(each))


def _checked(counts: Counts, number: int, programme: str) -> Checked:
    def families(recorded: Sequence[int], true: Sequence[int]) -> int:
        return sum(counts.get(key(KNOWN, number, programme, one, two), 0) for one in recorded for two in true)

    return Checked(
        leakage=_share(families([YES], [NO]), families([YES], [YES, NO])),
        missed=_share(families([NO, OPEN], [YES]), families([YES, NO, OPEN], [YES])),
        open=shown(families([YES], [OPEN])),
    )


def _share(hits: int, n: int) -> Share:
    if n < FEWEST_SHOWN:
        return Share(shown(n), None, None, None)
    low, high = Rate(hits, n).interval
    return Share(n, hits, round(low * 1000), round(high * 1000))


def _runs(counts: Counts, number: int, pair: tuple[str, str]) -> bool:
    return key("both", number, *pair) in counts


def _overlap(counts: Counts, number: int, pair: tuple[str, str]) -> Overlap:
    before, after = (counts.get(key("both", world, *pair), 0) for world in (0, number))
    is_told = not hiding.is_small(after) and not hiding.is_small(abs(after - before))
    return Overlap(pair, shown(before), after if is_told else None)
