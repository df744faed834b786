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
from eligibility.simulating import FEWEST_FAMILIES, Draft, given, outcome, preview, study_of
from eligibility.simulations import sample
from eligibility.simulations.report import Report
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area

MOST_DRAFTS = 3
MOST_FAILURES = 5  # in a row; the sweep wakes a worker every half minute


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
    with line and column; DomainError `too_many`, `kept_only` for a typed text of who may not read the
    cases there, `other_area` for a snapshot of elsewhere, and `already_running`.
    """
    access.ensure(permissions.can_simulate(by, on.area))
    _ensure_may_try(drafts, on.area, by=by)
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
def preview_drafts(drafts: Sequence[Draft], *, district: Area, snapshot: Snapshot, rules_on: date, by: User) -> Report:
    """Try drafts on the families of one district at once. The numbers are not kept, but who asked for them is.

    For whom may simulate there. Refused as above: DocumentError, `too_many`, `kept_only`; and with
    `proposed_only` for a draft that is still being written, of who may not read the cases there.
    """
    access.ensure(permissions.can_simulate(by, district))
    _ensure_may_try(drafts, district, by=by)
    _ensure_may_look(drafts, district, by=by)
    documents = [read_document(draft.text)[1] for draft in drafts]
    audit.record(
        "eligibility.simulation.previewed",
        subject=snapshot,
        by=by,
        district=district.code,
        rules_on=rules_on.isoformat(),
        drafts=[draft.sha256 for draft in drafts],
    )
    return preview(documents, snapshot=snapshot, area=district, on=rules_on)


@transaction.atomic
def advance_simulation(simulation_id: int, *, by: User) -> bool:
    """One step: the snapshot, a chunk of families, or the report; whether more is left.

    For the worker. It commits whole or not at all, so it may be killed and may run twice; while
    another process holds the simulation it does nothing. What fails is told to `note_failure`.
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
def note_failure(simulation_id: int, *, by: User) -> None:
    """A step failed: after several in a row the simulation is given up, so that its area is free. For the worker."""
    simulation = _held(simulation_id)
    if simulation is None or simulation.state != SimulationState.RUNNING:
        return
    access.ensure(permissions.can_simulate(by, simulation.area))
    simulation.failures += 1
    simulation.save(update_fields=["failures", "updated_at"])
    if simulation.failures >= MOST_FAILURES:
        reason = _("Counting failed %(count)d times in a row. The administrators find the error in the log.")
        _stop(simulation, reason % {"count": MOST_FAILURES}, by=by)


@transaction.atomic
def stop_simulation(simulation: Simulation, *, reason: str, by: User) -> Simulation:
    """Give a simulation up. For officers, coordinators and policy staff of the area.

    Refused with `bad_transition` or `stale` once it is finished.
    """
    access.ensure(permissions.can_simulate(by, simulation.area))
    return _stop(simulation, reason, by=by)


# --- how ------------------------------------------------------------------------------------------
def _ensure_may_try(drafts: Sequence[Draft], area: Area, *, by: User) -> None:
    if not 1 <= len(drafts) <= MOST_DRAFTS:
        raise DomainError(_("Choose one to %(most)d drafts.") % {"most": MOST_DRAFTS}, code="too_many")
    if not all(draft.is_kept for draft in drafts) and not permissions.can_try_texts(by, area):
        message = _("Only who may read the cases of this area may try a typed text. Choose a draft instead.")
        raise DomainError(message, code="kept_only")


def _ensure_may_look(drafts: Sequence[Draft], district: Area, *, by: User) -> None:
    """A look takes a moment and keeps no numbers, so saving and looking again would be endless texts."""
    if not all(draft.is_frozen for draft in drafts) and not permissions.can_try_texts(by, district):
        message = _(
            "Only who may read the cases of this area may look at a district with a draft that is still being written."
            " Propose the draft first, or start a simulation."
        )
        raise DomainError(message, code="proposed_only")


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
    simulation.snapshot, simulation.families, simulation.failures = snapshot, snapshot.families, 0
    simulation.save(update_fields=["snapshot", "families", "failures", "updated_at"])


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
    simulation.failures = 0
    simulation.save(update_fields=["tally", "chunks", "counted", "done_through", "failures", "updated_at"])
    return len(families)


def _stop(simulation: Simulation, reason: str, *, by: User) -> Simulation:
    stopped = workflow.move(
        simulation, SimulationState.STOPPED, by=by, reason=reason, tally={}, finished_at=timezone.now()
    )
    stopped.reason = reason  # `move` keeps it in the audit trail only
    stopped.save(update_fields=["reason", "updated_at"])
    return stopped


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
