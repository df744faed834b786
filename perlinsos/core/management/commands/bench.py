from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

SEED = 2026


class Command(BaseCommand):
    """Measures; without a name it says what can be measured. `./portal bench` gives it throw-away servers."""

    help = "Print figures with machine, seed, versions and spread; --json ends with one flat JSON object."
    registry = "BENCHES"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME")
        parser.add_argument("--small", action="store_true", help="end within 50 seconds")
        parser.add_argument("--json", action="store_true", help="one flat JSON object as the last line")
        parser.add_argument("--seed", type=int, default=SEED)

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        # Named by string: the harness knows every app, the kernel knows none.
        known: dict[str, Any] = getattr(import_module("bench.registry"), self.registry)
        if not names:
            for entry in known.values():
                self.stdout.write(f"{entry.name:<10} {entry.description}")
            return
        if unknown := [name for name in names if name not in known]:
            raise CommandError(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
        _refuse_kept_data()
        report = import_module("bench.report")
        machine = import_module("bench.machine").describe()
        self.stdout.write(report.header(machine, seed=options["seed"], small=options["small"]))
        self.work([known[name] for name in names], report, machine, options)

    def work(self, chosen: list[Any], report: Any, machine: dict[str, Any], options: dict[str, Any]) -> None:
        size = {"small": options["small"], "seed": options["seed"]}
        figures = []
        for entry in chosen:
            self.stdout.write(f"\n{entry.name}: {entry.description}")
            measured = entry.run(**size)
            self.stdout.write(report.table(measured, small=options["small"]))
            figures += measured
        if options["json"]:
            self.stdout.write(report.flat(machine, figures=figures, **size))


def _refuse_kept_data() -> None:
    if get_user_model().objects.exists():
        raise CommandError("This database is in use. Measure on throw-away servers: ./portal bench or ./portal prove")
