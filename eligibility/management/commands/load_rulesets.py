"""Load the rule documents that ship with the portal; running it again changes nothing.

Further versions of a programme that policy staff look after are theirs: shipped ones are left out with a
line that says so, a file that is named is refused. In an emergency `--operator` and `--reason` load it all
the same, and both stay in the audit trail.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from eligibility.rules.document import RuleDocument
from eligibility.rules.reading import DocumentError, Problem
from eligibility.rules.source import read_document
from eligibility.services.rulesets import Loaded, PastPolicy, load_rule_sets
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError

SHIPPED = settings.BASE_DIR / "eligibility" / "rulesets"


class Command(BaseCommand):
    help = "Load rule documents (YAML) into programmes and rule sets; refuses a changed document of an old version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="documents; without any, the shipped ones")
        parser.add_argument("--operator", default="", help="who loads a version past the policy staff of a programme")
        parser.add_argument("--reason", default="", help="why it cannot wait for them")

    def handle(self, *args: Any, **options: Any) -> None:
        past = self._past(options["operator"].strip(), options["reason"].strip())
        read = [(file, *self._read(file)) for file in options["files"] or sorted(SHIPPED.glob("*.yaml"))]
        # Whom an overlap names comes first: the table may only speak of programmes that exist.
        ordered = sorted(read, key=lambda entry: (len(entry[2].overlaps), entry[0].name))
        done = self._load([data for _file, data, _document in ordered], past)
        for loaded in done:
            self.stdout.write(f"{loaded.programme} {loaded.version}: {_became(loaded)}")
        left = [f"{one.programme} {one.version}" for one in done if one.rule_set is None]
        if left and options["files"]:
            message = _("Left to policy staff, who enact it at the desk: %(versions)s")
            raise CommandError(message % {"versions": ", ".join(left)})

    def _past(self, operator: str, reason: str) -> PastPolicy | None:
        if bool(operator) != bool(reason):
            raise CommandError(_("Say both who loads this past the policy staff and why."))
        return PastPolicy(operator, reason) if operator else None

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

    def _load(self, documents: list[Any], past: PastPolicy | None) -> list[Loaded]:
        try:
            return load_rule_sets(documents, past=past, by=service_account("eligibility"))
        except DomainError as error:
            raise CommandError(str(error.message)) from error


def _became(loaded: Loaded) -> str:
    if loaded.rule_set is None:
        return "left to policy staff"
    return "loaded" if loaded.is_new else "already there"
