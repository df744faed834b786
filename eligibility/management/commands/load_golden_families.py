"""Load the golden families that ship with the portal; what is there already is kept as it was edited."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eligibility.models import GoldenFamily
from eligibility.rules.golden_reading import read_families
from eligibility.rules.reading import DocumentError
from eligibility.services.goldens import add_golden_families
from perlinsos.accounts.services import service_account

SHIPPED = settings.BASE_DIR / "eligibility" / "golden_families"


class Command(BaseCommand):
    help = "Load the shipped golden families (YAML), after their rules; those that are there already are kept."

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(GoldenFamily.objects.values_list("code", flat=True))
        new = [
            data for file in sorted(SHIPPED.glob("*.yaml")) for data in self._read(file) if data["code"] not in known
        ]
        add_golden_families(new, by=service_account("eligibility"))
        self.stdout.write(f"{len(new)} golden families loaded, {len(known)} already there")

    def _read(self, file: Path) -> list[dict[str, Any]]:
        try:
            return [data for data, _case in read_families(file.read_text(encoding="utf-8"))]
        except DocumentError as error:
            raise CommandError(f"{file}: {error}") from error
