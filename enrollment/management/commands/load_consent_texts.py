"""Publish the consent texts shipped with the product; running it again changes nothing."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from enrollment.services.texts import Wording, publish_consent_texts
from perlinsos.core.errors import DomainError

FILE = Path(__file__).resolve().parents[2] / "data" / "consents.yaml"


class Command(BaseCommand):
    help = "Publish new consent texts from enrollment/data/consents.yaml; refuses a changed published text."

    def handle(self, *args: Any, **options: Any) -> None:
        wordings = [Wording(**entry) for entry in yaml.safe_load(FILE.read_text())]
        try:
            added = publish_consent_texts(wordings)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{added} consent texts added, {len(wordings) - added} were there")
