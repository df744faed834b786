"""The only writers of the registry of decrees."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.core import access, audit, files
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree


@transaction.atomic
def register_decree(decree: Decree, *, document: bytes | None, by: User) -> Decree:
    """Enter a signed decree (an unsaved Decree) with its scan, a PDF or photograph. For administrators.

    A registered decree is never changed: results were announced under it. Refused (InputError)
    when the scan cannot be read.
    """
    access.ensure(by.is_admin)
    if document is not None:
        decree.file = files.store_document(document)
    decree.save(force_insert=True)
    audit.record("decrees.decree.registered", subject=decree, by=by, kind=decree.kind, area=decree.area_id)
    return decree


@transaction.atomic
def revoke_decree(decree: Decree, *, by: User) -> None:
    """Take a decree out of force now: repealed, or entered wrongly. For administrators.

    What was announced under it stands. Its number may then be entered again.
    """
    access.ensure(by.is_admin)
    if not Decree.objects.filter(pk=decree.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise DomainError(_("This decree is no longer in force."), code="already_revoked")
    audit.record("decrees.decree.revoked", subject=decree, by=by)
