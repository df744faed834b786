"""Asking a source to mend its own record, until it has taken the request."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from appeals.enums import CorrectionState
from appeals.models import SourceCorrection

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 20
LONGEST_WAIT = timedelta(hours=6)


def claim_correction(correction_id: int) -> SourceCorrection | None:
    """Take a due correction for sending; None when somebody else has it or it is done."""
    taken = (
        SourceCorrection.objects.due()
        .filter(pk=correction_id)
        .update(state=CorrectionState.SENDING, lease_until=timezone.now() + LEASE, attempts=F("attempts") + 1)
    )
    if not taken:
        return None
    return SourceCorrection.objects.select_related(
        "ruling__appeal__fact__family", "ruling__appeal__application__applicant", "ruling__new_fact"
    ).get(pk=correction_id)


@transaction.atomic
def record_correction_sent(correction: SourceCorrection) -> None:
    """Note that the source took the request. A late result of a lost lease changes nothing."""
    _held(correction).update(state=CorrectionState.SENT, sent_at=timezone.now(), lease_until=None, last_error="")


@transaction.atomic
def record_correction_not_sent(correction: SourceCorrection, *, error: str, permanent: bool) -> None:
    """Try again later; park what the source refuses, with its reason, for an officer to see."""
    if permanent or correction.attempts >= MAX_ATTEMPTS:
        _held(correction).update(state=CorrectionState.PARKED, lease_until=None, last_error=error)
        return
    wait = min(timedelta(seconds=30 * 2**correction.attempts), LONGEST_WAIT)
    _held(correction).update(
        state=CorrectionState.DUE, lease_until=None, last_error=error, due_at=timezone.now() + wait
    )


def _held(correction: SourceCorrection) -> Any:
    return SourceCorrection.objects.filter(
        pk=correction.pk, state=CorrectionState.SENDING, attempts=correction.attempts
    )
