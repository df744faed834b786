"""Decide a register kept as Parquet by the rules in force today: a study of a region or of the nation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polars as pl
from django.core.management.base import BaseCommand, CommandError

from eligibility import parameters
from eligibility.documents import document_of
from eligibility.models import RuleSet
from eligibility.populations.columns import OUTCOMES
from eligibility.populations.registers import Study, decide_register
from eligibility.rules.plan import plan


class Command(BaseCommand):
    help = (
        "Decide the families of REGISTER/regency=…/{families,persons}.parquet in columns, one file of answers per"
        " regency. Nothing is written to the database; a killed study goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("register", type=Path)
        parser.add_argument("results", type=Path)
        parser.add_argument(
            "--area", default="", help="regional parameters of this area; without it, the national ones"
        )
        parser.add_argument("--places", type=int, default=1000, metavar="N", help="quota, of a thousand families")
        parser.add_argument("--seed", default="", help="of the lot among equals")

    def handle(self, *args: Any, register: Path, results: Path, area: str, **options: Any) -> None:
        rule_sets = list(RuleSet.objects.in_force().filter(programme__is_active=True).order_by("programme__code"))
        if not rule_sets:
            raise CommandError("No programme has rules in force today.")
        if not any(register.glob("regency=*/families.parquet")):
            raise CommandError(f"{register} holds no regency=…/families.parquet.")
        names = frozenset[str]().union(*(document_of(one).regional_parameters for one in rule_sets))
        values = parameters.nearest(parameters.in_force(names), area)
        study = Study(
            plans=[plan(document_of(one), values) for one in rule_sets],
            places=lambda families, _number: families * options["places"] // 1000,
            seed=options["seed"],
        )
        families = sum(decide_register(register, results, study))
        for number, rule_set in enumerate(rule_sets):
            counts = _counts(results, number)
            said = ", ".join(f"{name} {counts.get(code, 0)}" for code, name in enumerate(OUTCOMES))
            self.stdout.write(f"{rule_set}: {said} of {families} families")


def _counts(results: Path, number: int) -> dict[int, int]:
    column = f"outcome_{number}"
    found = pl.scan_parquet(results / "*.parquet").group_by(column).agg(pl.len())
    return dict(found.collect().iter_rows())
