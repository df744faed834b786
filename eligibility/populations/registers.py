"""A register decided in columns, regency by regency: a study of the nation in one process.

A register is a folder with one folder per regency (`regency=…`) holding `families.parquet` and
`persons.parquet` (see `register.py`). Regencies are independent of each other, ranking included, so
memory is that of the largest ones whatever the total, and a killed study goes on where it was.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from eligibility.populations import frames, hearing, register
from eligibility.populations.columns import KEY, OPEN, answer_columns, fact_column, facts_of
from eligibility.populations.placing import with_places
from eligibility.rules.overlapping import in_order, is_heard
from eligibility.rules.plan import Plan

AT_ONCE = 2  # regencies: while one is read or written, the other is computed


@dataclass(frozen=True)
class Study:
    """What is decided. `places(families, number)` is the quota of a regency of that size, per programme."""

    plans: Sequence[Plan]
    places: Callable[[int, int], int]
    seed: str


def homes(folder: Path) -> list[Path]:
    return sorted(folder.glob("regency=*"))


def decide_register(folder: Path, results: Path, study: Study) -> Iterator[int]:
    """Write one Parquet file of answers per regency below `results`; yields the families of each as it is done."""
    results.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda home: _decide_home(home, results / f"{home.name}.parquet", study), homes(folder))


def _decide_home(home: Path, result: Path, study: Study) -> int:
    if result.exists():  # renamed into place only when complete
        return int(pl.scan_parquet(result).select(pl.len()).collect().item())
    decided = decide_regency(home, study)
    unfinished = result.with_suffix(".unfinished")
    decided.write_parquet(unfinished, compression="lz4", statistics=False)
    unfinished.rename(result)
    return len(decided)


def decide_regency(home: Path, study: Study) -> pl.DataFrame:
    """`family`, the answer columns of every plan and whether each programme has a place for the family.

    A programme that another one may block hears who has a place in that one; where the answer is open
    there is none yet.
    """
    plans = study.plans
    read = [fact.name for fact in facts_of(plans)]
    families, persons = (pl.scan_parquet(home / f"{name}.parquet") for name in ("families", "persons"))
    facts = register.facts(families, persons, [name for name in read if not is_heard(name)])
    frame, done, rounds = facts.with_columns(hearing.silence(plans)), list[str](), _rounds(plans)
    for numbers in rounds:
        is_last = numbers == rounds[-1]
        kept = [] if is_last else [fact_column(name) for name in read]
        said = [] if is_last else [(number, name) for number in numbers for name in _spoken(read, plans[number])]
        done += [column for number in numbers for column in answer_columns(plans[number], number)]
        answered = frames.answered(frame, {number: plans[number] for number in numbers}).with_columns(
            hearing.is_paid(name, plans[number], number).alias(fact_column(name)) for number, name in said
        )
        decided = answered.select(KEY, *kept, *done).collect(engine="streaming")
        for number in numbers:
            decided = with_places(decided, number, places=study.places(len(decided), number), seed=study.seed)
            done.append(f"funded_{number}")
        frame = decided.lazy().with_columns(_told(number, name) for number, name in said)
    answers = [column for number, ready in enumerate(plans) for column in answer_columns(ready, number)]
    return decided.select(KEY, *answers, *(f"funded_{number}" for number in range(len(plans))))


def _rounds(plans: Sequence[Plan]) -> list[list[int]]:
    """The numbers of the plans: together those that hear nobody, then one by one, in their order, those that do."""
    order = [document.programme for document in in_order(ready.document for ready in plans)]
    hearing_others = [number for number, ready in enumerate(plans) if hearing.heard(ready)]
    hearing_others.sort(key=lambda number: order.index(plans[number].document.programme))
    free = [number for number in range(len(plans)) if number not in hearing_others]
    return [*([free] if free else []), *([number] for number in hearing_others)]


def _spoken(read: Sequence[str], ready: Plan) -> list[str]:
    return hearing.spoken(filter(is_heard, read), ready.document.programme)


def _told(number: int, name: str) -> pl.Expr:
    """What is said of a family once places are given; its column tells so far whether the answer pays for it."""
    column = fact_column(name)
    place = pl.when(pl.col(f"outcome_{number}") != OPEN).then(pl.col(f"funded_{number}") == 1)
    return hearing.told(number, pl.col(column), place).alias(column)
