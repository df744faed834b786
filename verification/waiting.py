"""What the page shows while a selfie is compared: wait, go on, take it again, or an officer will look."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.utils import timezone

from enrollment.models import Document
from verification import wording
from verification.enums import CheckState
from verification.models import FaceCheck

LONG = timedelta(seconds=12)
GIVE_UP = timedelta(minutes=1)

Outcome = Literal["waiting", "confirmed", "retry", "review"]


@dataclass(frozen=True)
class Waiting:
    """`refresh_s` is how soon the page looks again, None when it no longer does by itself."""

    outcome: Outcome
    hint: str = ""
    is_long: bool = False
    refresh_s: int | None = None


def of(document: Document, check: FaceCheck | None) -> Waiting:
    """Without a check the message has not arrived yet, which to the person is the same as waiting."""
    if check is None or check.is_waiting:
        waited = timezone.now() - document.created_at
        is_long = waited > LONG
        return Waiting("waiting", is_long=is_long, refresh_s=None if waited > GIVE_UP else 5 if is_long else 2)
    if check.is_confirmed:
        return Waiting("confirmed")
    if check.state == CheckState.RETRY:
        return Waiting("retry", hint=wording.hint(check.reason))
    return Waiting("review")
