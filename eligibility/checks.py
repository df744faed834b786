"""Why somebody must look at a participation: dates that came, a place that was lost, a decision that changed."""

from enum import StrEnum

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eligibility.enums import Outcome, ParticipationState
from eligibility.models import Participation, Recertification
from eligibility.models.participations import has_place
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent

KINDS = {
    ParticipationState.ACTIVE: "success",
    ParticipationState.CHECK: "warning",
    ParticipationState.SUSPENDED: "warning",
}


EVENTS: dict[str, Promise] = {
    "eligibility.participation.started": gettext_lazy("Begins to receive"),
    "eligibility.participation.recounted": gettext_lazy("Dates worked out again after a new decision"),
    "eligibility.participation.recertified": gettext_lazy("Data looked at again"),
    "eligibility.participation.asked_anew": gettext_lazy("An officer began to look at the data again"),
    "eligibility.participation.viewed": gettext_lazy("Opened"),
    "eligibility.participation.place_freed": gettext_lazy("The place fell free"),
    **{f"eligibility.participation.{state.value}": state.label for state in ParticipationState},
}


class Why(StrEnum):
    RECHECK = "recheck"
    LIMIT = "limit"
    PLACE = "place"
    DECISION = "decision"
    ANEW = "anew"


def kind_of(state: str) -> str:
    """The kind of the tag that shows a state."""
    return KINDS.get(ParticipationState(state), "neutral")


def why_check(participation: Participation) -> list[Why]:
    today = timezone.localdate()
    found = {
        Why.RECHECK: participation.recertify_on is not None and participation.recertify_on <= today,
        Why.LIMIT: participation.ends_on is not None and participation.ends_on <= today,
        Why.PLACE: not Participation.objects.filter(pk=participation.pk).filter(has_place()).exists(),
        Why.DECISION: participation.determination.outcome == Outcome.NOT_ELIGIBLE,
        Why.ANEW: is_against(open_look(participation)),
    }
    return [why for why, holds in found.items() if holds]


def open_look(participation: Participation) -> Recertification | None:
    """The look at this family that somebody has begun and nobody has confirmed."""
    looks = Recertification.objects.open().filter(participation=participation)
    return looks.select_related("participation", "rule_set", "compared_with__rule_set", "asked_by").first()


def is_against(look: Recertification | None) -> bool:
    """Whether the answer that was found would give the family nothing."""
    return look is not None and look.outcome == Outcome.NOT_ELIGIBLE


def said(whys: list[Why]) -> list[str]:
    words = {
        Why.RECHECK: _("The data must be looked at again."),
        Why.LIMIT: _("The time limit is used up."),
        Why.PLACE: _("The ranking gives this family no place any more."),
        Why.DECISION: _("The newest decision says that the family does not fit the conditions."),
        Why.ANEW: _("The data that was looked at again does not fit the conditions."),
    }
    return [words[why] for why in whys]


def hold_running(participation: Participation) -> Participation:
    """The row, held for a change. Refuses `not_running` when it is over."""
    held = Participation.objects.hold(participation.pk)
    if not held.is_running:
        raise DomainError(_("This family no longer receives the programme."), code="not_running")
    return held


def event_title(event: AuditEvent) -> Promise | str:
    return EVENTS.get(event.action, event.action)
