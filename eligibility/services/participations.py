"""A family's time in a programme: it starts, is looked after, checked again, paused, and ends by a person."""

from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import checks, earlier, lifetimes, permissions, receiving_notices
from eligibility.enums import BatchState, DepartureReason, DepartureState, ParticipationState, Placement
from eligibility.models import Batch, Departure, Determination, Participation, RankedEntry
from eligibility.models.participations import END_NOTICE, RECHECK_NOTICE
from eligibility.rules.clock import Clock
from eligibility.rules.commitments import recertify_on
from eligibility.services import leaving, places, recertifications
from eligibility.services.holding import hold_applications
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, workflow
from perlinsos.core.errors import DomainError

AT_ONCE = 100


@transaction.atomic
def start_participations(batch_id: int, *, by: User) -> bool:
    """Begin for the next funded families of a final batch; True while some may be left.

    For the worker. It may run twice, and again when a place falls free and somebody moves up: by data that is too old
    by then, so that the family is looked at again from its first day on.
    """
    # Held before the applications, so as narrowly as may be: who draws an order holds these and refers to the batch.
    rows = Batch.objects.select_for_update(of=("self",), no_key=True)
    batch = rows.filter(pk=batch_id, state=BatchState.FINAL).first()
    if batch is None:
        return False
    begun = Participation.objects.filter(entry__batch=batch).values("entry")
    staying = RankedEntry.objects.staying()
    funded = staying.filter(ranking__batch=batch, placement=Placement.FUNDED, entry__is_cancelled=False)
    rows_left = funded.exclude(entry__in=begun).order_by("pk")
    held = hold_applications(rows_left.values_list("entry__application", flat=True)[:AT_ONCE])
    # Held, so that none ends while its family begins to receive: `rows_left` knows by now which did.
    named = rows_left.select_related("entry__application", "entry__programme", "determination")
    for place in named.filter(entry__application__in=held):
        _start(place, by=by)
    return len(held) == AT_ONCE


@transaction.atomic
def look_after(participation_id: int, *, by: User) -> None:
    """What is due for one participation: an agreed end, new dates, notices, a check, a place to free.

    For the worker; it may run twice. A date alone ends nothing: it only leads to an officer.
    """
    participation = Participation.objects.hold(participation_id)
    if not participation.is_running:
        if participation.released_at is None and not participation.may_return:
            _free_place(participation, by=by)
        return
    departure = Departure.objects.effective().filter(entry=participation.entry_id).first()
    if departure is not None:
        leaving.end_by(participation, departure, by=by)
        return
    participation = _recount(participation, by=by)
    _tell_in_time(participation)
    whys = checks.why_check(participation)
    if participation.state == ParticipationState.ACTIVE and whys:
        workflow.move(participation, ParticipationState.CHECK, by=by, reason=",".join(whys))


@transaction.atomic
def recertify(participation: Participation, *, by: User) -> Participation:
    """An officer confirms, by data that was looked at again, that assistance goes on for the next period.

    What was found anew holds from now on. Refused with `not_running`, `limit_reached` once the time is used
    up, `not_funded` where the family has no place or the answer is against it (then only an end, or a
    decision that changes, helps), and as `recertifications.confirm` does.
    """
    access.ensure(permissions.can_look_after(by, participation.application))
    participation = checks.hold_running(participation)
    look = recertifications.confirm(participation, by=by)
    participation = _recount(participation, by=by)
    whys = checks.why_check(participation)
    if checks.Why.LIMIT in whys:
        message = _("The time limit of this family is used up. It graduates, or its data shows that it is exempt.")
        raise DomainError(message, code="limit_reached")
    if {checks.Why.PLACE, checks.Why.DECISION} & set(whys):
        raise DomainError(_("The newest decision gives this family no place any more."), code="not_funded")
    today = timezone.localdate()
    limit = lifetimes.limit_of(participation.determination)
    again = recertify_on(limit, today) if limit else None
    if participation.state == ParticipationState.CHECK:
        participation = workflow.move(
            participation, ParticipationState.ACTIVE, by=by, checked_on=today, recertify_on=again
        )
    else:
        participation.checked_on, participation.recertify_on = today, again
        participation.save(update_fields=["checked_on", "recertify_on", "updated_at"])
    audit.record("eligibility.participation.recertified", subject=participation, by=by, look=look.pk)
    receiving_notices.tell_looked_at(look)
    return participation


@transaction.atomic
def suspend(participation: Participation, *, reason: str, by: User) -> Participation:
    """Pause the payments, with a reason the family reads. For officers of the area. Time does not count meanwhile."""
    access.ensure(permissions.can_look_after(by, participation.application))
    participation = _move_clock(checks.hold_running(participation), ParticipationState.SUSPENDED, reason=reason, by=by)
    receiving_notices.tell_state(participation, reason=reason)
    return participation


