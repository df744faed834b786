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
from bench.figures import Bench, Figure, Stopwatch, tell
from eligibility.rules.evaluate import FactValue, decide

HERE = Path(__file__).parent
ANSWERS = ["family", *(f"{what}_{n}" for n in (0, 1) for what in ("outcome", "amount", "need")),
           "results_0_0", "results_1_0"]  # fmt: skip
PLACES = ["family", "funded_0", "funded_1"]
OWN = [sys.executable, "-m"]
OURS = {"columnar": "columnar", "pg": "postgres", "stored": "stored", "stored_as_a_set": "stored"}
PEERS = ("openfisca", "numba")
REPEATS = {"pg": 2, "stored": 2, "stored_as_a_set": 1}  # of one process, which tells its fastest
TEN_MILLION = 10_000_000
ROOM_FOR_TEN_MILLION = 40 * 2**30  # bytes of disk: registers, snapshots, answers
LATEST_START = 8 * 60  # seconds after which ten million families would take too long


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
        watch = Stopwatch()
        total, rounds, sizes = (100_000, 1, [10_000]) if small else (1_000_000, 3, [10_000, 100_000])
        peers = engine_peers.python_of("peers", engine_peers.PEERS)
        with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_STATE"]) as scratch:
            base = Path(scratch)
            _register(base / "register", total, seed)
            engines = _engines(peers, small=small)
            ran = [_round(base, "register", engines, f"round {number + 1} of {rounds}") for number in range(rounds)]
            figures = [*_figures(total, ran, equal=_agree(base)), _one_family(seed)]
            grown = {size: _grown(base, size, seed) for size in sizes}
            figures += [] if small else [_on_spark(base, seed)]
            if not small and _has_room() and watch.seconds < LATEST_START:
                grown[TEN_MILLION] = _grown(base, TEN_MILLION, seed)
        return [*figures, *(_kept(ran, total, grown) if not small else []), *_growth(grown)]


def _register(folder: Path, families: int, seed: int) -> None:
    """Invent a population, in Parquet and in PostgreSQL."""
    tell(f"inventing {families:,} families")
    engine_population.write(folder, families, seed)
    _process([*OWN, "bench.engine_register", str(folder)])


def _engines(peers: Path | None, *, small: bool) -> dict[str, list[str]]:
    """How each engine is started; the folder of the register, that of the answers and the repeats follow."""
    found = {name: [*OWN, f"bench.engine_{module}"] for name, module in OURS.items()}
    if small:
        del found["stored_as_a_set"]
    if peers is not None:
        found |= {name: [str(peers), str(HERE / f"engine_{name}.py")] for name in PEERS}
    return found


def _round(base: Path, register: str, engines: Mapping[str, list[str]], what: str) -> dict[str, Ran]:
    """Every engine once. A peer that fails here is left out; one of ours fails the benchmark."""
    found = {}
    for name, command in engines.items():
        try:
            found[name] = _run(base, register, name, command)
        except subprocess.CalledProcessError as error:
            if name not in PEERS:
                raise
            tell(f"{what}: {name} failed with {error.returncode}")
            shutil.rmtree(base / f"answers-{name}")
            continue
        tell(f"{what}: {name} {found[name].wall:.2f} s, {found[name].rss_mb:.0f} MB")
    return found


def _run(base: Path, register: str, name: str, command: list[str]) -> Ran:
    answers = base / f"answers-{name}"
    shutil.rmtree(answers, ignore_errors=True)
    answers.mkdir()
    repeats = str(REPEATS.get(name, 4))
    more = {"stored": ["columnar"], "stored_as_a_set": ["set"]}.get(name, [])
    said: dict[str, Any] = json.loads(_process([*command, str(base / register), str(answers), repeats, *more]))
    return Ran(min(said["walls"]), min(said["cpus"]), said.get("rss_mb", 0.0))


def _process(command: list[str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True, text=True,
        env={**os.environ, "STATEMENT_TIMEOUT_MS": "0"},
    )  # fmt: skip
    return done.stdout


def _agree(base: Path) -> bool:
    """Whether every engine says the same of every family, and all that give places give the same ones."""
    folders = list(base.glob("answers-*"))
    placed = [folder for folder in folders if "stored" not in folder.name]
    return len({_digest(folder, ANSWERS) for folder in folders}) == len({_digest(one, PLACES) for one in placed}) == 1


def _digest(folder: Path, columns: list[str]) -> str:
    """SHA-256 over `columns`, the first of them the number, of all families in the order of their numbers."""
    found = pl.concat([pl.scan_parquet(file).select(pl.col(columns).cast(pl.Int64)) for file in _files(folder)])
    digest = hashlib.sha256()
    for part in found.collect().sort("family").iter_slices(100_000):
        digest.update(part.to_numpy().tobytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def _has_room() -> bool:
    return shutil.disk_usage(os.environ["PORTAL_STATE"]).free > ROOM_FOR_TEN_MILLION


def _grown(base: Path, size: int, seed: int) -> dict[str, Ran]:
    """The same for another size; the peers stay with theirs, for want of memory."""
    _register(base / "other", size, seed)
    return _round(base, "other", _engines(None, small=True), f"{size:,} families")


def _growth(grown: Mapping[int, Mapping[str, Ran]]) -> list[Figure]:
    """Seconds, and so many families a second, at every other size."""
    found = []
    for size, ran in grown.items():
        word = f"{size // 1000}k" if size < 1_000_000 else f"{size // 1_000_000}m"
        for name, one in ran.items():
            found.append(Figure(f"{name}_{word}_families_per_s", (size / one.wall,), "families/s", f"{one.wall:.3g} s"))
            found.append(Figure(f"{name}_{word}_rss_mb", (one.rss_mb,), "MB"))
    return found


def _kept(ran: list[dict[str, Ran]], total: int, grown: Mapping[int, Mapping[str, Ran]]) -> list[Figure]:
    """What is left of the rate with ten times as many families, running per regency."""
    largest = grown.get(TEN_MILLION, {})
    return [
        Figure(
            f"{name}_10m_to_1m",
            tuple(
                TEN_MILLION / one.wall * first[name].wall / total for one in [largest.get(name)] if one for first in ran
            ),
            "times",
            "rate at ten million families by that at one million",
        )
        for name in ("columnar", "pg", "stored")
    ]


def _on_spark(base: Path, seed: int) -> Figure:
    """Whether a cluster of two workers decides ten thousand families like the columns do."""
    tell("ten thousand families on Spark")
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
        memory("pg", "client, beside the database"),
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
