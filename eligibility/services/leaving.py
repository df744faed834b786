"""How a participation ends: the family steps back, for a while reversibly, or two officers agree that it is over."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import checks, lifetimes, permissions, receiving_notices
from eligibility.enums import DepartureReason, ParticipationState
from eligibility.models import Departure, Participation, RankedEntry
from eligibility.rules.commitments import RETURN_DAYS, may_apply_from
from eligibility.services import places
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, workflow
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent


@transaction.atomic
def step_back(participation: Participation, *, statement: str, reason: str, by: User) -> Participation:
    """The family gives its place up, agreeing to the words in `statement`; it need not say why.

    For the family, or an agent of its village where it has no sign-in. The place is kept until the last
    day to change one's mind. Refused with `not_running`.
    """
    access.ensure(permissions.can_step_back(by, participation.application))
    participation = checks.hold_running(participation)
    today = timezone.localdate()
    limit = lifetimes.limit_of(participation.determination)
    participation = workflow.move(
        participation,
        ParticipationState.LEFT,
        by=by,
        statement=statement,
        ended_on=today,
        return_until=today + timedelta(days=limit.return_days if limit else RETURN_DAYS),
        apply_from=may_apply_from(limit, today) if limit else today,
        **lifetimes.dates_of(participation, is_paused=True).as_fields(),
    )
    if reason:
        participation.reason = reason
        participation.save(update_fields=["reason", "updated_at"])
    receiving_notices.tell_left(participation)
    return participation


@transaction.atomic
def take_back(participation: Participation, *, by: User) -> Participation:
    """Stand again as before stepping back, as if nothing had been; time away does not count.

    What an officer paused stays paused until an officer lets it go on.

    For whoever may step back. Refused with `too_late` when the last day is over.
    """
    access.ensure(permissions.can_step_back(by, participation.application))
    participation = Participation.objects.hold(participation.pk)
    if not participation.may_return:
        raise DomainError(_("The time to change your mind is over. Ask at the village office."), code="too_late")
    before = _state_before(participation)
    is_paused = before == ParticipationState.SUSPENDED
    participation = workflow.move(
        participation,
        before,
        by=by,
        statement="",
        ended_on=None,
        return_until=None,
        apply_from=None,
        **lifetimes.dates_of(participation, is_paused=is_paused).as_fields(),
    )
    participation.reason = None
    participation.save(update_fields=["reason", "updated_at"])
    receiving_notices.tell_returned(participation)
    return participation


@transaction.atomic
def propose_end(participation: Participation, *, reason: str, note: str, by: User) -> Departure:
    """Say that it is over: graduated, died, moved or removed. A second officer must agree.

    For officers of the area. Refused with `not_running`, `limit_not_reached` for a graduation before the
    time is used up, `no_cause` for a removal without a decision that says so, and as `release_place` does.
    """
    access.ensure(permissions.can_look_after(by, participation.application))
    participation = checks.hold_running(participation)
    whys = checks.why_check(participation)
    if reason == DepartureReason.GRADUATED and checks.Why.LIMIT not in whys:
        raise DomainError(_("The time limit of this family is not used up yet."), code="limit_not_reached")
    if reason == DepartureReason.REMOVED and not AGAINST & set(whys):
        message = _("No decision says that this family does not fit. Let it be decided first.")
        raise DomainError(message, code="no_cause")
    place = RankedEntry.objects.in_the_running().filter(entry=participation.entry_id).select_related("entry").first()
    if place is not None:
        return places.release_place(place, reason=reason, note=note, by=by)
    if Departure.objects.proposed().filter(entry=participation.entry_id).exists():
        raise DomainError(_("It is on record already that this family leaves."), code="already_left")
    # The ranking took the place already; what is still paid needs two people all the same.
    departure = Departure.objects.create(
        entry_id=participation.entry_id, reason=reason, note=note, takes_money=True, proposed_by=by
    )
    audit.record("eligibility.departure.proposed", subject=departure, by=by, reason=reason, entry=departure.entry_id)
    return departure


@transaction.atomic
def agree_to_end(participation: Participation, *, by: User) -> Participation:
    """A second officer agrees: the participation ends and the place goes to the next family, who is told.

    Refused with `nothing_proposed`, and as `confirm_departure` does.
    """
    access.ensure(permissions.can_look_after(by, participation.application))
    participation = checks.hold_running(participation)
    return end_by(participation, places.confirm_departure(_proposed(participation), by=by), by=by)


@transaction.atomic
def decline_end(participation: Participation, *, reason: str, by: User) -> None:
    """Disagree with an end, or take the own proposal back.

    For officers of the area. Refused with `nothing_proposed`.
    """
    access.ensure(permissions.can_look_after(by, participation.application))
    places.refuse_departure(_proposed(participation), reason=reason, by=by)


@transaction.atomic
def end_by(participation: Participation, departure: Departure, *, by: User) -> Participation:
    """End a participation whose departure is in effect. For whoever may agree to it, and the worker."""
    access.ensure(permissions.can_release(by, departure.entry, reason=departure.reason))
    today = timezone.localdate()
    fields = lifetimes.dates_of(participation, is_paused=True).as_fields()
    if departure.reason == DepartureReason.OPTED_OUT:
        limit = lifetimes.limit_of(participation.determination)
        said = departure.note or departure.get_reason_display()
        fields |= {"statement": said, "return_until": today}
        fields |= {"apply_from": may_apply_from(limit, today) if limit else today}
    return workflow.move(
        participation, END_STATES[departure.reason], by=by, ended_on=today, released_at=timezone.now(), **fields
    )


# --- how ------------------------------------------------------------------------------------------
AGAINST = frozenset({checks.Why.DECISION, checks.Why.PLACE, checks.Why.ANEW})
END_STATES: dict[str, ParticipationState] = {
    DepartureReason.OPTED_OUT: ParticipationState.LEFT,
    DepartureReason.DIED: ParticipationState.DIED,
    DepartureReason.MOVED: ParticipationState.MOVED,
    DepartureReason.GRADUATED: ParticipationState.GRADUATED,
    DepartureReason.REMOVED: ParticipationState.REMOVED,
}


def _state_before(participation: Participation) -> ParticipationState:
    """How it stood when the family stepped back; every step is on record."""
    label = Participation._meta.label_lower
    steps = AuditEvent.objects.filter(subject_type=label, subject_id=participation.pk)
    return ParticipationState(steps.filter(action=f"{label}.{ParticipationState.LEFT}").latest("pk").data["source"])


def _proposed(participation: Participation) -> Departure:
    rows = Departure.objects.proposed().filter(entry=participation.entry_id)
    departure = rows.select_related("entry__batch", "entry__application").first()
    if departure is None:
        raise DomainError(_("Nobody proposed an end, or it was answered already."), code="nothing_proposed")
    return departure
