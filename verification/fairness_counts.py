"""How the checks of a period ended, counted by group in one query. Reads only."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import ExtractYear, Left
from django.utils import timezone

from verification.enums import CheckState
from verification.faces.codes import Reason
from verification.fairness_enums import Outcome
from verification.models import TRIES_USED, FaceCheck
from verification.models.faces import FaceCheckQuerySet

PERIOD = timedelta(days=30)
COMPARED = (Reason.UNCERTAIN, Reason.MISMATCH)
REGENCY_CODE = 5  # characters: "35.10"


def counted(where: Q, *, since: datetime, until: datetime | None = None) -> Iterable[Mapping[str, Any]]:
    """One row per regency and combination of groups: `regency sex age device grey channel outcome people`.

    Each person counts once, by the newest check, and once more by each answered check of the random
    sample; `where` narrows the checks to an area.
    """
    period = Q(where, created_at__gte=since, application__applicant__isnull=False)
    if until is not None:
        period &= Q(created_at__lt=until)
    everybody = _by_group(FaceCheck.objects.newest().filter(period), _outcome(), light=F("light"))
    # The row of the sample itself was measured by nobody: the light is that of the face the machine accepted.
    drawn = _by_group(FaceCheck.objects.sampled().filter(period), _sampled_outcome(), light=F("recheck_of__light"))
    return chain(everybody, drawn)


def _outcome() -> Case:
    """A face that officers found wrong in the sample stays wrong after the person was met and checked anew."""
    found_wrong = FaceCheck.objects.sampled().filter(application=OuterRef("application"), state=CheckState.REJECTED)
    confirmed = Q(state=CheckState.CONFIRMED)
    return Case(
        When(Exists(found_wrong), then=Value(Outcome.WRONG.value)),
        When(Q(selfie=None) | Q(reason=TRIES_USED), then=Value(Outcome.MANUAL.value)),
        When(state=CheckState.ACCEPTED, then=Value(Outcome.ACCEPTED.value)),
        When(confirmed, reason__in=COMPARED, then=Value(Outcome.LOST.value)),
        When(confirmed, reason=Reason.NOT_LIVE, then=Value(Outcome.STILL.value)),
        default=Value(Outcome.OTHER.value),
    )


def _sampled_outcome() -> Case:
    return Case(
        When(state=CheckState.REJECTED, then=Value(Outcome.SAMPLE_WRONG.value)),
        default=Value(Outcome.SAMPLE_RIGHT.value),
    )


def _by_group(checks: FaceCheckQuerySet, outcome: Case, *, light: F) -> Iterable[Mapping[str, Any]]:
    rows = checks.order_by().values(
        regency=Left("application__village_id", REGENCY_CODE),
        sex=F("application__applicant__sex"),
        age=ExtractYear("created_at") - F("application__applicant__birth_year"),
        device=F("application__photo_device"),
        channel=F("application__channel"),
        outcome=outcome,
        grey=light,
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
