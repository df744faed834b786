"""Letting people see stored photographs, with a record of every member of staff who did."""

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
class Shown:
    """A file somebody may see, and the case it belongs to."""

    file: StoredFile
    application: Application


@transaction.atomic
def open_photograph(public_id: UUID, *, by: User) -> Shown | None:
    """A document of a case `by` may see, or a reference photograph for whoever compares faces there.

    None when there is no such picture for this person. Looking is put on record for staff.
    """
    shown = _document(public_id, by) or _reference(public_id, by)
    if shown is not None and by.kind == UserKind.STAFF:
        audit.record("verification.photograph.viewed", subject=shown.application, by=by, file=str(public_id))
    return shown


def _document(public_id: UUID, viewer: User) -> Shown | None:
    application = Application.objects.visible_to(viewer).filter(documents__file__public_id=public_id).first()
    return None if application is None else Shown(StoredFile.objects.get(public_id=public_id), application)


def _reference(public_id: UUID, viewer: User) -> Shown | None:
    """The register's photograph is not the family's own: whoever holds their phone must not get it."""
    if not permissions.can_see_faces(viewer):
        return None
    checks = FaceCheck.objects.visible_to(viewer).filter(reference__public_id=public_id)
    check = checks.select_related("reference", "application").first()
    return None if check is None or check.reference is None else Shown(check.reference, check.application)
