"""The rules of `engine_rules.py` as one loop over arrays: what a machine can do when nothing can be changed.

Runs in the environment of the peers: `python engine_numba.py FOLDER RESULTS REPEATS`. Unknown is −1.
"""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numba import njit, prange

WAGE_LIMIT, POWER_LIMIT = 2_810_139, 1300
SEED = "benih-undian"
PLACES_PER_MILLE = (100, 170)
HOUSE = {"decile": (1, 10), "power_va": (0, 200_000), "cars": (0, 1_000), "motorcycles": (0, 1_000),
         "land_m2": (0, 1_000_000_000)}  # fmt: skip
MEMBERS = ("age", "school", "work", "is_pregnant", "is_disabled", "head", "wage")
# Of the counts: size, children, elderly, sd, smp, sma, asn, forces, pensioners, pregnant, disabled.
SILENCE = np.array([1, 1, 1, 2, 2, 2, 4, 4, 4, 16, 16])
COMPONENTS = np.array([[1, 3_000_000, 2], [9, 3_000_000, 2], [10, 2_400_000, 4], [2, 2_400_000, 4],
                       [5, 2_000_000, 4], [4, 1_500_000, 4], [3, 900_000, 4]])  # fmt: skip
EASED = np.array([[10, 120, 2], [9, 60, 2], [2, 45, 3], [1, 40, 3], [3, 15, 3], [4, 12, 3], [5, 10, 3], [0, 9, 12]])


@njit(cache=True)
def at_most(value: int, limit: int) -> int:
    return 2 if value < 0 else int(value <= limit)


@njit(cache=True)
def verdict(codes: Any, count: int) -> tuple[int, int]:
    found, packed = 1, 0
    for place in range(count):
        packed |= codes[place] << 2 * place
        if codes[place] == 0:
            found = 0
        elif codes[place] == 2 and found == 1:
            found = 2
    return found, packed


@njit(cache=True)
def assets(cars: int, motorcycles: int, power: int) -> int:
    if cars >= 1 or (motorcycles >= 3 and power >= 1300):
        return 0
    open_vehicle = motorcycles < 0 and (power < 0 or power >= 1300)
    open_power = power < 0 and (motorcycles < 0 or motorcycles >= 3)
    return 2 if cars < 0 or open_vehicle or open_power else 1


@njit(cache=True)
def counts_of(counts: Any, persons: Any, start: int, end: int, silent: int) -> tuple[int, int]:
    """Fill `counts`; whether the head lives, and the highest wage."""
    age, school, work, pregnant, disabled, heads, wages = persons
    counts[:] = 0
    head, wage = 0, 0
    for one in range(start, end):
        counts[0] += 1
        counts[1] += age[one] <= 6
        counts[2] += age[one] >= 60
        if school[one] > 0:
            counts[2 + school[one]] += 1
        if work[one] > 0:
            counts[5 + work[one]] += 1
        counts[9] += pregnant[one]
        counts[10] += disabled[one]
        head |= heads[one] == 1
        wage = max(wage, wages[one])
    for place in range(11):
        if silent & SILENCE[place] or counts[place] > 45:
            counts[place] = -1
    return -1 if silent & 1 else head, -1 if silent & 8 else wage


@njit(cache=True)
def money(counts: Any) -> int:
    left, total = 4, 0
    for row in COMPONENTS:
        taken = min(max(counts[row[0]], 0), row[2], left)
        left -= taken
        total += row[1] * taken
    return total


@njit(cache=True)
def need_of(decile: int, counts: Any) -> int:
    score = (11 if decile < 0 else decile) * 1000 + 990
    for row in EASED:
        score -= row[1] * min(max(counts[row[0]], 0), row[2])
    return score


@njit(cache=True)
def has_component(counts: Any) -> int:
    is_open = False
    for row in COMPONENTS:
        if counts[row[0]] >= 1:
            return 1
        is_open = is_open or counts[row[0]] < 0
    return 2 if is_open else 0


