"""The golden families watch over the shipped rules, and every stored decision can be made again."""

import contextlib
import json
import os
import random
import tempfile
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from bench import stored_decisions
from bench.equivalent_rules import are_the_same
from bench.figures import Claim, Proof, Stopwatch, quietly
from bench.rule_mutants import Mutant, mutants
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.golden import GoldenCase, differences, picked, watched
from eligibility.rules.golden_reading import read_families
from eligibility.rules.source import read_document
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User

ENOUGH = 0.95  # of all mutants
ELIGIBILITY = settings.BASE_DIR / "eligibility"
DETERMINATIONS = {True: 2_000, False: 20_000}
FAMILIES = {True: 2_000, False: 490_000}  # of the run, each decided for two programmes


class Rules(Proof):
    name = "rules"
    description = "golden families notice every fault that could creep into a rule, and stored decisions replay"

    def run(self, *, small: bool, seed: int) -> list[Claim]:
        families = golden_families()
        documents = watched(shipped(), timezone.localdate())
        found = [one for document in documents for one in differences(document, families)]
        return [
            Claim(
                "the rules that hold now or later answer every golden family as agreed",
                not found and len(families) >= 60,
                f"{len(families)} families, {len(found)} differences",
                {"golden": len(families)},
            ),
            *_mutation(documents, families),
            _replayed(small=small, seed=seed),
        ]


def golden_families() -> list[GoldenCase]:
    files = sorted((ELIGIBILITY / "golden_families").glob("*.yaml"))
    return [case for file in files for _data, case in read_families(file.read_text(encoding="utf-8"))]


def shipped() -> list[RuleDocument]:
    files = sorted((ELIGIBILITY / "rulesets").glob("*.yaml"))
    return [read_document(file.read_text(encoding="utf-8"))[1] for file in files]


# --- mutation -------------------------------------------------------------------------------------
def survivors(document: RuleDocument, families: Iterable[GoldenCase]) -> tuple[int, list[Mutant]]:
    """How many mutants a document has, and those that no golden family notices."""
    watching = [family for family in families if family.is_about(document)]
    total, left = 0, []
    for mutant in mutants(document):
        total += 1
        noticed = next(differences(mutant.document, watching, max_age=mutant.max_age), None)
        if noticed is None:
            left.append(mutant)
            continue
        watching.remove(noticed.family)  # who noticed one fault is likely to notice the next
        watching.insert(0, noticed.family)
    return total, left


def is_no_fault(mutant: Mutant, document: RuleDocument, families: Iterable[GoldenCase]) -> bool:
    """Whether the mutant is proved to decide every family as the original does, wherever a golden family lives.

    Picked in whatever order a golden family asks for, too.
    """
    watching = [family for family in families if family.is_about(document)]
    settings = {tuple(sorted(family.parameters.items())) for family in watching}
    pickings = {None} | {family.expected[document.programme].picking for family in watching}
    return not mutant.ages and all(
        are_the_same(picked(document, picking), picked(mutant.document, picking), map(dict, settings))
        for picking in pickings
    )


def _mutation(documents: Iterable[RuleDocument], families: list[GoldenCase]) -> Iterator[Claim]:
    watch = Stopwatch()
    total, same, unnoticed = 0, list[str](), list[str]()
    for document in documents:
        count, left = survivors(document, families)
        total += count
        for mutant in left:
            (same if is_no_fault(mutant, document, families) else unnoticed).append(str(mutant))
    killed = total - len(same) - len(unnoticed)
    yield Claim(
        f"at least {ENOUGH:.0%} of the faults put into the rules are noticed",
        killed >= ENOUGH * total,
        f"{killed} of {total}, {killed / total:.1%}, in {watch.seconds:.0f} s",
        {"mutants": total, "killed": killed},
    )
    yield Claim("none goes unnoticed that could decide any family otherwise", not unnoticed, _lines(unnoticed))
    yield Claim("the others are proved to be the same rules", True, _lines(same))


def _lines(mutants: list[str]) -> str:
    return "".join(f"\n         {mutant}" for mutant in mutants)


# --- stored decisions -----------------------------------------------------------------------------
def _replayed(*, small: bool, seed: int) -> Claim:
    """Through the command, as an operator runs it: determinations row by row, answers of a run by the other form."""
    agent = User.objects.create_user(f"agent{seed}@proof.invalid", kind=UserKind.STAFF, name="proof")
    with quietly(), tempfile.TemporaryDirectory(dir=os.environ["PORTAL_STATE"]) as folder:
        call_command("load_regions")
        call_command("load_rulesets")
        chance = random.Random(seed)  # noqa: S311 - invented families
        stored_decisions.determinations(DETERMINATIONS[small], chance, agent=agent)
        stored_decisions.answers(FAMILIES[small], seed, Path(folder))
    said = StringIO()
    processes = 1 if small else len(os.sched_getaffinity(0))
    with contextlib.suppress(CommandError):  # raised where something differs; the figures say it
        call_command("replay", json=True, processes=processes, stdout=said)
    found = json.loads(said.getvalue().splitlines()[-1])
    replayed = found["replayed"] + found["replayed_answers"]
    return Claim(
        "every stored decision is made again and is the same",
        found["replay_differences"] == 0 and replayed >= DETERMINATIONS[small] + 2 * FAMILIES[small],
        f"{found['replayed']} determinations and {found['replayed_answers']} answers of a run"
        f" in {found['replay_seconds']:.0f} s, {found['replay_differences']} differ",
        {"replayed": replayed, "replay_differences": found["replay_differences"]},
    )
