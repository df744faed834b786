"""Work after appeals. Every task may run twice; the row decides."""

from celery import shared_task

from appeals.corrections import question
from appeals.models import ObjectionWindow, SourceCorrection
from appeals.services import corrections, windows
from perlinsos.accounts.services import service_account
from perlinsos.core import jobs
from verification import connectors

AT_ONCE = 500


@shared_task(name="appeals.open_window")
def open_window(*, batch_id: int) -> None:
    windows.open_window(batch_id, by=service_account("appeals"))


@shared_task(name="appeals.sweep_windows")
def sweep_windows() -> None:
    for batch_id in ObjectionWindow.objects.due():
        jobs.enqueue("appeals.open_window", batch_id=batch_id)


@shared_task(name="appeals.close_windows")
def close_windows() -> None:
    windows.close_windows(by=service_account("appeals"))


@shared_task(name="appeals.send_correction")
def send_correction(*, correction_id: int) -> None:
    if (correction := corrections.claim_correction(correction_id)) is None:
        return
    try:
        connectors.send_correction(question(correction), request_id=correction.public_id)
    except connectors.SourceError as error:
        corrections.record_correction_not_sent(correction, error=error.code, permanent=error.permanent)
        return
    corrections.record_correction_sent(correction)


@shared_task(name="appeals.sweep_corrections")
def sweep_corrections() -> None:
    for correction_id in SourceCorrection.objects.due().order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
        jobs.enqueue("appeals.send_correction", correction_id=correction_id)
