"""The honest error sample: a few accepted faces, drawn by chance, are looked at by officers all the same."""

from django.db import transaction

from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.core.models import StoredFile
from verification.enums import CheckState
from verification.models import SAMPLE, FaceCheck


@transaction.atomic
def draw(accepted: FaceCheck, reference: StoredFile | None, *, by: User) -> FaceCheck | None:
    """Have an officer look at an accepted face beside the register's photograph, without being told what the
    machine said. Nothing changes for the person meanwhile. For the worker that compared them."""
    if reference is None:
        return None
    sample = FaceCheck.objects.create(
        application=accepted.application,
        selfie=accepted.selfie,
        reference=reference,
        recheck_of=accepted,
        state=CheckState.REVIEW,
        reason=SAMPLE,
    )
    audit.record("verification.face_check.sampled", subject=sample, by=by)
    return sample
