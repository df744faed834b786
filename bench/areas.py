"""How long a nation of villages takes to come in."""

import random
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from bench.figures import Bench, Figure, seconds
from perlinsos.regions import area_files, services

# Kepmendagri 300.2.2-2138/2025 as amended by 300.2.2-2430/2025.
PROVINCES, REGENCIES, DISTRICTS, VILLAGES = 38, 514, 7285, 83_762
SYLLABLES = ("suka", "mekar", "jaya", "karang", "sari", "tirta", "wono", "rejo")
REAL = settings.BASE_DIR.parent / "shared" / "data" / "areas"


class Areas(Bench):
    name = "areas"
    description = "import all villages of the nation (83,762), then import them again unchanged"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        runs = 1 if small else 5
        first: list[float] = []
        again: list[float] = []
        with tempfile.TemporaryDirectory() as folder:
            source = REAL if REAL.is_dir() else generated(Path(folder), seed)
            for _ in range(runs):
                _forget()
                first.append(seconds(lambda: _take_over(source)))
                again.append(seconds(lambda: _take_over(source)))
        total = PROVINCES + REGENCIES + DISTRICTS + VILLAGES
        origin = "official files" if source == REAL else "generated files"
        return [
            Figure("areas_import_seconds", tuple(first), "s", f"{total:,} areas, {origin}"),
            Figure("areas_reimport_seconds", tuple(again), "s", "nothing changed"),
            Figure("areas_per_second", tuple(total / value for value in first), "areas/s"),
        ]


def _take_over(folder: Path) -> None:
    done = services.import_areas(area_files.read(area_files.find_files(folder)))
    if done.refused:
        raise ValueError(f"{len(done.refused)} lines refused, the first {done.refused[0]}")


def _forget() -> None:
    """Not by TRUNCATE, which would reach for the facts of families, and those refuse it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")  # every table that names an area is asked for each
        cursor.execute("DELETE FROM regions_area")
    with connection.cursor() as cursor:  # the next import meets an empty table, not one full of dead rows
        cursor.execute("VACUUM (ANALYZE) regions_area")


def generated(folder: Path, seed: int) -> Path:
    """Files of the same shape with invented names, for a machine without the official ones."""
    chance = random.Random(seed)  # noqa: S311 - names of invented places
    provinces = [f"{11 + number}" for number in range(PROVINCES)]
    regencies = _below(provinces, REGENCIES, "{}.{:02}")
    districts = _below(regencies, DISTRICTS, "{}.{:02}")
    villages = _below(districts, VILLAGES, "{}.2{:03}")
    for name, codes in zip(area_files.FILES, (provinces, regencies, districts, villages), strict=True):
        rows = [f"{code},{_name(chance)}" for code in codes]
        (folder / name).write_text("\n".join(["code,name", *rows]) + "\n", encoding="utf-8")
    return folder


def _below(parents: list[str], total: int, form: str) -> list[str]:
    """`total` codes spread evenly below the parents."""
    return [form.format(parents[number % len(parents)], number // len(parents) + 1) for number in range(total)]


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=3)).title()
