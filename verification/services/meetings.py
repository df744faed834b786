"""The way on for somebody whose photograph did not show who it is."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from verification import permissions
from verification.models import FaceCheck
from verification.readiness import identity_of
from verification.services import faces


@transaction.atomic
def ask_to_meet(application: Application, *, by: User) -> FaceCheck:
    """Have people look again, papers and person side by side; nobody who turned the photo down answers.

    For the family, its agent, and the counter of village or Dinas Sosial. Asking again changes
    nothing; refused with `bad_transition` when it is certain who it is.
    """
    access.ensure(permissions.can_ask_to_meet(by, application))
    if identity_of(application) == "verified":
        raise DomainError(_("This step is not possible now."), code="bad_transition")
    return faces.open_meeting(application.pk, by=by)
