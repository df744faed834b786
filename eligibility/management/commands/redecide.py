"""Decide everybody of an area again: `redecide 35.10`, and go on with it wherever it was left."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eligibility.enums import RunState
from eligibility.models import Run, RunAnswer, RunChange
from eligibility.populations import cards
from eligibility.services import runs
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area

WAITING = 0.5  # seconds, while a worker has the run


class Command(BaseCommand):
    help = (
        "Decide every decided family of an area again by the rules in force today. Facts, rules and parameters are"
        " fixed at the start; only families whose answer changes, or who wait for an announcement under earlier rules,"
        " get a new determination. Killed, it goes on later."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("area", help="code of a province, regency, district or village, such as 35.10")
        parser.add_argument("--reason", default="", help="why, for the record")
        parser.add_argument(
            "--stop", action="store_true", help="give up the run that is under way; a first day goes on after a day"
        )
        parser.add_argument("--card", metavar="REFERENCE", help="show the reasons the last run gave one application")

    def handle(self, *args: Any, area: str, reason: str, stop: bool, card: str, **options: Any) -> None:
        worker = service_account("eligibility")
        where = Area.objects.filter(code=area).first()
        if where is None:
            raise CommandError(f"There is no area {area}.")
        if card:
            return self._show(where, card)
        run = Run.objects.due().filter(area=where).first()
        try:
            if stop and run is not None:
                runs.stop_run(run, reason=reason, by=worker)
            elif not stop:
                self._finish(run or runs.start_run(where, reason=reason, by=worker))
        except DomainError as error:
            raise CommandError(error.message) from error

    def _finish(self, run: Run) -> None:
        worker = service_account("eligibility")
        while run.state == RunState.RUNNING:
            if not runs.advance_run(run.pk, by=worker):
                time.sleep(WAITING)
            run.refresh_from_db()
            self.stdout.write(f"{run}: {run.decided} of {run.snapshot.families} families")
        changes = RunChange.objects.filter(rules__run=run)
        left = changes.filter(determination=None).count()
        self.stdout.write(f"{changes.count() - left} new determinations; {left} announced results would differ")

    def _show(self, where: Area, reference: str) -> None:
        found = RunAnswer.objects.filter(application__reference=reference, rules__run__area=where)
        for answer in found.order_by("-rules__run_id", "rules__rule_set__programme__code")[:4]:
            verdict = cards.verdict_of(answer)
            self.stdout.write(f"{answer.rules.run}, {answer.rules.rule_set}: {verdict.outcome}")
            for row in verdict.trace:
                self.stdout.write(f"  {row.result:<8} {row.text_id}")