@transaction.atomic
def resume(participation: Participation, *, reason: str, by: User) -> Participation:
    """Let the payments go on. For officers of the area."""
    access.ensure(permissions.can_look_after(by, participation.application))
    participation = _move_clock(checks.hold_running(participation), ParticipationState.ACTIVE, reason=reason, by=by)
    receiving_notices.tell_state(participation, reason=reason)
    return participation


# --- how ------------------------------------------------------------------------------------------
def _start(place: RankedEntry, *, by: User) -> None:
    application, answer = place.entry.application, place.determination
    before = earlier.of_family(application).get(place.entry.programme.code)
    current = Determination.objects.current().known().filter(application=application, programme=answer.programme_id)
    answer = current.select_related("rule_set").first() or answer
    today = timezone.localdate()
    clock = Clock(today, days_before=before.days if before else 0)
    checked_on = timezone.localdate(answer.decided_at)
    found = lifetimes.dates(clock, answer, checked_on=checked_on, on=today, was=lifetimes.Was())
    if lifetimes.rests_on_old_data(answer, today) and _has_waited(place):
        found = replace(found, recertify_on=today)
    participation = Participation.objects.create(
        entry=place.entry,
        application=application,
        programme_id=answer.programme_id,
        determination=answer,
        started_on=today,
        days_before=clock.days_before,
        checked_on=checked_on,
        **found.as_fields(),
    )
    audit.record("eligibility.participation.started", subject=participation, by=by, application=application.pk)
    receiving_notices.tell_started(participation)


def _has_waited(place: RankedEntry) -> bool:
    """Whether the family moved up from a waiting list, which may have taken months; others begin sooner."""
    return RankedEntry.objects.filter(entry=place.entry_id, placement=Placement.WAITING).exists()


def _recount(participation: Participation, *, by: User) -> Participation:
    """The dates under what was decided since; nothing when nothing was."""
    decided = (
        Determination.objects.current()
        .known()
        .filter(application=participation.application_id, programme=participation.programme_id)
    )
    newest = decided.filter(pk__gt=participation.determination_id).select_related("rule_set").first()
    if newest is None:
        return participation
    participation.determination = newest
    is_paused = participation.state == ParticipationState.SUSPENDED
    found = lifetimes.dates_of(participation, is_paused=is_paused, on=timezone.localdate(newest.decided_at))
    fields = {"determination": newest, **found.as_fields()}
    for name, value in fields.items():
        setattr(participation, name, value)
    participation.save(update_fields=[*fields, "updated_at"])
    audit.record(
        "eligibility.participation.recounted",
        subject=participation,
        by=by,
        determination=newest.pk,
        exempt=found.is_exempt,
    )
    return participation


def _tell_in_time(participation: Participation) -> None:
    """Once for each date; who is told too late, because the date moved nearer, is told at once."""
    today, told = timezone.localdate(), []
    recheck, end = participation.recertify_on, participation.ends_on
    if not participation.is_receiving:
        return
    if recheck and recheck <= today + RECHECK_NOTICE and participation.recertify_told != recheck:
        receiving_notices.tell_recheck(participation)
        participation.recertify_told = recheck
        told.append("recertify_told")
    if end and end <= today + END_NOTICE and participation.end_told != end:
        receiving_notices.tell_end_is_near(participation)
        participation.end_told = end
        told.append("end_told")
    if told:
        participation.save(update_fields=[*told, "updated_at"])


def _move_clock(participation: Participation, to: ParticipationState, *, reason: str, by: User) -> Participation:
    """Pause or go on, and the time with it."""
    found = lifetimes.dates_of(participation, is_paused=to == ParticipationState.SUSPENDED)
    return workflow.move(participation, to, by=by, reason=reason, **found.as_fields())


def _free_place(participation: Participation, *, by: User) -> None:
    """Nobody can come back any more: the place goes to the next family."""
    for proposed in Departure.objects.proposed().filter(entry=participation.entry_id):
        workflow.move(proposed, DepartureState.REFUSED, by=by, reason="stepped_back")
    place = RankedEntry.objects.staying().filter(entry=participation.entry_id).select_related("entry").first()
    if place is not None:
        places.release_place(place, reason=DepartureReason.OPTED_OUT, by=by)
    participation.released_at = timezone.now()
    participation.save(update_fields=["released_at", "updated_at"])
    audit.record("eligibility.participation.place_freed", subject=participation, by=by, entry=participation.entry_id)
