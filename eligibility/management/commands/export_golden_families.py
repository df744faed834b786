"""Bring golden families that were edited on a server back to the files that ship with the portal."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eligibility import golden
from eligibility.management.commands.load_golden_families import shipped
from eligibility.models import GoldenFamily


class Command(BaseCommand):
    help = "Write the golden families in use as YAML, in the shape of the shipped files; or say in what they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="a file; else they are printed")
        parser.add_argument("--check", action="store_true", help="name the codes that are not as in the shipped files")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            return self._check()
        families = [golden.data_of(one) for one in GoldenFamily.objects.in_use()]
        text = yaml.safe_dump({"families": families}, allow_unicode=True, sort_keys=False, width=110)
        if options["to"]:
            options["to"].write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text)
        return None

    def _check(self) -> None:
        found = golden.differences_from(case for _data, case in shipped())
        for code, words in found.items():
            self.stdout.write(f"{code}: {words}")
        if found:
            raise CommandError(f"{len(found)} golden families are not as in the shipped files")
        self.stdout.write("as in the shipped files")
