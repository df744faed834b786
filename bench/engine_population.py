"""An invented nation for the engines: families and persons in Parquet, one folder per regency.

Shares are chosen so that every rule bites: some records are missing, a few are impossible, now and
then a card has 45 or 46 members. The same seed gives the same people, whatever the machine.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

NATION = 94_200_000  # families in DTSEN, 2025
REGENCIES = 514
PER_REGENCY = NATION // REGENCIES
SIZES = ((1, 12), (2, 21), (3, 25), (4, 22), (5, 11), (6, 5), (7, 2), (8, 1))  # members, families in a hundred
POWER = ((450, 22), (900, 38), (1300, 18), (2200, 12), (5500, 4), (None, 5), (-1, 1))
SOURCES = ("dukcapil", "dapodik", "bkn", "bpjs_tk", "citizen")
SILENT_SHARE = 0.02


@dataclass(frozen=True)
class Regency:
    """`number` from 1; the ids of its families follow those of the regency before."""

    number: int
    first_family: int
    families: int


def regencies(families: int, seed: int) -> list[Regency]:
    """As many regencies as the nation has for so many people, of unequal size; never one alone."""
    count = max(2, min(REGENCIES, round(families / PER_REGENCY)))
    weights = np.random.default_rng([seed, 0]).lognormal(0.0, 0.5, count)
    ends = np.floor(np.cumsum(weights) / weights.sum() * families + 0.5).astype(int)
    starts = [0, *ends[:-1]]
    return [
        Regency(number, int(start) + 1, int(end - start))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]


def write(folder: Path, families: int, seed: int) -> list[Path]:
    """The population below `folder`: `regency=0001/families.parquet` and `persons.parquet`; the regency folders."""
    shutil.rmtree(folder, ignore_errors=True)
    return [write_regency(folder, regency, seed) for regency in regencies(families, seed)]


def write_regency(folder: Path, regency: Regency, seed: int) -> Path:
    home = folder / f"regency={regency.number:04}"
    home.mkdir(parents=True)
    families, persons = people(regency, seed)
    families.write_parquet(home / "families.parquet", compression="zstd", compression_level=1, row_group_size=100_000)
    persons.write_parquet(home / "persons.parquet", compression="zstd", compression_level=1, row_group_size=400_000)
    return home


def people(regency: Regency, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Families by id, and persons in the order of their families."""
    chance = np.random.default_rng([seed, regency.number])
    ids = np.arange(regency.first_family, regency.first_family + regency.families, dtype=np.int64)
    sizes = _drawn(chance, SIZES, len(ids)).astype(np.int64)
    sizes[ids % 50_021 == 7] = 45
    sizes[ids % 99_991 == 9] = 46  # more than a card can hold: a faulty record
    return _families(chance, ids), _persons(chance, ids, sizes)


def _families(chance: np.random.Generator, ids: Any) -> pl.DataFrame:
    total = len(ids)
    silent = np.zeros(total, dtype=np.int16)
    for bit in range(len(SOURCES)):
        silent |= (chance.random(total) < SILENT_SHARE).astype(np.int16) << bit
    decile = chance.integers(1, 11, total).astype(np.int8)
    odd = chance.random(total)
    decile[odd < 0.001] = 11
    power = _drawn(chance, POWER, total)
    return pl.DataFrame(
        {
            "family": ids,
            "silent": silent,
            "decile": _with_gaps(decile, odd > 0.97),
            "power_va": _with_gaps(np.nan_to_num(power).astype(np.int32), np.isnan(power)),
            "cars": _with_gaps((chance.random(total) < 0.12).astype(np.int16), chance.random(total) < 0.02),
            "motorcycles": _with_gaps(chance.poisson(1.1, total).astype(np.int16), chance.random(total) < 0.02),
            "land_m2": _with_gaps(
                (chance.exponential(180, total) * (chance.random(total) < 0.6)).astype(np.int32),
                chance.random(total) < 0.04,
            ),
        }
    )


def _persons(chance: np.random.Generator, ids: Any, sizes: Any) -> pl.DataFrame:
    total = int(sizes.sum())
    first = np.zeros(total, dtype=bool)
    first[np.concatenate(([0], np.cumsum(sizes)[:-1]))] = True
    age = np.where(first, chance.integers(22, 80, total), chance.integers(0, 75, total)).astype(np.int16)
    draw = chance.random(total)
    level = np.select([(age >= 7) & (age <= 12), (age >= 13) & (age <= 15), (age >= 16) & (age <= 18)], [1, 2, 3], 0)
    adult = (age >= 20) & (age < 58)
    work = np.select([adult & (draw < 0.015), adult & (draw < 0.02), (age >= 58) & (draw < 0.03)], [1, 2, 3], 0)
    earns = adult & (draw > 0.75)
    return pl.DataFrame(
        {
            "family": np.repeat(ids, sizes),
            "age": age,
            "head": np.where(first, np.where(draw > 0.004, 1, 2), 0).astype(np.int8),
            "school": np.where(draw < 0.93, level, 0).astype(np.int8),
            "work": work.astype(np.int8),
            "is_pregnant": (adult & (age < 45) & (draw > 0.97)).astype(np.int8),
            "is_disabled": (chance.random(total) < 0.012).astype(np.int8),
            "wage": np.where(earns, 1_200_000 + 10_000 * chance.integers(0, 500, total), 0).astype(np.int32),
        }
    )


def _drawn(chance: np.random.Generator, shares: tuple[tuple[int | None, int], ...], total: int) -> Any:
    values = np.array([np.nan if value is None else value for value, _share in shares], dtype=np.float64)
    odds = np.array([share for _value, share in shares], dtype=np.float64)
    return values[np.searchsorted(np.cumsum(odds / odds.sum())[:-1], chance.random(total), side="right")]


def _with_gaps(values: Any, missing: Any) -> pl.Series:
    series = pl.Series(values)
    return series.to_frame("value").select(pl.when(~pl.Series(missing)).then(pl.col("value"))).to_series()


def homes(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("regency=*"))
