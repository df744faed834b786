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

from eligibility.populations import frames, register
from eligibility.populations.columns import KEY, facts_of
from eligibility.populations.placing import with_places
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
    """`family`, the answer columns of every plan and whether each programme has a place for the family."""
    wanted = [fact.name for fact in facts_of(study.plans)]
    families, persons = (pl.scan_parquet(home / f"{name}.parquet") for name in ("families", "persons"))
    facts = register.facts(families, persons, wanted)
    decided = frames.decide(facts, study.plans, carry=[KEY]).collect(engine="streaming")
    for number in range(len(study.plans)):
        decided = with_places(decided, number, places=study.places(len(decided), number), seed=study.seed)
    return decided
