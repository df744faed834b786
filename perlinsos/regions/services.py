"""The only writers of areas and of the first parameters of a region."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from perlinsos.regions.area_files import AreaRow, Refused, timezone_of
from perlinsos.regions.models import Area, Level, Parameter

LEVEL_OF_LENGTH = {2: Level.PROVINCE, 5: Level.REGENCY, 8: Level.DISTRICT, 13: Level.VILLAGE}

TEMPORARY = """
CREATE TEMPORARY TABLE incoming_area (
    code text PRIMARY KEY, name text NOT NULL, level text NOT NULL, parent_id text, timezone text, place text NOT NULL
)
"""
TAKE_ORPHANS = """
DELETE FROM incoming_area incoming WHERE level = %s AND parent_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM regions_area area WHERE area.code = incoming.parent_id)
RETURNING place, code, parent_id
"""
UPSERT = """
INSERT INTO regions_area AS area (code, level, name, parent_id, timezone)
SELECT code, level, name, parent_id, timezone FROM incoming_area WHERE level = %s ORDER BY code
ON CONFLICT (code) DO UPDATE SET name = excluded.name, timezone = excluded.timezone
WHERE (area.name, area.timezone) IS DISTINCT FROM (excluded.name, excluded.timezone)
RETURNING xmax = 0
"""


@dataclass
class Import:
    """What an import did: rows per level that are new, changed and unchanged, and lines refused."""

    new: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    same: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)


@transaction.atomic
def import_areas(rows: Iterable[AreaRow | Refused]) -> Import:
    """Take over areas from `area_files.read`. For operators, from the command line.

    Areas are added or renamed, never removed: applications refer to them. A line whose parent is
    neither in the file nor known is refused, with everything below it; the other lines stand.
    """
    done = Import()
    with connection.cursor() as cursor:
        cursor.execute(TEMPORARY)
        _copy(cursor, rows, done)
        for level in Level.values:
            _take_over(cursor, level, done)
        cursor.execute("DROP TABLE incoming_area")
    done.refused.sort(key=_file_and_line)
    return done


def _copy(cursor: CursorWrapper, rows: Iterable[AreaRow | Refused], done: Import) -> None:
    into = "COPY incoming_area (code, name, level, parent_id, timezone, place) FROM STDIN"
    with cursor.copy(into) as copy:
        for row in rows:
            if isinstance(row, Refused):
                done.refused.append(row)
                continue
            level, parent = LEVEL_OF_LENGTH[len(row.code)], row.code.rpartition(".")[0] or None
            copy.write_row((row.code, row.name, level.value, parent, timezone_of(row.code), row.where))


def _take_over(cursor: CursorWrapper, level: str, done: Import) -> None:
    cursor.execute(TAKE_ORPHANS, [level])
    done.refused += [
        Refused(where, f"{code} has no parent {parent}, neither here nor among the known areas")
        for where, code, parent in cursor.fetchall()
    ]
    cursor.execute("SELECT count(*) FROM incoming_area WHERE level = %s", [level])
    total = cursor.fetchone()[0]
    cursor.execute(UPSERT, [level])
    inserted = [is_new for (is_new,) in cursor.fetchall()]
    done.new[level] = sum(inserted)
    done.changed[level] = len(inserted) - done.new[level]
    done.same[level] = total - len(inserted)


def _file_and_line(refused: Refused) -> tuple[str, int]:
    file, _colon, line = refused.where.rpartition(":")
    return file, int(line)


@transaction.atomic
def add_first_parameters(entries: list[dict[str, Any]]) -> int:
    """Give a new installation the parameters it lacks; returns how many. For operators.

    Entries have `area`, `name`, `value`, `source` and `valid` (first day, day after the last or
    none). What a region already set for that time is kept.
    """
    added = 0
    for entry in entries:
        first, last = entry["valid"]
        area = Area.objects.get(code=entry["area"]) if entry["area"] else None
        known = Parameter.objects.filter(Q(area=area), name=entry["name"])
        if known.filter(valid_during__overlap=(first or date.min, last)).exists():
            continue
        Parameter.objects.create(
            area=area, name=entry["name"], value=entry["value"], source=entry["source"], valid_during=(first, last)
        )
        added += 1
    return added
