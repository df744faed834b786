from typing import Any

from django.core.management.base import CommandError

from perlinsos.core.management.commands.bench import Command as Measure


class Command(Measure):
    """Puts claims to the test; without a name it says which. `./portal prove` gives it throw-away servers."""

    help = "Print which claims hold and fail when one does not; --json ends with one flat JSON object."
    registry = "PROOFS"

    def work(self, chosen: list[Any], report: Any, machine: dict[str, Any], options: dict[str, Any]) -> None:
        size = {"small": options["small"], "seed": options["seed"]}
        claims = {}
        for entry in chosen:
            self.stdout.write(f"\n{entry.name}: {entry.description}")
            claims[entry.name] = entry.run(**size)
            self.stdout.write(report.verdicts(claims[entry.name]))
        if options["json"]:
            self.stdout.write(report.flat_claims(machine, claims=claims, **size))
        if failed := sum(not claim.holds for made in claims.values() for claim in made):
            raise CommandError(f"{failed} claims failed")
