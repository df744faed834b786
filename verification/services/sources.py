"""Asking the sources about an application that was sent: what is asked, by whom now, what came back.

The row is the truth. A claim holds a question for a lease; the answer counts only while the lease
does; a worker that dies leaves a row that becomes due again. Nothing here speaks HTTP.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from enrollment import services as enrollment
from enrollment.enums import ApplicationState
from enrollment.models import Application, BankAccount, Consent
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core import access, audit, jobs
from verification import permissions
from verification.connectors import CONNECTORS, arrangements
from verification.connectors.base import Account, Reply, Subjects
from verification.enums import Purpose, RequestState
from verification.models import MAX_ATTEMPTS, MAX_LOST_LEASES, SourceHealth, SourceRequest
from verification.models.sources import NO_CONSENT, SourceRequestQuerySet
from verification.rules import back_off, jitter
from verification.services import breaker, faces, facts, readiness, turns

LONGEST_WAIT = timedelta(minutes=10)
PARKED_FOR = timedelta(days=1)
PROMISE_LIMIT = timedelta(days=1)  # a source that promised to call back is asked again after this
AT_ONCE = 500


@dataclass(frozen=True)
class Claimed:
    """A question that is ours to put until its lease ends."""

    request: SourceRequest
    subjects: Subjects


@transaction.atomic
def start_matching(application_id: int, *, by: User) -> Application:
    """Begin: one question per source the family agreed to, and its own declarations as facts.

    For the worker. Doing it twice asks nothing twice; anything but a sent application is left alone.
    """
    held = readiness.hold(application_id)
    if held.state not in (ApplicationState.SUBMITTED, ApplicationState.MATCHING):
        return held
    if held.state == ApplicationState.SUBMITTED:
        held = enrollment.begin_matching(held, by=by)
        facts.record_declared(held, by=by)
    agreed = set(Consent.objects.filter(application=held, withdrawn_at=None).values_list("text__source", flat=True))
    for source, connector in CONNECTORS.items():
        if source in agreed:
            request, created = SourceRequest.objects.get_or_create(
                application=held,
                source=source,
                purpose=Purpose.MATCHING,
                defaults={"is_blocking": connector.is_blocking},
            )
            if created:
                jobs.enqueue("verification.ask_source", source_request_id=request.pk)
    faces.ensure_check(held, by=by)
    readiness.nudge_decision(held)
    return held


def claim_request(source_request_id: int) -> Claimed | None:
    """Take a question that is due. None when it is not, when somebody else has it, or its source is not to be called.

    The turn this takes is given back by recording what came of it.
    """
    request = claim_question(source_request_id)
    return None if request is None else Claimed(request, _subjects_of(request.application))


def claim_question(source_request_id: int, *, is_urgent: bool = False) -> SourceRequest | None:
    """The same for any purpose, without looking up whom it is about. Questions nobody may put are parked."""
    due = SourceRequest.objects.due().filter(pk=source_request_id)
    source = due.values_list("source", flat=True).first()
    if source is None:
        return None
    rest = breaker.claim_turn(source, is_urgent=is_urgent)
    if rest == breaker.NO_TURN:
        return None  # it stays due, and keeps its place
    if rest is not None:
        again = timezone.now() + rest + jitter(timedelta(seconds=3))
        due.update(state=RequestState.DUE, lease_until=None, due_at=again)  # no attempt is used up
        return None
    request = SourceRequest.objects.with_whom().take(source_request_id)
    if request is not None and (obstacle := _obstacle(request)):
        _put_off(request, error=obstacle, permanent=True, by=service_account("verification"))
        request = None
    if request is None:
        turns.give_back(source, was_called=False)
    return request


@transaction.atomic
def record_reply(asked: SourceRequest, reply: Reply, *, by: User) -> bool:
    """Keep an answer and its facts, and wake the decision if it was the last. For the worker that asked.

    A promise to answer later is kept as such. False when the lease was lost meanwhile: then the
    answer counts for nothing, somebody else asks.
    """
    asked.application = readiness.hold(asked.application_id)
    counts = settle(SourceRequest.objects.held(asked), asked, reply, by=by)
    if counts and not reply.is_promise:
        readiness.nudge_decision(asked.application)
    if reply.as_of is not None or reply.is_promise:
        breaker.record_success(asked.source, latency_ms=reply.latency_ms)
    else:
        turns.give_back(asked.source, was_called=False)  # we do not know whom to ask about
    return counts


@transaction.atomic(savepoint=False)
def settle(still: SourceRequestQuerySet, asked: SourceRequest, reply: Reply, *, by: User) -> bool:
    """Keep what `asked` brought if `still` finds the row in a state to take it; whether it did.

    For services that hold the application of the question.
    """
    now = timezone.now()
    state = RequestState.ANSWERED if reply.is_found else RequestState.NOT_FOUND
    values: dict[str, Any] = {"state": state, "answered_at": now}
    if reply.is_promise:
        values = {"state": RequestState.AWAITED, "due_at": now + PROMISE_LIMIT}
    if not still.update(lease_until=None, last_error="", updated_at=now, **values):
        return False
    if reply.is_promise:
        return True
    if reply.as_of is not None and asked.application.state != ApplicationState.WITHDRAWN:
        facts.record_facts(asked, reply.facts, as_of=reply.as_of, by=by)
    said = {"source": asked.source, "found": reply.is_found}
    audit.record("verification.source.answered", subject=asked.application, by=by, **said)
    return True


@transaction.atomic
def record_failure(asked: SourceRequest, *, error: str, permanent: bool, by: User) -> bool:
    """No answer: ask again later, or park the question when asking again is useless. For the worker.

    A parked question is never lost: it shows on the health page, an officer may ask again at once,
    and the sweep does after a day. False when the lease was lost meanwhile.
    """
    counts = _put_off(asked, error=error, permanent=permanent, by=by)
    if permanent:
        breaker.record_success(asked.source, error=error)  # it refuses this question, but it is there
    else:
        breaker.record_failure(asked.source, error=error)
    return counts


@transaction.atomic
def ask_again(source: str, *, by: User) -> int:
    """Make the parked questions of one source due now, in the officer's own area; how many."""
    access.ensure(permissions.can_ask_again(by))
    here = scoping.area_filter(by, roles=[Role.OFFICER], field="application__village_id")
    parked = SourceRequest.objects.parked().filter(here, source=source).order_by("due_at")
    revived = _revive(list(parked.values_list("pk", flat=True)[:AT_ONCE]))
    health, _created = SourceHealth.objects.get_or_create(source=source)
    audit.record("verification.source.asked_again", subject=health, by=by, count=revived)
    return revived


