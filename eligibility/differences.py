"""Announced results that would be other ones today, as the newest full re-decision found them. Reads only.

Nothing follows from them by itself: officers see them here, and who receives is looked at again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from eligibility.contrasts import Contrast, Side, contrast, side_of
from eligibility.documents import document_of
from eligibility.models import RUNNING, BatchEntry, Determination, Participation, RunAnswer, RunChange, SnapshotRow
from eligibility.populations import ages
from eligibility.populations.columns import OUTCOMES
from enrollment.models import DECIDED_STATES, READERS, Application
from perlinsos.accounts import scoping
from perlinsos.accounts.models import User
from perlinsos.messages.names import mask_name


@dataclass(frozen=True)
class Row:
    """One family and programme; its name stays masked until the case is opened, which is on record."""

    application: Application
    name: str
    programme: str
    contrast: Contrast
    participation: Participation | None


def found_for(user: User, *, area: str = "", programme: str = "") -> QuerySet[RunChange]:
    """What staff of an area may see; the filters may be empty."""
    here = scoping.area_filter(user, roles=READERS, field="application__village_id")
    changes = _standing().filter(here)
    if area:
        changes = changes.filter(application__village__code__startswith=f"{area}.")
    if programme:
        changes = changes.filter(rules__rule_set__programme__code=programme)
    return changes.select_related(
        "application__applicant", "application__village", "rules__rule_set__programme", "rules__run__snapshot"
    )


def of_participation(participation: Participation) -> Contrast | None:
    """What the newest full re-decision found about one family that receives, if it is anything else."""
    programme = participation.programme_id
    found = _standing().filter(application=participation.application_id, rules__rule_set__programme=programme)
    changes = list(found.select_related("rules__rule_set", "rules__run__snapshot")[:1])
    return next(iter(_contrasts(changes).values()), None)


def rows(changes: Sequence[RunChange]) -> list[Row]:
    """Lines of a page, in three queries whatever their number."""
    contrasts = _contrasts(changes)
    held = Participation.objects.filter(application__in=[one.application_id for one in changes], state__in=RUNNING)
    receiving = {(one.application_id, one.programme_id): one for one in held}
    return [
        Row(
            application=change.application,
            name=mask_name(change.application.applicant.name) if change.application.applicant else "",
            programme=str(change.rules.rule_set.programme),
            contrast=contrasts[change.pk],
            participation=receiving.get((change.application_id, change.rules.rule_set.programme_id)),
        )
        for change in changes
    ]


# --- how ------------------------------------------------------------------------------------------
def _standing() -> QuerySet[RunChange]:
    """Announced in the programme and nothing was done about it; no later run said something else, no later
    decision either."""
    programme = OuterRef("rules__rule_set__programme")
    announced = BatchEntry.objects.announced().filter(application=OuterRef("application"), programme=programme)
    later = RunAnswer.objects.filter(
        application=OuterRef("application"), rules__rule_set__programme=programme, rules__run__gt=OuterRef("rules__run")
    )
    answer = RunAnswer.objects.filter(rules=OuterRef("rules"), application=OuterRef("application"))
    holds = Determination.objects.current().filter(
        application=OuterRef("application"),
        programme=programme,
        decided_at__lte=OuterRef("rules__run__snapshot__taken_at"),
    )
    words = Case(*(When(code=code, then=Value(word)) for code, word in enumerate(OUTCOMES)))
    changes = RunChange.objects.filter(
        Exists(announced), ~Exists(later), determination=None, settled_at__isnull=False,
        application__state__in=DECIDED_STATES,
    )  # fmt: skip
    marked: QuerySet[Any] = changes.annotate(
        code=Subquery(answer.values("outcome")[:1]),
        rupiah=Subquery(answer.values("amount_per_year")[:1]),
        holds=Subquery(holds.values("pk")[:1]),
        holds_outcome=Subquery(holds.values("outcome")[:1]),
        holds_rupiah=Subquery(holds.values("amount_per_year")[:1]),
    ).annotate(outcome=words)
    return marked.filter(
        ~Q(outcome=F("holds_outcome")) | ~Q(rupiah=F("holds_rupiah")), holds__isnull=False, code__isnull=False
    ).order_by("-pk")


def _contrasts(changes: Iterable[Any]) -> dict[int, Contrast]:
    """By change, in two queries: what holds, and what was known when the run began."""
    found = list(changes)
    decided = Determination.objects.select_related("rule_set").in_bulk([one.holds for one in found])
    snapshots = {one.rules.run.snapshot_id for one in found}
    known = SnapshotRow.objects.filter(snapshot__in=snapshots, application__in=[one.application_id for one in found])
    rows_known = {(row.snapshot_id, row.application_id): row for row in known}
    return {
        one.pk: contrast(
            side_of(decided[one.holds]), _then(one, rows_known[one.rules.run.snapshot_id, one.application_id])
        )
        for one in found
    }


def _then(change: Any, row: SnapshotRow) -> Side:
    run, rule_set = change.rules.run, change.rules.rule_set
    document, names = document_of(rule_set), run.snapshot.facts
    known = zip(names, row.values, row.ages or [None] * len(names), strict=True)
    values = {
        name: None if ages.is_too_old(document, name, age) else value
        for name, value, age in known
        if name in document.facts
    }
    return Side(change.outcome, change.rupiah, rule_set, change.rules.parameters, values)
