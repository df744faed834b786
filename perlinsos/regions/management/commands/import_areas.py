from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from perlinsos.regions import area_files, services
from perlinsos.regions.models import Level

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Take over official area codes from a CSV file, or a folder with provinces.csv, regencies.csv, "
        "districts.csv and villages.csv (columns code, name). Lines without a known parent are refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE_OR_FOLDER")
        parser.add_argument("--strict", action="store_true", help="take over nothing when a line is refused")

    @transaction.atomic
    def handle(self, *args: Any, path: Path, strict: bool, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")  # a nation of villages in one statement per level
        try:
            done = services.import_areas(area_files.read(area_files.find_files(path)))
        except (area_files.NotAnAreaFile, OSError) as error:
            raise CommandError(str(error)) from error
        self._report(done)
        if done.refused and strict:
            raise CommandError(f"{len(done.refused)} lines refused, nothing was taken over")
        if done.refused:
            self.stderr.write(f"{len(done.refused)} lines refused, the others were taken over")

    def _report(self, done: services.Import) -> None:
        for refused in done.refused[:SHOWN]:
            self.stderr.write(str(refused))
        if len(done.refused) > SHOWN:
            self.stderr.write(f"… and {len(done.refused) - SHOWN} more")
        for level in Level:
            new, changed, same = done.new[level], done.changed[level], done.same[level]
            self.stdout.write(f"{level.value:9} {new:6} new {changed:6} changed {same:6} unchanged")
