"""Prove every stored decision: `replay`, on all processors; `--after` goes on behind a determination."""

import json
import multiprocessing
import os
import time
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import django
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Max, Min

from eligibility.models import Determination, RunRules, SnapshotRow
from eligibility.populations import proving
from eligibility.populations.proving import Proof


class Command(BaseCommand):
    help = "Make every stored decision again from its facts, parameters and rule version; fail when one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=int, default=0, metavar="ID", help="skip determinations up to this id")
        parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
        parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")

    def handle(self, *args: Any, after: int, processes: int, **options: Any) -> None:
        started = time.monotonic()
        decisions = self._determinations(after, processes)
        half_way = time.monotonic()
        answers = self._answers()
        found = {
            "replayed": decisions.replayed,
            "replayed_answers": answers.replayed,
            "replay_differences": len(decisions.different) + len(answers.different),
            "replay_seconds": round(time.monotonic() - started, 3),
            "determinations_seconds": round(half_way - started, 3),
        }
        self.stdout.write(
            f"{decisions.replayed} determinations and {answers.replayed} answers of runs made again:"
            f" {found['replay_differences']} differ"
        )
        if options["json"]:
            self.stdout.write(json.dumps(found))
        if found["replay_differences"]:
            shown = proving.SHOWN
            raise CommandError(
                f"determinations {decisions.different[:shown]}, answers of applications {answers.different[:shown]}"
            )

    def _determinations(self, after: int, processes: int) -> Proof:
        ids = Determination.objects.filter(pk__gt=after).aggregate(first=Min("pk"), last=Max("pk"))
        total = Proof()
        if ids["first"] is None:
            return total
        steps = list(proving.ranges(ids["first"], ids["last"], proving.AT_ONCE))
        if processes == 1 or len(steps) == 1:
            for step in steps:
                self._add(total, proving.prove_determinations(*step), step[1])
            return total
        clean = multiprocessing.get_context("spawn")  # a forked child would share our connection
        with ProcessPoolExecutor(processes, mp_context=clean, initializer=django.setup) as pool:
            proofs = pool.map(_step, [connection.settings_dict["NAME"]] * len(steps), steps)
            for step, proof in zip(steps, proofs, strict=True):
                self._add(total, proof, step[1])
        return total

    def _add(self, total: Proof, proof: Proof, through: int) -> None:
        before, total_after = total.replayed // 100_000, (total.replayed + proof.replayed) // 100_000
        total.add(proof)
        if total_after > before:
            self.stdout.write(f"{total.replayed} determinations, through {through}")

    def _answers(self) -> Proof:
        total = Proof()
        for rules in RunRules.objects.select_related("rule_set", "run__snapshot").order_by("pk"):
            rows = SnapshotRow.objects.filter(snapshot=rules.run.snapshot_id, application__lte=rules.run.done_through)
            ids = rows.aggregate(first=Min("application_id"), last=Max("application_id"))
            if ids["first"] is not None:
                for step in proving.ranges(ids["first"], ids["last"], proving.ANSWERS_AT_ONCE):
                    total.add(proving.prove_answers(rules, *step))
        return total


def _step(database: str, step: tuple[int, int]) -> Proof:
    """One range, in a process of its own, on the database the command was started on."""
    connection.settings_dict["NAME"] = database
    return proving.prove_determinations(*step)
