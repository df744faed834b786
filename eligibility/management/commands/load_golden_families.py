"""Load the golden families that ship with the portal; what is there already is kept as it was edited."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eligibility.models import GoldenFamily
from eligibility.rules.golden import GoldenCase
from eligibility.rules.golden_reading import read_families
from eligibility.rules.reading import DocumentError
from eligibility.services.goldens import add_golden_families
from perlinsos.accounts.services import service_account

SHIPPED = settings.BASE_DIR / "eligibility" / "golden_families"


def shipped() -> Iterator[tuple[dict[str, Any], GoldenCase]]:
    """The families of the files, each as data and as case."""
    for file in sorted(SHIPPED.glob("*.yaml")):
        try:
            yield from read_families(file.read_text(encoding="utf-8"))
        except DocumentError as error:
            raise CommandError(f"{file}: {error}") from error


class Command(BaseCommand):
    help = "Load the shipped golden families (YAML), after their rules; those that are there already are kept."

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(GoldenFamily.objects.values_list("code", flat=True))
        new = [data for data, _case in shipped() if data["code"] not in known]
        add_golden_families(new, by=service_account("eligibility"))
        self.stdout.write(f"{len(new)} golden families loaded, {len(known)} already there")
