"""Seeing one result without an account: proof number plus birth date open it for a quarter of an hour.

The grant lives in the session, so it ends with the browser; each look renews it.
"""

import secrets
import time
from datetime import date

from django.http import HttpRequest

from enrollment.models import Application

KEY = "granted_applications"
UNTIL = "granted_until"
IDLE_SECONDS = 15 * 60
NOBODY = "0000-00-00"


def find(code: str, birth_date: date) -> Application | None:
    """The sent application with this proof number, when the applicant was born that day."""
    application = Application.objects.received().select_related("applicant").filter(receipt_code=code).first()
    person = application.applicant if application else None
    is_theirs = secrets.compare_digest(person.birth_date if person else NOBODY, birth_date.isoformat())
    return application if is_theirs else None


def grant(request: HttpRequest, application: Application) -> None:
    """Let this browser see the application for a while."""
    request.session.cycle_key()  # a session fixed by somebody else gains nothing
    request.session[KEY] = sorted({*_still_granted(request), str(application.public_id)})
    request.session[UNTIL] = time.time() + IDLE_SECONDS


def of(request: HttpRequest) -> list[str]:
    """Public ids of the applications this browser may see; asking renews the quarter of an hour."""
    public_ids = _still_granted(request)
    if public_ids:
        request.session[UNTIL] = time.time() + IDLE_SECONDS
    return public_ids


def granted(request: HttpRequest, application: Application) -> bool:
    """Whether this browser may see the application."""
    return str(application.public_id) in of(request)


def _still_granted(request: HttpRequest) -> list[str]:
    return list(request.session.get(KEY, [])) if time.time() < request.session.get(UNTIL, 0) else []
