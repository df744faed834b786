"""Which simulations speak for a draft, and what they said: for the page of the draft and for its approval."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from eligibility.enums import SimulationState
from eligibility.models import Programme, RuleDraft, RuleSet, SimulatedDraft, Simulation
from eligibility.rules.document import RuleDocument
from eligibility.simulating import meet, rules_in_force
from eligibility.simulations.report import GAINED, LOST, TO_CHECK
from perlinsos.regions.models import Area, Level, Parameter

OLD = timedelta(days=366)  # of a snapshot: a year later families have others in them


def simulations_for(draft: RuleDraft, document: RuleDocument | None) -> list[SimulatedDraft]:
    """Those that count, newest first: of exactly this text, finished, where the programme runs, and against the
    rules that would hold on the first day otherwise."""
    if document is None:
        return []
    rows = draft.simulated.filter(sha256=draft.sha256, simulation__state=SimulationState.DONE)
    rows = rows.select_related("simulation__area", "simulation__snapshot").order_by("-simulation__finished_at")
    areas, rules = codes(draft.programme), rules_in_force(document.valid_from)
    return [
        one
        for one in rows.defer("document", "simulation__tally", "simulation__result")
        if _is_inside(one.simulation.area_id, areas) and one.simulation.given["rules"] == rules
    ]


def summary(draft: RuleDraft, document: RuleDocument) -> list[dict[str, Any]]:
    """What the newest one said in each area, small numbers hidden as in its report, and what it rests on."""
    found: dict[str, dict[str, Any]] = {}
    for one in simulations_for(draft, document):
        if one.simulation.area_id not in found:
            found[one.simulation.area_id] = _in_short(one, draft.programme)
    return list(found.values())


def not_simulated_in(programme: Programme, document: RuleDocument, counted: Iterable[SimulatedDraft]) -> list[str]:
    """Regencies that take part on the first day, where the programme runs, that no simulation covers."""
    served = Parameter.objects.in_force(document.valid_from).filter(name=Parameter.Name.SERVED, value=True)
    regencies = Area.objects.filter(level=Level.REGENCY, code__in=served.values("area_id")).order_by("code")
    areas, covered = codes(programme), [one.simulation.area_id for one in counted]
    return [
        area.name
        for area in regencies
        if _is_inside(area.code, areas) and not any(f"{area.code}.".startswith(f"{code}.") for code in covered)
    ]


def codes(programme: Programme) -> tuple[str, ...]:
    return tuple(programme.areas.values_list("code", flat=True))


def is_old(taken_at: datetime, *, now: datetime | None = None) -> bool:
    return (now or timezone.now()) - taken_at > OLD


# --- how ------------------------------------------------------------------------------------------
def _is_inside(code: str, areas: tuple[str, ...]) -> bool:
    return not areas or any(meet(code, area) for area in areas)


def _in_short(one: SimulatedDraft, programme: Programme) -> dict[str, Any]:
    simulation = Simulation.objects.select_related("area", "snapshot").defer("tally").get(pk=one.simulation_id)
    assert simulation.snapshot is not None  # noqa: S101 - a finished one has it, by constraint
    report = simulation.result["report"]
    against = RuleSet.objects.filter(pk__in=[pk for pk, _areas in simulation.given["rules"]], programme=programme)
    return {
        "simulation": str(simulation.public_id),
        "sha256": simulation.sha256,
        "area": str(simulation.area),
        "snapshot_on": timezone.localdate(simulation.snapshot.taken_at).isoformat(),
        "is_old": is_old(simulation.snapshot.taken_at),
        "rules_on": simulation.rules_on.isoformat(),
        "against": against.values_list("version", flat=True).first() or "",
        "families": report["families"],
        "effects": [_effect(effect) for effect in report["drafts"][one.place - 1]["effects"]],
    }


def _effect(effect: Mapping[str, Any]) -> dict[str, Any]:
    paid, due = effect["paid"], effect["due"]
    return {
        "programme": effect["programme"],
        "before": effect["before"]["eligible"],
        "after": effect["after"]["eligible"],
        **{move: effect["moves"][move] for move in (GAINED, LOST, TO_CHECK)},
        "difference": None if paid is None or due is None else due - paid,
    }
