"""The family card, asked for while the form is being filled in, so that a family need not type itself."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from enrollment import services as enrollment
from enrollment.enums import ApplicationState, FamilyCardState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core import jobs
from verification.connectors.register import FoundCard
from verification.enums import Purpose, RequestState, Source
from verification.models import SourceRequest
from verification.services import breaker, readiness, sources

AT_ONCE = 500
OPEN = (FamilyCardState.ASKED, FamilyCardState.UNAVAILABLE)


@dataclass(frozen=True)
class ClaimedCard:
    """The card of the person with this NIK is ours to ask for until the lease ends."""

    request: SourceRequest
    nik: str


def claim_card(application_id: int) -> ClaimedCard | None:
    """Take the question for a family card. None when it is not due, taken, answered, or Dukcapil rests."""
    wanted = Application.objects.filter(family_card_state__in=OPEN).exclude(state=ApplicationState.WITHDRAWN)
    application = wanted.select_related("applicant").filter(pk=application_id).first()
    if application is None or application.applicant is None or not application.applicant.nik:
        return None
    row, _created = SourceRequest.objects.get_or_create(
        application=application, source=Source.DUKCAPIL, purpose=Purpose.FAMILY_CARD
    )
    request = sources.claim_question(row.pk, is_urgent=True)
    if request is not None:
        return ClaimedCard(request, application.applicant.nik)
    if SourceRequest.objects.filter(pk=row.pk, state=RequestState.DUE, due_at__gt=timezone.now()).exists():
        _tell_unavailable(application, by=service_account("verification"))
    return None


@transaction.atomic
def record_card(asked: SourceRequest, found: FoundCard, *, by: User) -> bool:
    """Hand the card to the form. For the worker that asked. False when the lease was lost meanwhile."""
    breaker.record_success(asked.source, latency_ms=found.latency_ms)
    application = readiness.hold(asked.application_id)
    now = timezone.now()
    counts = SourceRequest.objects.held(asked).update(
        state=RequestState.NOT_FOUND if found.card is None else RequestState.ANSWERED,
        lease_until=None,
        last_error="",
        answered_at=now,
        updated_at=now,
    )
    if not counts:
        return False
    state = FamilyCardState.NOT_FOUND if found.card is None else FamilyCardState.RECEIVED
    enrollment.record_family_card(application, state=state, card=found.card, as_of=found.as_of, by=by)
    return True


@transaction.atomic
def record_no_card(asked: SourceRequest, *, error: str, permanent: bool, by: User) -> None:
    """Dukcapil did not answer: the person may type the family and go on, we keep asking. For the worker."""
    if sources.record_failure(asked, error=error, permanent=permanent, by=by):
        _tell_unavailable(asked.application, by=by)


@transaction.atomic
def sweep() -> None:
    """Find questions that are due, and forms that wait for a card nobody was told to fetch."""
    due = SourceRequest.objects.family_cards().due().order_by("due_at")
    ids = list(due.values_list("application_id", flat=True)[:AT_ONCE])
    asked = SourceRequest.objects.family_cards().filter(application=OuterRef("pk"))
    forgotten = Application.objects.filter(~Exists(asked), family_card_state=FamilyCardState.ASKED).order_by("pk")
    for application_id in [*ids, *forgotten.values_list("pk", flat=True)[:AT_ONCE]]:
        jobs.enqueue("verification.fetch_family_card", application_id=application_id)


def _tell_unavailable(application: Application, *, by: User) -> None:
    if application.family_card_state == FamilyCardState.ASKED:
        enrollment.record_family_card(application, state=FamilyCardState.UNAVAILABLE, by=by)
