from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand

from perlinsos.regions import area_files, services

DATA = Path(services.__file__).parent / "data"


class Command(BaseCommand):
    help = "Load the areas of the regencies that take part and the first parameters; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        done = services.import_areas(area_files.read(area_files.find_files(DATA)))
        added = services.add_first_parameters(yaml.safe_load((DATA / "parameters.yaml").read_text(encoding="utf-8")))
        new, changed = sum(done.new.values()), sum(done.changed.values())
        self.stdout.write(f"areas: {new} new, {changed} changed; parameters: {added} new")
