"""How long the decision about one family takes, alone and with everything that belongs to it."""

import random

import yaml
from django.conf import settings
from django.core.management import call_command

from bench import families
from bench.figures import Bench, Figure, Stopwatch, percentile, quietly
from eligibility.rules.document import RuleDocument, parse
from eligibility.rules.evaluate import FactValue, evaluate
from eligibility.services.decisions import decide_application
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.regions.models import Parameter


class Decide(Bench):
    name = "decide"
    description = "the rules over one family in memory, and whole decisions (facts read, reasons kept, family told)"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        with quietly():
            call_command("load_regions")
            call_command("load_rulesets")
        rates = [_evaluations_per_second(seed + run, 2_000 if small else 20_000) for run in range(3 if small else 5)]
        decided = _decisions(seed, 60 if small else 400)
        return [
            Figure("decide_evaluation_ms", tuple(1000 / rate for rate in rates), "ms", "one family, every programme"),
            Figure("decide_evaluations_per_second", tuple(rates), "families/s", "one process, in memory"),
            Figure("decide_p50_ms", (1000 * percentile(decided, 0.5),), "ms", f"{len(decided)} committed decisions"),
            Figure("decide_p95_ms", (1000 * percentile(decided, 0.95),), "ms"),
            Figure("decide_decisions_per_second", (len(decided) / sum(decided),), "families/s", "one connection"),
        ]


def _documents() -> list[RuleDocument]:
    shipped = sorted((settings.BASE_DIR / "eligibility" / "rulesets").glob("*.yaml"))
    return [parse(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in shipped]


def _evaluations_per_second(seed: int, total: int) -> float:
    chance = random.Random(seed)  # noqa: S311 - invented families
    documents = _documents()
    wage = Parameter.objects.value(Parameter.Name.MINIMUM_WAGE, families.VILLAGE)
    parameters = {"minimum_wage": wage} if wage else {}
    cases = [
        {name: FactValue(value) for name, value in families.facts_of(chance).items()} for _ in range(min(total, 2000))
    ]
    watch = Stopwatch()
    for number in range(total):
        for document in documents:
            evaluate(document, cases[number % len(cases)], parameters)
    return total / watch.seconds


def _decisions(seed: int, total: int) -> list[float]:
    """Seconds of each decision, committed one by one."""
    agent = User.objects.create_user(f"agent{seed}@bench.invalid", kind=UserKind.STAFF, name="bench")
    worker = service_account("eligibility")
    taken = []
    for application in families.make(total, random.Random(seed), agent=agent):  # noqa: S311 - invented families
        watch = Stopwatch()
        decide_application(application, by=worker)
        taken.append(watch.seconds)
    return taken
