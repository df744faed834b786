"""Simulations in a process of their own, so that their memory can be told: `SNAPSHOT_ID DISTRICT REPEATS`."""

import json
import shutil
import sys
import time
from typing import TYPE_CHECKING

import django
import yaml

from bench.engine_columnar import peak_mb

if TYPE_CHECKING:
    from eligibility.models import Simulation, Snapshot
    from eligibility.simulating import Draft

RULESETS = "eligibility/rulesets/pkh-2026-2.yaml"
CHANGES = ({"decile_limit": 5}, {"decile_limit": 3, "power_limit_va": 900})


def drafts() -> "list[Draft]":
    """PKH with the line moved outward, and inward."""
    from django.conf import settings

    from eligibility.simulating import Draft

    shipped = yaml.safe_load((settings.BASE_DIR / RULESETS).read_text(encoding="utf-8"))
    made: list[Draft] = []
    for change in CHANGES:
        parameters = {
            name: {**spec, "default": change.get(name, spec.get("default"))} if name in change else spec
            for name, spec in shipped["parameters"].items()
        }
        rules = {**shipped, "version": f"rancangan-{len(made) + 1}", "parameters": parameters}
        made.append(Draft(str(change), yaml.safe_dump(rules, sort_keys=False)))
    return made


def simulated(snapshot: "Snapshot") -> "tuple[Simulation, int, float, float]":
    """A whole simulation, as a worker does it step by step: row, steps, seconds, CPU seconds."""
    from bench.simulation import RULES_ON
    from eligibility.services import simulations
    from perlinsos.accounts.services import service_account

    by = service_account("eligibility")
    wall, cpu, steps = time.perf_counter(), time.process_time(), 1
    ground = simulations.Ground(snapshot.area, RULES_ON, snapshot)
    simulation = simulations.start_simulation(drafts(), on=ground, by=by)
    while simulations.advance_simulation(simulation.pk, by=by):
        steps += 1
    simulation.refresh_from_db()
    return simulation, steps, time.perf_counter() - wall, time.process_time() - cpu


def previewed(snapshot: "Snapshot", district: str) -> tuple[int, float, float]:
    """Families, seconds and CPU seconds of one look at a district, reading the drafts included."""
    from bench.simulation import RULES_ON
    from eligibility.rules.source import read_document
    from eligibility.simulating import preview
    from perlinsos.regions.models import Area

    wall, cpu = time.perf_counter(), time.process_time()
    documents = [read_document(draft.text)[1] for draft in drafts()]
    found = preview(documents, snapshot=snapshot, area=Area.objects.get(code=district), on=RULES_ON)
    return found.families, time.perf_counter() - wall, time.process_time() - cpu


def main(snapshot_id: int, district: str, repeats: int) -> None:
    django.setup()
    from eligibility.models import Snapshot
    from eligibility.populations import snapshots

    snapshot = Snapshot.objects.select_related("area").get(pk=snapshot_id)
    shutil.rmtree(snapshots.folder(snapshot), ignore_errors=True)
    _families, from_table, _cpu = previewed(snapshot, district)
    first, steps, regency, cpu = simulated(snapshot)
    again, _steps, seconds, _cpu = simulated(snapshot)
    looks = [previewed(snapshot, district) for _ in range(repeats)]
    said = {
        "from_table": from_table,
        "regency": regency,
        "regency_cpu": cpu,
        "steps": steps,
        "again": seconds,
        "is_same": bool(first.sha256) and first.sha256 == again.sha256,
        "families": first.counted,
        "district": looks[0][0],
        "previews": [look[1] for look in looks],
        "preview_cpus": [look[2] for look in looks],
        "rss_mb": peak_mb(),
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
