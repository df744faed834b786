"""Snapshots of invented families, as rows, and drafts of the shipped rules, as texts."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import yaml

from eligibility.models import Simulation, Snapshot, SnapshotRow
from eligibility.rules.catalogue import CATALOGUE
from eligibility.services import simulations
from eligibility.simulating import Draft
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import BANYUWANGI, KESILIR, LATENG
from tests.eligibility.documents import POOR_FAMILY, data

FIRST = 10_000_000  # application ids of invented rows begin behind it
RULES_ON = date(2026, 11, 1)


def snapshot_of(families: Iterable[Mapping[str, Any]], area: str = BANYUWANGI) -> Snapshot:
    """A poor family for each entry, with its changes (`pln__power_va=2200`), every third one in Lateng."""
    rows = [{name.replace("__", "."): value for name, value in family.items()} for family in families]
    names = sorted(CATALOGUE)
    snapshot = Snapshot.objects.create(area=factories.area(area), facts=names, families=len(rows))
    for village in (KESILIR, LATENG):
        factories.area(village)
    made = [{**POOR_FAMILY, **row} for row in rows]
    SnapshotRow.objects.bulk_create(
        SnapshotRow(
            snapshot=snapshot,
            application_id=FIRST + number,
            village_code=LATENG if number % 3 == 0 else KESILIR,
            head_sex="LP"[number % 2],
            head_age=25 + number % 60,
            values=[None if family.get(name) is None else int(family[name]) for name in names],
            fact_ids=[None] * len(names),
        )
        for number, family in enumerate(made, start=1)
    )
    return snapshot


def draft(name: str = "pkh-2026-2", **parameters: int) -> Draft:
    """The shipped rules with other defaults."""
    rules = data(name)
    for parameter, value in parameters.items():
        rules["parameters"][parameter]["default"] = value
    title = ", ".join(f"{parameter} {value}" for parameter, value in parameters.items())
    return Draft(title or name, yaml.safe_dump({**rules, "version": "rancangan"}, sort_keys=False))


def begin(drafts: list[Draft], snapshot: Snapshot | None, area: Area, by: User) -> Simulation:
    return simulations.start_simulation(drafts, on=simulations.Ground(area, RULES_ON, snapshot), by=by)


def finish(simulation: Simulation, by: User) -> Simulation:
    while simulations.advance_simulation(simulation.pk, by=by):
        pass
    simulation.refresh_from_db()
    return simulation
