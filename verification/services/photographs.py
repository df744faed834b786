"""Letting people see stored photographs, with a record of every member of staff who did.

A file has no owner of its own: whoever may see the case that holds it may see it.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.core.models import StoredFile
from verification import permissions
from verification.models import DuplicateCandidate, FaceCheck, FaceRecording

VIEWED = "verification.photograph.viewed"


@dataclass(frozen=True)
class _Found:
    file: StoredFile
    application: Application


@transaction.atomic
def open_photograph(public_id: UUID, *, page: str = "", by: User) -> StoredFile | None:
    """The file, for whoever may see the case it belongs to; absent, removed and forbidden are all None.

    Everybody leaves a trace in the case, the family too: who, when, which file, and the name of the
    `page` it was shown on, empty when it was opened by itself.
    """
    found = (
        _document(public_id, by) or _reference(public_id, by) or _frame(public_id, by) or _handed_over(public_id, by)
    )
    if found is None or found.file.removed_at is not None:
        return None
    audit.record(VIEWED, subject=found.application, by=by, file=str(public_id), page=page)
    return found.file


def _document(public_id: UUID, viewer: User) -> _Found | None:
    """What was handed in with a case that `viewer` may see."""
    application = Application.objects.visible_to(viewer).filter(documents__file__public_id=public_id).first()
    return None if application is None else _Found(StoredFile.objects.get(public_id=public_id), application)


def _reference(public_id: UUID, viewer: User) -> _Found | None:
    """The register's photograph, for whoever compares faces. Not for the family: a thief of their phone
    would get the very picture to be compared with."""
    if not permissions.can_see_faces(viewer):
        return None
    checks = FaceCheck.objects.visible_to(viewer).filter(reference__public_id=public_id)
    check = checks.select_related("reference", "application").first()
    return None if check is None or check.reference is None else _Found(check.reference, check.application)


def _frame(public_id: UUID, viewer: User) -> _Found | None:
    """A picture of a recording, for whoever compares faces; the family has the one that stands for it."""
    if not permissions.can_see_faces(viewer):
        return None
    recordings = FaceRecording.objects.visible_to(viewer).filter(frames__file__public_id=public_id)
    recording = recordings.select_related("application").first()
    return None if recording is None else _Found(StoredFile.objects.get(public_id=public_id), recording.application)


def _handed_over(public_id: UUID, viewer: User) -> _Found | None:
    """A picture of a pair that a coordinator answers, who sees no other page of the case."""
    for candidate in DuplicateCandidate.objects.handed_to(viewer).showing(public_id):
        for check in candidate.checks:
            if check.selfie is not None and check.selfie.file.public_id == public_id:
                return _Found(check.selfie.file, check.application)
    return None
