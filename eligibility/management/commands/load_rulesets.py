"""Load the rule documents that ship with the portal; running it again changes nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from eligibility.rules.document import DocumentError
from eligibility.services.rulesets import enact_rule_set
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError

SHIPPED = settings.BASE_DIR / "eligibility" / "rulesets"


class Loader(yaml.SafeLoader):
    """YAML in which a name cannot be given twice: the second would silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _value in node.value:
            name = self.construct_object(key)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"“{name}” is given twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


class Command(BaseCommand):
    help = "Load rule documents (YAML) into programmes and rule sets; refuses a changed document of an old version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="documents; without any, the shipped ones")

    def handle(self, *args: Any, **options: Any) -> None:
        for file in options["files"] or sorted(SHIPPED.glob("*.yaml")):
            rule_set, is_new = self._load(file)
            self.stdout.write(f"{rule_set}: {'loaded' if is_new else 'already there'}")

    def _load(self, file: Path) -> tuple[Any, bool]:
        try:
            data = yaml.load(file.read_text(), Loader)  # noqa: S506 - a SafeLoader
            return enact_rule_set(data, by=service_account("eligibility"))
        except (OSError, yaml.YAMLError) as error:
            raise CommandError(f"{file}: {error}") from error
        except DomainError as error:
            raise CommandError(f"{file}: {error.message}") from error
        except DocumentError as error:
            lines = [f"  {problem.path or '.'}: {_(problem.message) % problem.params}" for problem in error.problems]
            raise CommandError("\n".join([f"{file}:", *lines])) from error
