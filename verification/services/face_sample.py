"""The honest error sample: a few accepted faces, drawn by chance, are looked at by officers all the same."""

from django.db import transaction

from perlinsos.accounts.models import User
from perlinsos.core import audit, jobs
from perlinsos.core.models import StoredFile
from verification.enums import CheckState
from verification.models import SAMPLE, FaceCheck


@transaction.atomic
def draw(accepted: FaceCheck, reference: StoredFile | None, *, by: User) -> FaceCheck:
    """Have an officer look at an accepted face beside the register's photograph, without being told what the
    machine said. Nothing changes for the person meanwhile. For the worker that compared them.

    Without `reference` (Dukcapil compared, and sent none) a worker asks for it first; where there is
    none the officer compares with the identity card.
    """
    sample = FaceCheck.objects.create(
        application=accepted.application,
        selfie=accepted.selfie,
        reference=reference,
        recheck_of=accepted,
        state=CheckState.QUEUED if reference is None else CheckState.REVIEW,
        reason=SAMPLE,
    )
    audit.record("verification.face_check.sampled", subject=sample, by=by)
    if reference is None:
        jobs.enqueue("verification.compare_face", face_check_id=sample.pk)
    return sample
