"""From rows to what a simulation compares, and from its counts to the result that is kept."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility import parameters
from eligibility.documents import document_of
from eligibility.enums import DraftState, SimulationState
from eligibility.models import Programme, Quota, RuleDraft, RuleSet, Simulation, Snapshot
from eligibility.populations import snapshots
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.document import parse
from eligibility.simulations import standing
from eligibility.simulations.report import ENGINE, Report, fingerprint
from eligibility.simulations.study import Rules, Study
from eligibility.simulations.telling import report
from perlinsos.regions.models import Area, Parameter

COMPARED = 20  # simulations of a snapshot that a look at one of its districts is compared with
FEWEST_FAMILIES = 10  # below it everything would be hidden


@dataclass(frozen=True)
class Draft:
    """A rule document as somebody typed it; `row` when it is a draft on its way."""

    title: str
    text: str
    row: RuleDraft | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_kept(self) -> bool:
        """Whether it is the text of a draft on its way, not one that was only typed."""
        return self.row is not None and self.row.sha256 == self.sha256

    @property
    def is_frozen(self) -> bool:
        """Whether it waits for a second officer, so that nobody can save another text under it."""
        return self.is_kept and self.row is not None and self.row.state == DraftState.PROPOSED


def given(drafts: Sequence[RuleDocument], *, area: Area, on: date) -> dict[str, Any]:
    """Rules in force on a day, where they and the drafts run, and the parameters and quotas of an area."""
    rules = rules_in_force(on)
    rule_sets = RuleSet.objects.in_bulk([pk for pk, _areas in rules])
    documents = [*(document_of(rule_sets[pk]) for pk, _areas in rules), *drafts]
    names = frozenset[str]().union(*(document.regional_parameters for document in documents))
    around = [row for row in parameters.in_force(names, on=on) if meet(row.area_id or "", area.code)]
    rows = sorted(around, key=lambda row: (row.name, row.area_id or ""))
    return {
        "rules": rules,
        "draft_areas": [_draft_areas(draft) for draft in drafts],
        "parameters": [[row.name, row.area_id, row.value] for row in rows if type(row.value) is int],
        "quotas": _quotas(area, on),
    }


def rules_in_force(on: date) -> list[list[Any]]:
    """The versions that hold on a day, by key, each with the codes of the areas where it runs."""
    found = RuleSet.objects.in_force(on).filter(programme__is_active=True).order_by("programme__code")
    rows = found.select_related("programme").prefetch_related("programme__areas").defer("document")
    return [[rule_set.pk, sorted(area.code for area in rule_set.programme.areas.all())] for rule_set in rows]


def meet(one: str, other: str) -> bool:
    """Whether one area lies in the other, by their codes; the nation has none."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.") or not (one and other)


def study_of(simulation: Simulation) -> Study:
    """What a simulation compares, as it was fixed when it started."""
    drafts = [parse(draft.document) for draft in simulation.drafts.all()]
    return study(simulation.given, drafts)


def study(fixed: Mapping[str, Any], drafts: Sequence[RuleDocument]) -> Study:
    rule_sets = RuleSet.objects.in_bulk([pk for pk, _areas in fixed["rules"]])
    return Study(
        in_force=[Rules(document_of(rule_sets[pk]), tuple(areas)) for pk, areas in fixed["rules"]],
        drafts=[Rules(draft, tuple(areas)) for draft, areas in zip(drafts, fixed["draft_areas"], strict=True)],
        parameters=[Parameter(name=name, area_id=area, value=value) for name, area, value in fixed["parameters"]],
        quotas=quotas_of(fixed),
    )


def quotas_of(fixed: Mapping[str, Any]) -> dict[str, standing.Quota]:
    """By programme. A simulation that began before quotas were looked at has none."""
    return {
        code: standing.Quota(places, tuple(standing.Share(*share) for share in shares))
        for code, places, shares in fixed.get("quotas", [])
    }


def outcome(simulation: Simulation, snapshot: Snapshot, counts: Mapping[str, int]) -> tuple[dict[str, Any], str]:
    """The result with everything it rests on, and its fingerprint."""
    drafts = list(simulation.drafts.all())
    rule_sets = RuleSet.objects.in_bulk([pk for pk, _areas in simulation.given["rules"]])
    result = {
        "engine": ENGINE,
        "area": simulation.area_id,
        "snapshot": str(snapshot.public_id),
        "rules_on": simulation.rules_on.isoformat(),
        "in_force": [
            {"rules": str(rule_sets[pk]), "sha256": rule_sets[pk].sha256, "areas": areas}
            for pk, areas in simulation.given["rules"]
        ],
        "drafts": [
            {"title": draft.title, "sha256": draft.sha256, "areas": areas}
            for draft, areas in zip(drafts, simulation.given["draft_areas"], strict=True)
        ],
        "parameters": simulation.given["parameters"],
        "quotas": simulation.given.get("quotas", []),
        "report": report(counts, len(drafts), quotas=quotas_of(simulation.given)).as_json(),
    }
    return result, fingerprint(result)


def preview(drafts: Sequence[RuleDocument], *, snapshot: Snapshot, area: Area, on: date) -> Report:
    """The report for the families of one district, at once; nothing is kept, ground checks are left out.

    What differs by few families from what a kept simulation of this snapshot shows of the district is hidden.
    """
    fixed = given(drafts, area=area, on=on)
    counts = study(fixed, drafts).count(snapshots.within(snapshot, area.code))
    return report(counts, len(drafts), _shown_already(snapshot, area), quotas_of(fixed))


def _shown_already(snapshot: Snapshot, district: Area) -> Mapping[str, list[Mapping[str, Any]]]:
    """The moves of a district in each programme, as the newest simulations of a snapshot show them."""
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    done = Simulation.objects.filter(snapshot=snapshot, state=SimulationState.DONE).order_by("-pk")
    for drafts in done.values_list("result__report__drafts", flat=True)[:COMPARED]:
        for effect in (effect for draft in drafts for effect in draft["effects"]):
            rows = next(table["rows"] for table in effect["tables"] if table["dimension"] == "district")
            found[effect["programme"]] += [row["moves"] for row in rows if row["group"] == district.code]
    return found


def _quotas(area: Area, on: date) -> list[list[Any]]:
    """Of exactly this area: of a smaller one not everybody competes, of a larger one not all of them are here."""
    rows = Quota.objects.filter(area=area, valid_during__contains=on).select_related("programme")
    return [
        [
            row.programme.code,
            row.places,
            [[one.condition, one.area_id or "", one.places] for one in row.shares.exclude(percent=0).order_by("pk")],
        ]
        for row in rows.order_by("programme__code")
    ]


def _areas(programme: Programme) -> list[str]:
    return sorted(programme.areas.values_list("code", flat=True))


def _draft_areas(draft: RuleDocument) -> list[str]:
    """Where the programme runs; for a new one, what its document says."""
    programme = Programme.objects.filter(code=draft.programme).first()
    return _areas(programme) if programme else sorted(draft.areas)
