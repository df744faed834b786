"""Families that are asked to say again what only they know."""

from celery import shared_task

from eligibility.services import asking
from perlinsos.accounts.services import service_account
from perlinsos.core import jobs


@shared_task(name="eligibility.ask_families")
def ask_families(after_id: int = 0) -> None:
    last = asking.ask_families(by=service_account("eligibility"), after=after_id)
    if last is not None:
        jobs.enqueue("eligibility.ask_families", after_id=last)
