"""Snapshots: taken by one statement inside PostgreSQL, read in chunks, kept as Parquet for simulations."""

import io
import json
import os
import re
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from eligibility.populations.ages import age_column
from eligibility.populations.columns import KEY, fact_column
from eligibility.populations.models import Snapshot
from eligibility.rules.catalogue import CATALOGUE, recorded
from enrollment.enums import Relation
from enrollment.models import DECIDED_STATES

VILLAGE, HEAD_SEX, HEAD_AGE = "village_code", "head_sex", "head_age"
PART = 25_000  # families of one file, and of one chunk of a run
# A flag is true or false, anything else a whole number: 0 is not False, and 1.5 is nothing. What is
# older than its type allows counts as unknown.
USABLE = """
    CASE WHEN f.as_of < %(on)s::date - (%(ages)s::jsonb ->> f.name)::int THEN NULL
         WHEN f.name = ANY(%(flags)s) THEN CASE f.value::text WHEN 'true' THEN 1 WHEN 'false' THEN 0 END
         WHEN f.value::text ~ '^-?[0-9]{1,18}$' THEN f.value::text::bigint END
"""
AGE = "least(greatest(%(on)s::date - f.as_of, 0), 32767)"  # days; of what came after the day, 0
ARRAYS = {"values": ("usable", "bigint"), "fact_ids": ("fact_id", "bigint"), "ages": ("age", "smallint")}


def fill(snapshot: Snapshot) -> int:
    """Keep what is known now of every decided family of the area, whole or not at all; how many there are.

    Facts and head are looked up family by family (LATERAL): left to choose, the planner may read those of
    the whole country first and throw all others away.
    """
    statement = f"""
        INSERT INTO eligibility_snapshotrow
               (snapshot_id, application_id, village_code, head_sex, head_age, values, fact_ids, ages)
        SELECT %(snapshot)s, a.id, a.village_id, coalesce(head.sex, ''), head.age,
               known.values, known.fact_ids, known.ages
        FROM enrollment_application a
        LEFT JOIN LATERAL (
            SELECT p.sex, extract(year FROM %(on)s::date)::int - p.birth_year AS age
            FROM enrollment_member m JOIN enrollment_person p ON p.id = m.person_id
            WHERE m.family_id = a.family_id AND m.left_on IS NULL AND m.draft_id IS NULL AND m.relation = %(head)s
            OFFSET 0
        ) head ON true
        CROSS JOIN LATERAL (
            SELECT {_arrays(snapshot)}
            FROM (
                SELECT f.name, f.id AS fact_id, {USABLE} AS usable, {AGE} AS age
                FROM verification_fact f
                WHERE f.family_id = a.family_id
                  AND NOT EXISTS (SELECT 1 FROM verification_fact newer WHERE newer.supersedes_id = f.id OFFSET 0)
            ) usable
        ) known
        WHERE a.village_id LIKE %(area)s AND a.state = ANY(%(states)s)
        ORDER BY a.id
    """  # noqa: S608 - names of our own catalogue
    take_time()
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "snapshot": snapshot.pk,
                **usable(timezone.localdate(snapshot.taken_at)),
                "area": f"{snapshot.area_id}.%",
                "states": [str(state) for state in DECIDED_STATES],
                "head": str(Relation.HEAD),
            },
        )
        return int(cursor.rowcount)


def _arrays(snapshot: Snapshot) -> str:
    """What a row keeps of its facts, in SQL: values, the rows they came from, and how old they are."""
    found = []
    for column, (what, kind) in ARRAYS.items():
        each = ", ".join(f"max({what}) FILTER (WHERE name = '{name}')" for name in _names(snapshot))
        found.append(f"ARRAY[{each}]::{kind}[] AS {column}")
    return ", ".join(found)


def usable(on: date) -> dict[str, Any]:
    """What `USABLE` asks for: the day, how old each fact may be on it, and which are flags."""
    return {
        "on": on,
        "ages": json.dumps({name: kind.max_age_days for name, kind in CATALOGUE.items()}),
        "flags": [name for name, kind in CATALOGUE.items() if kind.is_flag],
    }


def take_time() -> None:
    """Let the statements of this transaction take longer than a page may."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1h'")


@transaction.atomic
def chunk(snapshot: Snapshot, *, after: int, aged: Collection[str] = ()) -> pl.DataFrame:
    """The next families (at most `PART`) behind application `after`, by id, with the ages of the facts `aged`.

    The planner has not counted a new snapshot yet: left to itself it collects and sorts all the rest for every chunk.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    return _rows(snapshot, f"application_id > {after:d}", aged=aged, limit=PART)


