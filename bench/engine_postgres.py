"""Populations inside PostgreSQL, one statement per regency: `FOLDER RESULTS REPEATS`, with DATABASE_URL.

The register is there already (`engine_register.py`). No trace row is written; the packed results are the trace.
"""

import io
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from bench import engine_rules
from bench.engine_columnar import peak_mb
from bench.engine_register import AT_ONCE, ORDERED, connected
from eligibility.populations import register, sql
from eligibility.populations.columns import KEY, answer_columns, facts_of
from eligibility.populations.registers import homes

SETTINGS = f"SET work_mem = '256MB'; SET max_parallel_workers_per_gather = 0; SET synchronous_commit = off; {ORDERED}"


def statement(number: int) -> str:
    plans = engine_rules.plans()
    facts = register.facts_sql(f"bench_families_{number}", f"bench_persons_{number}", [f.name for f in facts_of(plans)])
    answers = [column for place, plan in enumerate(plans) for column in answer_columns(plan, place)]
    decided = f"SELECT *, 1 AS regency FROM ({sql.decide(plans, f'({facts})', sql.POSTGRES)}) answers"  # noqa: S608 - our own names
    quotas = ", ".join(
        f"count(*) * {per_mille} / 1000 AS places_{place}"
        for place, per_mille in enumerate(engine_rules.PLACES_PER_MILLE)
    )
    size = f"SELECT 1 AS regency, {quotas} FROM decided"  # noqa: S608 - our own names
    ticket = f"concat('{engine_rules.SEED}', {KEY})"
    return sql.with_places(decided, size, ticket, len(plans), sql.POSTGRES, [KEY, *answers])


def decide(number: int) -> None:
    with connected() as connection:
        connection.execute(SETTINGS)
        connection.execute(f"DROP TABLE IF EXISTS bench_answers_{number}")
        connection.execute(f"CREATE UNLOGGED TABLE bench_answers_{number} AS {statement(number)}")


def export(number: int, result: Path) -> None:
    received = io.BytesIO()
    with connected() as connection:
        copied = connection.cursor().copy(f"COPY bench_answers_{number} TO STDOUT (FORMAT csv, HEADER)")
        with copied as stream:
            for block in stream:
                received.write(block)
    received.seek(0)
    pl.read_csv(received).write_parquet(result)


def main(folder: Path, results: Path, repeats: int) -> None:
    results.mkdir(parents=True, exist_ok=True)
    numbered = dict(enumerate(homes(folder)))
    walls, cpus = [], []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(repeats):
            wall, cpu = time.perf_counter(), time.process_time()
            list(pool.map(decide, numbered))
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
    memory = peak_mb()
    for number, home in numbered.items():
        export(number, results / f"{home.name}.parquet")
    sys.stdout.write(json.dumps({"walls": walls, "cpus": cpus, "rss_mb": memory}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
