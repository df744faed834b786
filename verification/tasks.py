"""Work of verification. Every task may run twice or not at all: the row decides, the sweep finds it."""

from celery import shared_task

from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from verification import connectors, looking
from verification.services import faces, family_cards, sources


def _worker() -> User:
    return service_account("verification")


@shared_task(name="verification.fetch_family_card")
def fetch_family_card(*, application_id: int) -> None:
    if (claimed := family_cards.claim_card(application_id)) is None:
        return
    try:
        found = connectors.family_card(claimed.nik, request_id=claimed.request.public_id)
    except connectors.SourceError as error:
        family_cards.record_no_card(claimed.request, error=error.code, permanent=error.permanent, by=_worker())
        return
    family_cards.record_card(claimed.request, found, by=_worker())


@shared_task(name="verification.start_matching")
def start_matching(*, application_id: int) -> None:
    sources.start_matching(application_id, by=_worker())


@shared_task(name="verification.ask_source")
def ask_source(*, source_request_id: int) -> None:
    if (claimed := sources.claim_request(source_request_id)) is None:
        return
    request = claimed.request
    try:
        reply = connectors.ask(request.source, claimed.subjects, request_id=request.public_id)
    except connectors.SourceError as error:
        sources.record_failure(request, error=error.code, permanent=error.permanent, by=_worker())
        return
    sources.record_reply(request, reply, by=_worker())


@shared_task(name="verification.check_selfie")
def check_selfie(*, document_id: int) -> None:
    faces.open_check(document_id, by=_worker())


@shared_task(name="verification.open_manual_check")
def open_manual_check(*, application_id: int) -> None:
    faces.open_manual_check(application_id, by=_worker())


@shared_task(name="verification.compare_face")
def compare_face(*, face_check_id: int) -> None:
    if (claimed := faces.claim_check(face_check_id)) is None:
        return
    try:
        finding = looking.look(claimed)
    except connectors.SourceUnavailable:
        faces.record_postponed(claimed.check)
        return
    faces.record_finding(claimed.check, finding, by=_worker())


@shared_task(name="verification.sweep_faces")
def sweep_faces() -> None:
    faces.sweep()


@shared_task(name="verification.sweep_sources")
def sweep_sources() -> None:
    sources.sweep()


@shared_task(name="verification.sweep_family_cards")
def sweep_family_cards() -> None:
    family_cards.sweep()