def within(snapshot: Snapshot, area: str) -> pl.DataFrame:
    """The families of an area, such as a district: from the files where all are there, else from the table."""
    if all((folder(snapshot) / _file(number)).exists() for number in range(1, snapshot.families // PART + 2)):
        return scan(snapshot).filter(pl.col(VILLAGE).str.starts_with(f"{area}.")).collect()
    return _rows(snapshot, f"village_code LIKE '{re.sub('[^0-9.]', '', area)}.%'", aged=snapshot.facts)


def families(snapshot: Snapshot, keys: list[int]) -> pl.DataFrame:
    """The families of these applications, by id."""
    these = f"application_id = ANY('{{{', '.join(f'{key:d}' for key in keys)}}}'::bigint[])"
    return _rows(snapshot, these, aged=snapshot.facts)


def scan(snapshot: Snapshot) -> pl.LazyFrame:
    """All families as a lazy frame over Parquet files, which are written where they are not there yet."""
    after, parts = 0, list[Path]()
    while True:
        parts.append(part(snapshot, len(parts) + 1, after=after))
        last = pl.scan_parquet(parts[-1]).select(pl.len(), pl.col(KEY).max()).collect().row(0)
        if last[0] < PART:
            # Files made before ages were kept have no columns for them; of such a snapshot no age is known.
            return pl.scan_parquet(parts, missing_columns="insert", extra_columns="ignore")
        after = last[1]


def part(snapshot: Snapshot, number: int, *, after: int) -> Path:
    """The file with the families of chunk `number` (from 1), those behind application `after`."""
    file = folder(snapshot) / _file(number)
    if not file.exists():
        _write(file, chunk(snapshot, after=after, aged=snapshot.facts))
    return file


def folder(snapshot: Snapshot) -> Path:
    """Where the files of a snapshot lie: private, by regency, and made again whenever they are missing."""
    return Path(settings.FILES_ROOT) / "snapshots" / str(snapshot.public_id) / f"regency={snapshot.area_id}"


def copied_out(query: str, schema: dict[str, Any]) -> pl.DataFrame:
    """What `query` gives, moved as one stream of text."""
    received = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as stream:
        for block in stream:
            received.write(block)
    received.seek(0)
    if not received.getbuffer().nbytes:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(received, has_header=False, schema=schema)


def copy_in(table: str, rows: pl.DataFrame) -> None:
    """Append `rows` to `table`; the columns of the frame are those of the table."""
    command = f"COPY {table} ({', '.join(rows.columns)}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, cursor.copy(command) as stream:
        stream.write(rows.write_csv(include_header=False).encode())


def _rows(snapshot: Snapshot, which: str, *, aged: Collection[str], limit: int | None = None) -> pl.DataFrame:
    """Families by id: key, village, head, a column per fact, the ages of the facts `aged`.

    `which` is made of our own numbers and codes.
    """
    places = {name: place for place, name in enumerate(_names(snapshot), start=1)}
    with_age = sorted(places.keys() & {recorded(name) for name in aged})
    columns = [f"values[{place}]" for place in places.values()] + [f"ages[{places[name]}]" for name in with_age]
    query = (
        f"SELECT application_id, village_code, head_sex, head_age, {', '.join(columns)} FROM eligibility_snapshotrow"  # noqa: S608 - column names come from the catalogue
        f" WHERE snapshot_id = {snapshot.pk:d} AND {which} ORDER BY application_id LIMIT {limit or 'ALL'}"
    )
    facts = {fact_column(name): pl.Int64 for name in places}
    old = {age_column(name): pl.Int16 for name in with_age}
    about = {KEY: pl.Int64, VILLAGE: pl.String, HEAD_SEX: pl.String, HEAD_AGE: pl.Int16}
    return copied_out(query, {**about, **facts, **old})


def _names(snapshot: Snapshot) -> list[str]:
    """The facts of a snapshot; a name that could break out of a statement never gets into one."""
    return [name for name in snapshot.facts if re.fullmatch(r"[a-z0-9_.]+", name)]


def _file(number: int) -> str:
    return f"families-{number:04}.parquet"


def _write(file: Path, rows: pl.DataFrame) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = file.with_suffix(f".{os.getpid()}.unfinished")
    rows.write_parquet(unfinished)
    unfinished.rename(file)
