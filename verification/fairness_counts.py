"""How the checks of a period ended, counted by group in one query. Reads only."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import ExtractYear, Left
from django.utils import timezone

from verification.enums import CheckState
from verification.faces.codes import Reason
from verification.fairness_enums import Outcome
from verification.models import SAMPLE, TRIES_USED, FaceCheck

PERIOD = timedelta(days=30)
COMPARED = (Reason.UNCERTAIN, Reason.MISMATCH)
REGENCY_CODE = 5  # characters: "35.10"


def counted(where: Q, *, since: datetime, until: datetime | None = None) -> Iterable[Mapping[str, Any]]:
    """One row per regency and combination of groups: `regency sex age device light channel outcome people`.

    Each person counts once, by the newest check; `where` narrows the checks to an area.
    """
    wrong = FaceCheck.objects.filter(recheck_of=OuterRef("pk"), reason=SAMPLE, state=CheckState.REJECTED)
    manual = Q(selfie=None) | Q(reason=TRIES_USED)
    checks = FaceCheck.objects.newest().filter(where, created_at__gte=since, application__applicant__isnull=False)
    if until is not None:
        checks = checks.filter(created_at__lt=until)
    outcome = Case(
        When(manual, then=Value(Outcome.MANUAL.value)),
        When(Q(Exists(wrong), state=CheckState.ACCEPTED), then=Value(Outcome.WRONG.value)),
        When(state=CheckState.ACCEPTED, then=Value(Outcome.ACCEPTED.value)),
        When(state=CheckState.CONFIRMED, reason__in=COMPARED, then=Value(Outcome.LOST.value)),
        default=Value(Outcome.OTHER.value),
    )
    rows = checks.order_by().values(
        "light",
        regency=Left("application__village_id", REGENCY_CODE),
        sex=F("application__applicant__sex"),
        age=ExtractYear("created_at") - F("application__applicant__birth_year"),
        device=F("application__photo_device"),
        channel=F("application__channel"),
        outcome=outcome,
    )
    return rows.annotate(people=Count("pk"))


def by_regency(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["regency"]:
            found.setdefault(row["regency"], []).append(row)
    return found


def last_period() -> datetime:
    return timezone.now() - PERIOD
