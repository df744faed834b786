"""How far a case is: which sources have spoken, and whether we know who it is. Reading only."""

from dataclasses import dataclass
from typing import Literal

from enrollment.enums import ApplicationState
from enrollment.models import Application
from verification.enums import CheckState
from verification.models import FaceCheck, SourceRequest

Identity = Literal["verified", "pending", "review", "rejected"]

IDENTITIES: dict[str, Identity] = {
    CheckState.ACCEPTED: "verified",
    CheckState.CONFIRMED: "verified",
    CheckState.REVIEW: "review",
    CheckState.REJECTED: "rejected",
}
NOT_STARTED = (ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN)


@dataclass(frozen=True)
class Readiness:
    """`answered` of `total` sources have spoken; `waiting` names the others, by code and in a fixed order.

    "Not found" is an answer; a source that is down or was given up for the day is waited for, unless
    the decision does not need it.
    """

    total: int
    answered: int
    waiting: tuple[str, ...]
    identity: Identity
    is_ready: bool


def of(application: Application) -> Readiness:
    """Two queries. Ready means: the matching has begun, every source has spoken, the person is verified."""
    requests = list(SourceRequest.objects.matching().filter(application=application).order_by("source"))
    waiting = tuple(request.source for request in requests if not request.is_settled)
    is_held_up = any(request.is_blocking and not request.is_settled for request in requests)
    identity = identity_of(application)
    has_started = application.state not in NOT_STARTED
    return Readiness(
        total=len(requests),
        answered=len(requests) - len(waiting),
        waiting=waiting,
        identity=identity,
        is_ready=has_started and not is_held_up and identity == "verified",
    )


def identity_of(application: Application) -> Identity:
    """What the newest face check says; a picture that has to be taken again leaves it pending."""
    newest = FaceCheck.objects.filter(application=application).latest_first().values_list("state", flat=True).first()
    return IDENTITIES.get(newest or "", "pending")
