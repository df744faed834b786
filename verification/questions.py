"""How far each source is with one family, in words an officer reads. Reading only."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.enums import ApplicationState
from enrollment.models import Application
from verification.enums import RequestState
from verification.models import SourceRequest
from verification.models.sources import NO_CONSENT

WORDS: dict[str, Promise] = {
    RequestState.DUE: _("Is asked as soon as there is a turn"),
    RequestState.RUNNING: _("Is being asked"),
    RequestState.AWAITED: _("Has promised an answer"),
    RequestState.ANSWERED: _("Has answered"),
    RequestState.NOT_FOUND: _("Does not know this family"),
    RequestState.PARKED: _("Gave no answer to many tries; is asked again every day"),
}
NOT_AGREED = _("Is not asked: the family no longer agrees")
ENDED = _("Is not asked any more: this registration has ended")
KINDS: dict[str, str] = {RequestState.ANSWERED: "success", RequestState.NOT_FOUND: "warning"}


@dataclass(frozen=True)
class Line:
    """One source: what it last said or is waited for, and when it spoke; `at` None while it has not."""

    source: str
    words: str | Promise
    kind: str
    at: datetime | None


def lines(application: Application) -> list[Line]:
    """Every source that was asked about the family, in a fixed order. One query."""
    asked = SourceRequest.objects.matching().filter(application=application).order_by("source")
    has_ended = application.state == ApplicationState.WITHDRAWN
    return [_line(request, has_ended=has_ended) for request in asked]


def _line(request: SourceRequest, *, has_ended: bool) -> Line:
    words: str | Promise = WORDS[request.state]
    if has_ended and not request.is_settled:
        words = ENDED
    elif request.state == RequestState.PARKED and request.last_error == NO_CONSENT:
        words = NOT_AGREED
    return Line(
        source=request.get_source_display(),
        words=words,
        kind=KINDS.get(request.state, "neutral"),
        at=request.answered_at if request.is_settled else None,
    )
