"""A nation decided in one process, regency after regency, each invented just before: `FAMILIES SEED FOLDER`."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from bench import engine_population
from bench.engine_columnar import peak_mb, study
from eligibility.populations.registers import decide_regency

TOLD_EVERY = 5_000_000  # families; beside the result, which is the only thing on the standard output


def main(families: int, seed: int, folder: Path) -> None:
    ready, deciding, cpu, eligible, decided = study(), 0.0, 0.0, 0, 0
    for home in _invented(families, seed, folder):
        wall, before = time.perf_counter(), time.process_time()
        answers = decide_regency(home, ready)
        answers.write_parquet(folder / f"{home.name}.parquet", compression="lz4", statistics=False)
        deciding, cpu = deciding + time.perf_counter() - wall, cpu + time.process_time() - before
        decided += len(answers)
        eligible += int(answers.select((pl.col("outcome_0") == 1).sum()).item())
        if decided // TOLD_EVERY > (decided - len(answers)) // TOLD_EVERY:
            sys.stderr.write(f"  … {decided:,} of {families:,} families, {deciding:.0f} s, {peak_mb():.0f} MB\n")
    found = {"families": decided, "seconds": deciding, "cpu": cpu, "rss_mb": peak_mb(), "eligible": eligible}
    sys.stdout.write(json.dumps(found))


def _invented(families: int, seed: int, folder: Path) -> Iterator[Path]:
    """One regency at a time; its register is gone when the next one comes."""
    for regency in engine_population.regencies(families, seed):
        home = engine_population.write_regency(folder, regency, seed)
        yield home
        for file in home.iterdir():
            file.unlink()
        home.rmdir()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
