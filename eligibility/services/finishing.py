"""Making the result of a batch final, when nobody can object any more."""

from django.db import transaction

from eligibility import permissions
from eligibility.enums import BatchState
from eligibility.models import Batch
from perlinsos.accounts.models import User
from perlinsos.core import access, jobs, workflow


@transaction.atomic
def finish_batch(batch: Batch, *, by: User) -> Batch:
    """From now on a place that is held is kept, and whoever is funded begins to receive.

    For the worker that closes objection windows. A batch that is final already is left alone, so it may run twice.
    """
    access.ensure(permissions.can_finish(by, batch))
    # As narrow as the lock may be: an order of the batch that is being drawn refers to it.
    batch = Batch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    if batch.state == BatchState.ANNOUNCED:
        batch = workflow.move(batch, BatchState.FINAL, by=by)
        jobs.enqueue("eligibility.start_participations", batch_id=batch.pk)
    return batch
