"""Families that receive: what is due for them."""

from celery import shared_task

from eligibility import queue
from eligibility.models import Participation, Recertification
from eligibility.services import participations, recertifications
from perlinsos.accounts.services import service_account
from perlinsos.core import jobs


@shared_task(name="eligibility.start_participations")
def start_participations(*, batch_id: int) -> None:
    if participations.start_participations(batch_id, by=service_account("eligibility")):
        jobs.enqueue("eligibility.start_participations", batch_id=batch_id)


@shared_task(name="eligibility.look_after_participation")
def look_after_participation(*, participation_id: int) -> None:
    participations.look_after(participation_id, by=service_account("eligibility"))


@shared_task(name="eligibility.answer_recertification")
def answer_recertification(*, recertification_id: int) -> None:
    recertifications.answer(recertification_id, by=service_account("eligibility"))


@shared_task(name="eligibility.sweep_participations")
def sweep_participations() -> None:
    """Families that begin to receive, and whatever fell due for those who do: dates, notices, places to free."""
    for batch_id in queue.unstarted_batches():
        jobs.enqueue("eligibility.start_participations", batch_id=batch_id)
    for participation_id in Participation.objects.due().order_by("pk").values_list("pk", flat=True)[: queue.AT_ONCE]:
        jobs.enqueue("eligibility.look_after_participation", participation_id=participation_id)
    looks = Recertification.objects.due().order_by("pk").values_list("pk", flat=True)
    for recertification_id in looks[: queue.AT_ONCE]:
        jobs.enqueue("eligibility.answer_recertification", recertification_id=recertification_id)
