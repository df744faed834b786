"""Work after appeals. Every task may run twice; the row decides."""

from celery import shared_task

from appeals.models import ObjectionWindow, SourceCorrection
from appeals.services import corrections, windows
from eligibility.enums import BatchState
from eligibility.models import Batch
from perlinsos.accounts.services import service_account
from perlinsos.core import jobs
from verification import connectors

AT_ONCE = 500


@shared_task(name="appeals.open_window")
def open_window(*, batch_id: int) -> None:
    batch = Batch.objects.filter(pk=batch_id, state=BatchState.ANNOUNCED).select_related("area").first()
    if batch is not None:
        windows.open_window(batch, by=service_account("appeals"))


@shared_task(name="appeals.sweep_windows")
def sweep_windows() -> None:
    opened = ObjectionWindow.objects.values("batch")
    for batch_id in (
        Batch.objects.filter(state=BatchState.ANNOUNCED).exclude(pk__in=opened).values_list("pk", flat=True)
    ):
        jobs.enqueue("appeals.open_window", batch_id=batch_id)


@shared_task(name="appeals.send_correction")
def send_correction(*, correction_id: int) -> None:
    if (correction := corrections.claim_correction(correction_id)) is None:
        return
    try:
        connectors.send_correction(corrections.question(correction), request_id=correction.public_id)
    except connectors.SourceError as error:
        corrections.record_correction_not_sent(correction, error=error.code, permanent=error.permanent)
        return
    corrections.record_correction_sent(correction)


@shared_task(name="appeals.sweep_corrections")
def sweep_corrections() -> None:
    for correction_id in SourceCorrection.objects.due().order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
        jobs.enqueue("appeals.send_correction", correction_id=correction_id)
