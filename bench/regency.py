"""Everybody of a regency decided again through the portal's own tables, and every decision of it replayed."""

import contextlib
import json
import os
from io import StringIO

from django.core.management import CommandError, call_command
from django.utils import timezone

from bench import regency_data
from bench.engine_columnar import peak_mb
from bench.figures import Bench, Figure, Stopwatch, quietly, tell
from eligibility.models import Determination, Run, RunChange
from eligibility.services import runs
from perlinsos.accounts.services import service_account
from perlinsos.regions.models import Area, Parameter

FAMILIES = {True: 3_000, False: 500_000}
LOWER_LIMIT = 900  # VA; the one in force before lets 1,300 VA pass
SETTLED = {True: 100, False: 2_000}  # families that get their new determination while it is timed


class Regency(Bench):
    name = "regency"
    description = "a regency of 500,000 families decided again from its facts, and a million stored decisions replayed"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        total = FAMILIES[small]
        with quietly():
            call_command("load_regions")
            call_command("load_rulesets")
        regency_data.make(total, seed)
        area = Area.objects.get(code=regency_data.REGENCY)
        first, same = _run(area)
        _lower_limit(area)
        second, other = _run(area)
        pending, settling = _settle(second, SETTLED[small])
        replayed = _replay()
        return [
            Figure("regency_families", (total,), "families", f"{Determination.objects.count():,} determinations"),
            Figure("regency_snapshot_s", (same["snapshot"], other["snapshot"]), "s", "the facts of everybody"),
            Figure("regency_decide_s", (same["decide"], other["decide"]), "s", "and compared with what holds"),
            Figure("regency_families_per_s", (total / sum(same.values()), total / sum(other.values())), "families/s"),
            Figure("regency_changed_first", (RunChange.objects.filter(rules__run=first).count(),), "answers",
                   "nothing had changed"),
            Figure("regency_changed", (RunChange.objects.filter(rules__run=second).count(),), "answers",
                   f"after the limit of power fell to {LOWER_LIMIT} VA"),
            Figure("regency_settled_per_s", (pending / settling,), "families/s",
                   f"{pending} new determinations with reasons, audit and message"),
            Figure("regency_rss_mb", (peak_mb(),), "MB", "peak of this process, inventing included"),
            Figure("replayed_determinations", (replayed["replayed"],), "decisions"),
            Figure("replayed_answers", (replayed["replayed_answers"],), "answers"),
            Figure("replay_s", (replayed["replay_seconds"],), "s", f"on {len(os.sched_getaffinity(0))} processors"),
            Figure("replay_million_s", (1e6 * replayed["determinations_seconds"] / replayed["replayed"],), "s",
                   "a million determinations, every reason of them"),
            Figure("replay_no_difference", (float(replayed["replay_differences"] == 0),), "yes/no"),
        ]  # fmt: skip


def _run(area: Area) -> tuple[Run, dict[str, float]]:
    """A full re-decision, as a worker takes it step by step, until every family is decided."""
    by, watch = service_account("eligibility"), Stopwatch()
    run = runs.start_run(area, by=by)
    snapshot, families = watch.seconds, run.snapshot.families
    tell(f"{run}: snapshot {snapshot:.1f} s")
    while run.decided < families:
        runs.advance_run(run.pk, by=by)
        run.refresh_from_db()
    taken = {"snapshot": snapshot, "decide": watch.seconds - snapshot}
    tell(f"{run}: decided in {taken['decide']:.1f} s")
    if not RunChange.objects.pending().filter(rules__run=run).exists():
        runs.advance_run(run.pk, by=by)
    return run, taken


def _settle(run: Run, most: int) -> tuple[int, float]:
    """Give at most so many changed families their new determination: how many, in how many seconds."""
    by, watch = service_account("eligibility"), Stopwatch()
    while (settled := RunChange.objects.filter(rules__run=run, settled_at__isnull=False).count()) < most:
        if not runs.advance_run(run.pk, by=by):
            break
    return settled, watch.seconds


def _lower_limit(area: Area) -> None:
    during = (timezone.localdate(), None)
    Parameter.objects.create(
        area=area, name=Parameter.Name.POWER_LIMIT_VA, value=LOWER_LIMIT, valid_during=during, source="bench"
    )


def _replay() -> dict[str, float]:
    said = StringIO()
    with contextlib.suppress(CommandError):  # raised where something differs; the figure says it
        call_command("replay", json=True, stdout=said)
    found: dict[str, float] = json.loads(said.getvalue().splitlines()[-1])
    return found
