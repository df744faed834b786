"""Letting people see stored photographs, with a record of every member of staff who did.

A file has no owner of its own: whoever may see the case that holds it may see it.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from enrollment.models import Application
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.core.models import StoredFile
from verification import permissions
from verification.models import FaceCheck


@dataclass(frozen=True)
class _Found:
    file: StoredFile
    application: Application


@transaction.atomic
def open_photograph(public_id: UUID, *, by: User) -> StoredFile | None:
    """The file, for whoever may see the case it belongs to; absent, removed and forbidden are all None.

    Staff leave a trace in the case.
    """
    found = _document(public_id, by) or _reference(public_id, by)
    if found is None or found.file.removed_at is not None:
        return None
    if by.kind == UserKind.STAFF:
        audit.record("verification.photograph.viewed", subject=found.application, by=by, file=str(public_id))
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