@njit(parallel=True, cache=True)
def decide(house: Any, silent: Any, starts: Any, persons: Any, found: Any) -> None:
    decile, power, cars, motorcycles, land = house
    for one in prange(len(silent)):
        counts = np.empty(11, dtype=np.int64)
        head, wage = counts_of(counts, persons, starts[one], starts[one + 1], silent[one])
        codes = np.empty(10, dtype=np.int64)
        common = (at_most(counts[6], 0), at_most(counts[7], 0), at_most(counts[8], 0), at_most(wage, WAGE_LIMIT))
        codes[0], codes[1], codes[2] = at_most(decile[one], 4), has_component(counts), 2 if head < 0 else head
        codes[3], codes[8], codes[9] = at_most(power[one], POWER_LIMIT), at_most(cars[one], 0), at_most(land[one], 500)
        codes[4], codes[5], codes[6], codes[7] = common
        found[0, one], found[3, one] = verdict(codes, 10)
        found[1, one] = money(counts) if found[0, one] == 1 else 0
        found[2, one] = need_of(decile[one], counts)
        codes[0], codes[1], codes[2] = at_most(decile[one], 5), codes[2], at_most(power[one], 2200)
        codes[3], codes[4], codes[5], codes[6] = common
        codes[7] = assets(cars[one], motorcycles[one], power[one])
        found[4, one], found[5, one] = verdict(codes, 8)


def funded(outcome: Any, need: Any, ids: Any, places: int) -> Any:
    chosen = np.zeros(len(ids), dtype=np.int64)
    eligible = np.flatnonzero(outcome == 1)
    if len(eligible) <= places:
        chosen[eligible] = 1
        return chosen
    scores = need[eligible]
    line = np.partition(scores, places)[places]
    chosen[eligible[scores < line]] = 1
    order = sorted(eligible[scores == line], key=lambda one: hashlib.sha256(f"{SEED}{ids[one]}".encode()).hexdigest())
    chosen[order[: places - int((scores < line).sum())]] = 1
    return chosen


def regency(home: Path) -> pl.DataFrame:
    families, persons = (pl.read_parquet(home / f"{name}.parquet") for name in ("families", "persons"))
    said = {name: families[name].cast(pl.Int64).fill_null(-1).to_numpy() for name in HOUSE}
    house = tuple(
        np.where((said[name] >= low) & (said[name] <= high), said[name], -1) for name, (low, high) in HOUSE.items()
    )
    member_of, ids = persons["family"].to_numpy(), families["family"].to_numpy()
    starts = np.append(np.flatnonzero(np.concatenate(([True], member_of[1:] != member_of[:-1]))), len(member_of))
    found = np.empty((6, len(ids)), dtype=np.int64)
    decide(house, families["silent"].to_numpy(), starts, tuple(persons[name].to_numpy() for name in MEMBERS), found)
    columns: dict[str, Any] = {"family": ids}
    for number, (outcome, results) in enumerate(((0, 3), (4, 5))):
        columns[f"outcome_{number}"] = found[outcome]
        columns[f"amount_{number}"] = found[1] if number == 0 else np.where(found[outcome] == 1, 2_400_000, 0)
        columns[f"need_{number}"] = found[2]
        columns[f"results_{number}_0"] = found[results]
        places = len(ids) * PLACES_PER_MILLE[number] // 1000
        columns[f"funded_{number}"] = funded(found[outcome], found[2], ids, places)
    return pl.DataFrame(columns)


def main(folder: Path, results: Path, repeats: int) -> None:
    homes = sorted(folder.glob("regency=*"))
    regency(homes[0])  # compiles
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        for home in homes:
            regency(home).write_parquet(results / f"{home.name}.parquet", compression="lz4", statistics=False)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    sys.stdout.write(json.dumps({"walls": walls, "cpus": cpus}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
