"""The invented register as tables of PostgreSQL, for the engines that start there: `FOLDER`, with DATABASE_URL.

Loaded once for all of them, and never measured.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from eligibility.populations.columns import KEY
from eligibility.populations.registers import homes

AT_ONCE = 2  # regencies; PostgreSQL gives each connection a process of its own
SLICE = 100_000  # rows on their way, so that the client stays small
TYPES: dict[Any, str] = {pl.Int8: "smallint", pl.Int16: "smallint", pl.Int32: "integer", pl.Int64: "bigint"}
TABLES = ("families", "persons")
# Both tables lie in the order of their families, and the rules are long: merging them beats hashing them.
ORDERED = "SET enable_hashagg = off; SET random_page_cost = 1.1; SET cpu_operator_cost = 0.01"


def connected() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def load(home: Path, number: int) -> None:
    """Both tables of one regency, with the key that every register has."""
    with connected() as connection:
        connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        for name in TABLES:
            table = f"bench_{name}_{number}"
            schema = pl.read_parquet_schema(home / f"{name}.parquet")
            columns = ", ".join(f"{column} {TYPES[type(kind)]}" for column, kind in schema.items())
            connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.execute(f"CREATE UNLOGGED TABLE {table} ({columns})")
            for slice_ in pl.read_parquet(home / f"{name}.parquet").iter_slices(SLICE):
                with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as stream:
                    stream.write(slice_.write_csv(include_header=False).encode())
            connection.execute(f"CREATE INDEX ON {table} ({KEY})")
            connection.execute(f"VACUUM ANALYZE {table}")


def main(folder: Path) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(load, homes(folder), range(len(homes(folder)))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
