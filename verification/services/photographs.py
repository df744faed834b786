"""Letting people see stored photographs, with a record of every member of staff who did."""

from uuid import UUID

from django.db import transaction

from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.core.models import StoredFile
from verification import photographs


@transaction.atomic
def open_photograph(public_id: UUID, *, by: User) -> StoredFile | None:
    """The file, for whoever may see the case it belongs to; None otherwise. Staff leave a trace in the case."""
    shown = photographs.find(public_id, by)
    if shown is None:
        return None
    if by.kind == UserKind.STAFF:
        audit.record("verification.photograph.viewed", subject=shown.application, by=by, file=str(public_id))
    return shown.file
