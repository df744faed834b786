"""The same rules over the same invented families in every engine, in one run on one machine.

Each engine runs in a process of its own, several rounds in turn, so that a busy moment does not fall on
one of them alone. What each decided is compared by hash. See `docs/adr/` on why which engine does what.
"""

import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from bench import engine_peers, engine_population, engine_rules, families
from bench.figures import Bench, Figure, Stopwatch
from eligibility.rules.evaluate import FactValue, decide

HERE = Path(__file__).parent
ANSWERS = ["family", *(f"{what}_{n}" for n in (0, 1) for what in ("outcome", "amount", "need")),
           "results_0_0", "results_1_0"]  # fmt: skip
PLACES = ["family", "funded_0", "funded_1"]
ROOM_FOR_TEN_MILLION = 40 * 2**30  # bytes of disk: registers, snapshots, answers


@dataclass(frozen=True)
class Ran:
    """One process: seconds and processor seconds of its fastest repeat, and its peak memory."""

    wall: float
    cpu: float
    rss_mb: float


class Engine(Bench):
    name = "engine"
    description = "PKH, Sembako and places for a million invented families: columns, PostgreSQL, and the peers"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        total, rounds, sizes = (100_000, 1, [10_000]) if small else (1_000_000, 3, [10_000, 100_000])
        if not small and shutil.disk_usage(os.environ["PORTAL_STATE"]).free > ROOM_FOR_TEN_MILLION:
            sizes.append(10_000_000)
        peers = engine_peers.python_of("peers", engine_peers.PEERS)
        with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_STATE"]) as scratch:
            base = Path(scratch)
            engine_population.write(base / "register", total, seed)
            ran = [_round(base, "register", _engines(peers, small=small), repeats=2) for _ in range(rounds)]
            equal = len({_digest(folder, ANSWERS) for folder in base.glob("answers-*")}) == 1
            placed = [folder for folder in base.glob("answers-*") if "stored" not in folder.name]
            equal = equal and len({_digest(folder, PLACES) for folder in placed}) == 1
            growth = [figure for size in sizes for figure in _growth(base, size, seed)]
            growth += [] if small else [_on_spark(base, seed)]
        return [*_figures(total, ran, equal=equal), _one_family(seed), *growth]


def _engines(peers: Path | None, *, small: bool) -> dict[str, list[str]]:
    """How each engine is started; the folder of the register, that of the answers and the repeats follow."""
    own = [sys.executable, "-m"]
    found = {
        "columnar": [*own, "bench.engine_columnar"],
        "pg": [*own, "bench.engine_postgres"],
        "stored": [*own, "bench.engine_stored"],
    }
    if not small:
        found["stored_as_a_set"] = [*own, "bench.engine_stored"]
    if peers is not None:
        found |= {name: [str(peers), str(HERE / f"engine_{name}.py")] for name in ("openfisca", "numba")}
    return found


def _round(base: Path, register: str, engines: Mapping[str, list[str]], *, repeats: int) -> dict[str, Ran]:
    return {name: _run(base, register, name, command, repeats) for name, command in engines.items()}


def _run(base: Path, register: str, name: str, command: list[str], repeats: int) -> Ran:
    answers = base / f"answers-{name}"
    answers.mkdir(exist_ok=True)
    more = {"stored": ["columnar"], "stored_as_a_set": ["set"]}.get(name, [])
    done = subprocess.run(  # noqa: S603 - our own commands
        [*command, str(base / register), str(answers), str(repeats), *more],
        cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True, text=True,
        env={**os.environ, "STATEMENT_TIMEOUT_MS": "0"},
    )  # fmt: skip
    said: dict[str, Any] = json.loads(done.stdout)
    return Ran(min(said["walls"]), min(said["cpus"]), said.get("rss_mb", 0.0))


