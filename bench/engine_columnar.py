"""Populations in columns, in a process of its own so that its memory can be told: `FOLDER RESULTS REPEATS`."""

import json
import shutil
import sys
import time
from pathlib import Path

from bench import engine_rules
from eligibility.populations.registers import Study, decide_register


def study() -> Study:
    """The rules of the bench; each regency has places for so many of a thousand families."""
    return Study(
        plans=engine_rules.plans(),
        places=lambda families, number: families * engine_rules.PLACES_PER_MILLE[number] // 1000,
        seed=engine_rules.SEED,
    )


def peak_mb() -> float:
    """The most memory this process ever had. `ru_maxrss` would tell that of its parent before it was born."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main(folder: Path, results: Path, repeats: int) -> None:
    walls, cpus = [], []
    for _ in range(repeats):
        shutil.rmtree(results, ignore_errors=True)
        wall, cpu = time.perf_counter(), time.process_time()
        families = sum(decide_register(folder, results, study()))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    sys.stdout.write(json.dumps({"walls": walls, "cpus": cpus, "rss_mb": peak_mb(), "families": families}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
