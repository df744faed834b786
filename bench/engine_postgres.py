"""Populations inside PostgreSQL, one statement per regency: `FOLDER RESULTS REPEATS`, with DATABASE_URL.

The register is loaded first (not measured). No trace row is written; the packed results are the trace.
"""

import io
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from bench import engine_rules
from bench.engine_columnar import peak_mb
from eligibility.populations import register, sql
from eligibility.populations.columns import KEY, answer_columns, facts_of
from eligibility.populations.registers import homes

AT_ONCE = 2  # regencies; PostgreSQL gives each connection a process of its own
# Both tables of a register lie in the order of their families, and the rules are long: merging beats hashing.
ORDERED = "SET enable_hashagg = off; SET random_page_cost = 1.1; SET cpu_operator_cost = 0.01"
SETTINGS = f"SET work_mem = '256MB'; SET max_parallel_workers_per_gather = 0; SET synchronous_commit = off; {ORDERED}"
TYPES: dict[Any, str] = {pl.Int8: "smallint", pl.Int16: "smallint", pl.Int32: "integer", pl.Int64: "bigint"}
TABLES = ("families", "persons")


def connected() -> psycopg.Connection:
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    connection.execute(SETTINGS)
    return connection


def load(home: Path, number: int) -> None:
    """Both tables of one regency, slice by slice, so that the client stays small."""
    with connected() as connection:
        for name in TABLES:
            table = f"bench_{name}_{number}"
            schema = pl.read_parquet_schema(home / f"{name}.parquet")
            columns = ", ".join(f"{column} {TYPES[type(kind)]}" for column, kind in schema.items())
            connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.execute(f"CREATE UNLOGGED TABLE {table} ({columns})")
            for slice_ in pl.read_parquet(home / f"{name}.parquet").iter_slices(100_000):
                with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as stream:
                    stream.write(slice_.write_csv(include_header=False).encode())
            connection.execute(f"CREATE INDEX ON {table} ({KEY})")
            connection.execute(f"ANALYZE {table}")


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
    for number, home in numbered.items():
        load(home, number)
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