def _digest(folder: Path, columns: list[str]) -> str:
    """SHA-256 over `columns`, the first of them the number, of all families in the order of their numbers."""
    found = pl.concat([pl.scan_parquet(file).select(pl.col(columns).cast(pl.Int64)) for file in _files(folder)])
    digest = hashlib.sha256()
    for part in found.collect().sort("family").iter_slices(100_000):
        digest.update(part.to_numpy().tobytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def _growth(base: Path, size: int, seed: int) -> list[Figure]:
    """The same for another size; the peers stay with theirs, for want of memory."""
    engine_population.write(base / "other", size, seed)
    ran = _round(base, "other", _engines(None, small=True), repeats=1)
    word = f"{size // 1000}k" if size < 1_000_000 else f"{size // 1_000_000}m"
    return [Figure(f"{name}_{word}_families_per_s", (size / one.wall,), "families/s") for name, one in ran.items()]


def _on_spark(base: Path, seed: int) -> Figure:
    """Whether a cluster of two workers decides ten thousand families like the columns do."""
    python = engine_peers.python_of("spark", engine_peers.SPARK) if shutil.which("java") else None
    equal = [] if python is None else [float(agrees_on_spark(python, base, 10_000, seed))]
    return Figure("spark_outcomes_equal", tuple(equal), "yes/no", "local-cluster[2,1,1024], 10,000 families")


def agrees_on_spark(python: Path, base: Path, size: int, seed: int) -> bool:
    """Decide `size` families in columns and on Spark; the same hash of answers and places."""
    register = base / "spark-register"
    engine_population.write(register, size, seed)
    commands = {
        "spark-columnar": [sys.executable, "-m", "bench.engine_columnar", str(register), "1"],
        "spark": [str(python), "-m", "bench.engine_spark", str(register), "local-cluster[2,1,1024]"],
    }
    for name, (*command, last) in commands.items():
        subprocess.run(  # noqa: S603 - our own commands
            [*command, str(base / name), last], cwd=settings.BASE_DIR, check=True, capture_output=True
        )
    return all(len({_digest(base / name, columns) for name in commands}) == 1 for columns in (ANSWERS, PLACES))


def _figures(total: int, ran: list[dict[str, Ran]], *, equal: bool) -> list[Figure]:
    def rate(name: str, note: str) -> Figure:
        return Figure(f"{name}_families_per_s", tuple(total / one[name].wall for one in ran if name in one),
                      "families/s", note)  # fmt: skip

    def ratio(name: str) -> Figure:
        both = [one for one in ran if "openfisca" in one]
        return Figure(f"{name}_to_openfisca", tuple(one["openfisca"].wall / one[name].wall for one in both), "times")

    def memory(name: str, note: str) -> Figure:
        return Figure(f"{name}_rss_mb", (max(one[name].rss_mb for one in ran),), "MB", note)

    cpu = [Figure(f"{name}_cpu_s", tuple(one[name].cpu for one in ran), "s", "own processor seconds")
           for name in ran[0] if name in ("columnar", "openfisca", "numba")]  # fmt: skip
    return [
        Figure("families", (total,), "families"),
        rate("columnar", "Polars over Parquet, places included"),
        rate("pg", "one statement per regency, no trace rows"),
        rate("stored", "snapshot, decide in columns, every trace stored by COPY"),
        rate("stored_as_a_set", "the same by INSERT … SELECT"),
        rate("openfisca", "all in one simulation, nothing stored"),
        rate("numba", "compiled loop"),
        Figure("outcomes_equal", (float(equal),), "yes/no", "outcome, amount, need, every result, places"),
        *(ratio(name) for name in ("columnar", "pg", "stored")),
        memory("columnar", "whole process"),
        memory("stored", "client, beside the database"),
        *cpu,
    ]


def _one_family(seed: int) -> Figure:
    chance, plans = random.Random(seed), engine_rules.plans()  # noqa: S311 - invented families
    taken = []
    for _ in range(2_000):
        facts = {name: FactValue(value) for name, value in families.facts_of(chance).items()}
        watch = Stopwatch()
        for ready in plans:
            decide(ready, facts)
        taken.append(1000 * watch.seconds)
    return Figure("one_family_ms", (statistics.median(taken),), "ms", "both programmes with every reason, in memory")
