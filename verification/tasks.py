"""Work of verification. Every task may run twice or not at all: the row decides, the sweep finds it."""

from celery import shared_task

from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core import files, jobs
from verification import asking, connectors, looking, retaining
from verification.services import (
    breaker,
    duplicates,
    faces,
    fairness,
    family_cards,
    rechecks,
    retention,
    sources,
    stale,
    templates,
)


def _worker() -> User:
    return service_account("verification")


@shared_task(name="verification.fetch_family_card")
def fetch_family_card(*, application_id: int) -> None:
    asking.fetch_family_card(application_id, by=_worker())


@shared_task(name="verification.start_matching")
def start_matching(*, application_id: int) -> None:
    sources.start_matching(application_id, by=_worker())


@shared_task(name="verification.ask_source")
def ask_source(*, source_request_id: int) -> None:
    asking.ask_source(source_request_id, by=_worker())


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


@shared_task(name="verification.search_duplicates")
def search_duplicates(*, face_check_id: int) -> None:
    template = templates.enrol_template(face_check_id, by=_worker())
    if template is not None and template.searched_at is None:
        duplicates.search_duplicates(template, by=_worker())


@shared_task(name="verification.search_widely")
def search_widely() -> None:
    if duplicates.search_widely(by=_worker()):
        jobs.enqueue("verification.search_widely")


@shared_task(name="verification.sweep_duplicates")
def sweep_duplicates() -> None:
    duplicates.sweep()


@shared_task(name="verification.fold_gallery")
def fold_gallery() -> None:
    templates.fold_gallery()


@shared_task(name="verification.erase_templates")
def erase_templates() -> None:
    retention.erase_due_templates(by=_worker())


@shared_task(name="verification.sweep_retention")
def sweep_retention() -> None:
    files.finish_removals()
    for applications in retaining.pages():
        retention.erase_pictures(applications, by=_worker())


@shared_task(name="verification.sweep_faces")
def sweep_faces() -> None:
    faces.sweep()


@shared_task(name="verification.sweep_rechecks")
def sweep_rechecks() -> None:
    rechecks.sweep()


@shared_task(name="verification.ask_register_again")
def ask_register_again() -> None:
    rechecks.ask_register_again(by=_worker())


@shared_task(name="verification.watch_fairness")
def watch_fairness() -> None:
    fairness.watch(by=_worker())


@shared_task(name="verification.sweep_sources")
def sweep_sources() -> None:
    sources.sweep()


@shared_task(name="verification.sweep_stale_facts")
def sweep_stale_facts() -> None:
    stale.ask_stale_again()


@shared_task(name="verification.forget_calls")
def forget_calls() -> None:
    breaker.forget_calls()


@shared_task(name="verification.sweep_family_cards")
def sweep_family_cards() -> None:
    family_cards.sweep()
