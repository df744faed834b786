"""Load the rule documents that ship with the portal; running it again changes nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from eligibility.models import RuleSet
from eligibility.rules.document import RuleDocument
from eligibility.rules.reading import DocumentError, Problem
from eligibility.rules.source import read_document
from eligibility.services.rulesets import enact_rule_set
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError

SHIPPED = settings.BASE_DIR / "eligibility" / "rulesets"


class Command(BaseCommand):
    help = "Load rule documents (YAML) into programmes and rule sets; refuses a changed document of an old version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="documents; without any, the shipped ones")

    def handle(self, *args: Any, **options: Any) -> None:
        read = [(file, *self._read(file)) for file in options["files"] or sorted(SHIPPED.glob("*.yaml"))]
        # Whom an overlap names comes first: the table may only speak of programmes that exist.
        for file, data, _document in sorted(read, key=lambda entry: (len(entry[2].overlaps), entry[0].name)):
            rule_set, is_new = self._enact(file, data)
            self.stdout.write(f"{rule_set}: {'loaded' if is_new else 'already there'}")

    def _read(self, file: Path) -> tuple[Any, RuleDocument]:
        try:
            return read_document(file.read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file}: {error}") from error
        except DocumentError as error:
            raise CommandError("\n".join(self._line(file, problem) for problem in error.problems)) from error

    def _line(self, file: Path, problem: Problem) -> str:
        """`rules.yaml:12:9: criteria[0].test: …`, which editors can jump to."""
        where = f"{file}:{problem.place.line}:{problem.place.column}" if problem.place else str(file)
        return f"{where}: {problem.path or '.'}: {_(problem.message) % problem.params}"

    def _enact(self, file: Path, data: Any) -> tuple[RuleSet, bool]:
        try:
            return enact_rule_set(data, by=service_account("eligibility"))
        except DomainError as error:
            raise CommandError(f"{file}: {error.message}") from error
