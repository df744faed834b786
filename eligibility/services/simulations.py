"""Simulations of drafts: everything that matters is fixed at the start, then chunk follows chunk."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import permissions
from eligibility.enums import SimulationState
from eligibility.models import SimulatedDraft, Simulation, Snapshot
from eligibility.populations import snapshots
from eligibility.populations.columns import KEY
from eligibility.rules.catalogue import CATALOGUE
from eligibility.rules.source import read_document
from eligibility.simulating import FEWEST_FAMILIES, Draft, given, outcome, study_of
from eligibility.simulations import sample
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area

MOST_DRAFTS = 3


@dataclass(frozen=True)
class Ground:
    """Where and on what: an area, a snapshot that has it (None: take one), and the day of the rules in force."""

    area: Area
    rules_on: date
    snapshot: Snapshot | None = None


@transaction.atomic
def start_simulation(drafts: Sequence[Draft], *, on: Ground, by: User) -> Simulation:
    """Begin to compare drafts with the rules in force, for officers, coordinators and policy staff of the area.

    Rules, parameters and drafts are fixed here. Refused: DocumentError for a draft that is no rules,
    with line and column; DomainError `too_many`, `other_area` for a snapshot of elsewhere, and
    `already_running`.
    """
    access.ensure(permissions.can_simulate(by, on.area))
    if not 1 <= len(drafts) <= MOST_DRAFTS:
        raise DomainError(_("Choose one to %(most)d drafts.") % {"most": MOST_DRAFTS}, code="too_many")
    if on.snapshot is not None and not f"{on.area.code}.".startswith(f"{on.snapshot.area_id}."):
        raise DomainError(_("This snapshot is of another area."), code="other_area")
    read = [read_document(draft.text) for draft in drafts]
    simulation = _create(on, given([document for _data, document in read], area=on.area, on=on.rules_on), by=by)
    SimulatedDraft.objects.bulk_create(
        SimulatedDraft(
            simulation=simulation,
            place=place,
            draft=draft.row,
            title=draft.title,
            document=data,
            sha256=draft.sha256,
        )
        for place, (draft, (data, _document)) in enumerate(zip(drafts, read, strict=True), start=1)
    )
    audit.record("eligibility.simulation.started", subject=simulation, by=by, drafts=[one.sha256 for one in drafts])
    jobs.enqueue("eligibility.advance_simulation", simulation_id=simulation.pk)
    return simulation


@transaction.atomic
def advance_simulation(simulation_id: int, *, by: User) -> bool:
    """One step: the snapshot, a chunk of families, or the report; whether more is left.

    For the worker. It commits whole or not at all, so it may be killed and may run twice; while
    another process holds the simulation it does nothing.
    """
    simulation = _held(simulation_id)
    if simulation is None or simulation.state != SimulationState.RUNNING:
        return False
    access.ensure(permissions.can_simulate(by, simulation.area))
    snapshots.take_time()
    if simulation.snapshot is None:
        _take_snapshot(simulation)
        return True
    if _count_chunk(simulation, simulation.snapshot):
        return True
    _finish(simulation, simulation.snapshot, by=by)
    return False


@transaction.atomic
def stop_simulation(simulation: Simulation, *, reason: str, by: User) -> Simulation:
    """Give a simulation up. For officers, coordinators and policy staff of the area."""
    access.ensure(permissions.can_simulate(by, simulation.area))
    return _stop(simulation, reason, by=by)


# --- how ------------------------------------------------------------------------------------------
def _create(on: Ground, fixed: dict[str, Any], *, by: User) -> Simulation:
    try:
        with transaction.atomic():
            return Simulation.objects.create(
                area=on.area,
                snapshot=on.snapshot,
                rules_on=on.rules_on,
                given=fixed,
                families=on.snapshot.families if on.snapshot else 0,
                started_by=by,
            )
    except IntegrityError as error:
        raise DomainError(_("A simulation of this area is under way already."), code="already_running") from error


def _held(simulation_id: int) -> Simulation | None:
    """The simulation, kept from other processes until this transaction ends; None while another one has it."""
    rows = Simulation.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.select_related("snapshot", "area").filter(pk=simulation_id).first()


def _take_snapshot(simulation: Simulation) -> None:
    snapshot = Snapshot.objects.create(area=simulation.area, facts=sorted(CATALOGUE), taken_at=timezone.now())
    snapshot.families = snapshots.fill(snapshot)
    snapshot.save(update_fields=["families", "updated_at"])
    simulation.snapshot, simulation.families = snapshot, snapshot.families
    simulation.save(update_fields=["snapshot", "families", "updated_at"])


def _count_chunk(simulation: Simulation, snapshot: Snapshot) -> int:
    """Count the next families of the snapshot; how many."""
    number = simulation.chunks + 1
    families = pl.read_parquet(snapshots.part(snapshot, number, after=simulation.done_through))
    if families.is_empty():
        return 0
    here = families.filter(pl.col(snapshots.VILLAGE).str.starts_with(f"{simulation.area_id}."))
    counted = Counter(simulation.tally) + study_of(simulation).count(here)
    simulation.tally = dict(counted)
    simulation.chunks = number
    simulation.counted += len(families)
    simulation.done_through = int(families[KEY][-1])
    simulation.save(update_fields=["tally", "chunks", "counted", "done_through", "updated_at"])
    return len(families)


def _stop(simulation: Simulation, reason: str, *, by: User) -> Simulation:
    simulation.reason = reason  # `move` keeps it in the audit trail only
    simulation.save(update_fields=["reason", "updated_at"])
    return workflow.move(
        simulation, SimulationState.STOPPED, by=by, reason=reason, tally={}, finished_at=timezone.now()
    )


def _finish(simulation: Simulation, snapshot: Snapshot, *, by: User) -> None:
    if simulation.tally.get("families", 0) < FEWEST_FAMILIES:
        reason = _("Fewer than %(count)d decided families are there.") % {"count": FEWEST_FAMILIES}
        _stop(simulation, reason, by=by)
        return
    findings = sample.found(snapshot, area=simulation.area_id, until=simulation.created_at)
    checked = snapshots.families(snapshot, findings[KEY].unique().sort().to_list())
    counts = Counter(simulation.tally) + study_of(simulation).compare(checked, findings)
    result, digest = outcome(simulation, snapshot, counts)
    workflow.move(
        simulation,
        SimulationState.DONE,
        by=by,
        result=result,
        sha256=digest,
        tally={},
        finished_at=timezone.now(),
    )