@transaction.atomic
def sweep() -> None:
    """Find what no message will come for: sent applications, due questions, questions parked for a day."""
    parked = SourceRequest.objects.parked().filter(due_at__lte=timezone.now())
    parked = parked.exclude(application__state=ApplicationState.WITHDRAWN).order_by("due_at")
    _revive(list(parked.values_list("pk", flat=True)[:AT_ONCE]))
    sent = Application.objects.filter(state=ApplicationState.SUBMITTED).order_by("submitted_at")
    for application_id in sent.values_list("pk", flat=True)[:AT_ONCE]:
        jobs.enqueue("verification.start_matching", application_id=application_id)
    for source in CONNECTORS:
        _wake(source, at_most=arrangements.of(source).at_once)


@transaction.atomic
def wake_next(source: str) -> None:
    """The next question to a source that has just been asked. For the worker: so a queue empties by itself."""
    _wake(source, at_most=1)


def _wake(source: str, *, at_most: int) -> None:
    due = SourceRequest.objects.matching().due().filter(source=source).order_by("pk")
    for request_id in due.values_list("pk", flat=True)[:at_most]:
        jobs.enqueue("verification.ask_source", source_request_id=request_id)


def _subjects_of(application: Application) -> Subjects:
    family, applicant = application.family, application.applicant
    assert family is not None  # a constraint of Application: what was sent has a family
    members = family.members.living().select_related("person").order_by("pk")
    card = family.card_numbers.filter(ended_on=None).first()
    return Subjects(
        applicant_nik=applicant.nik if applicant else None,
        kk_number=card.number if card else None,
        niks=tuple(member.person.nik for member in members if member.person.nik),
        account=_account_of(application),
    )


def _account_of(application: Application) -> Account | None:
    kept = BankAccount.objects.filter(application=application).first()
    if kept is None or kept.number is None or kept.holder is None:
        return None
    return Account(kept.bank, kept.number, kept.holder)


def _obstacle(asked: SourceRequest) -> str:
    """Why a claimed question must not be put: the family withdrew, or it kills whoever puts it."""
    if asked.lost_leases >= MAX_LOST_LEASES:
        return "worker_lost"
    if not asked.is_agreed:
        return NO_CONSENT
    return ""


@transaction.atomic
def _put_off(asked: SourceRequest, *, error: str, permanent: bool, by: User) -> bool:
    is_parked = permanent or asked.tries >= MAX_ATTEMPTS
    wait = PARKED_FOR if is_parked else back_off(asked.tries, longest=LONGEST_WAIT)
    now = timezone.now()
    counts = SourceRequest.objects.held(asked).update(
        state=RequestState.PARKED if is_parked else RequestState.DUE,
        lease_until=None,
        last_error=error,
        due_at=now + wait,
        updated_at=now,
    )
    if counts and is_parked:
        audit.record("verification.source.parked", subject=asked, by=by, source=asked.source, error=error)
    return bool(counts)


def _revive(ids: list[int]) -> int:
    return SourceRequest.objects.parked().filter(pk__in=ids).ask_anew()
