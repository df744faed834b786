"""Sending the application: once, completely, with a code the family can say on the phone."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from enrollment import permissions
from enrollment.enums import ApplicationState
from enrollment.models import Application
from enrollment.services import again
from enrollment.services.drafts import hold
from enrollment.services.family_step import enter_family
from perlinsos.accounts.models import User
from perlinsos.core import access, codes, jobs, workflow
from perlinsos.core.errors import DomainError
from perlinsos.messages.services import tell
from perlinsos.regions.models import Area

CODE_TRIES = 5
PREFIXES = {"35.10": "BWI", "51.02": "TAB"}


@transaction.atomic
def submit_application(application: Application, *, by: User) -> Application:
    """Send a complete draft, wake the matching and tell the family. Owner or agent.

    An earlier registration of the family ends in the same moment. Sending again returns what was
    sent. Refuses `incomplete` while a page has no answer, `bad_transition` after a withdrawal, and
    as `again.close_earlier` does, and `already_registered`.
    """
    access.ensure(permissions.can_fill(by, application))
    held = hold(application)
    if held.submitted_at is not None:
        return held
    if held.is_draft and (step := held.first_open_step()) is not None:
        raise DomainError(_("One part is not filled in yet."), code=f"incomplete_{step.value}")
    ended = again.close_earlier(held, by=by) if held.is_draft else []
    if held.is_draft:
        enter_family(held, by=by)
    sent = _send(held, by=by)
    _tell_received(sent, ended)
    jobs.enqueue("verification.start_matching", application_id=sent.pk)
    return sent


def _prefix_of(village: Area) -> str:
    """Three letters people connect with their regency: BWI, TAB, else the start of its name."""
    regency = village.regency_code
    if regency in PREFIXES:
        return PREFIXES[regency]
    name = Area.objects.filter(code=regency).values_list("name", flat=True).first() or "PSL"
    letters = "".join(filter(str.isascii, filter(str.isalpha, name.upper().rpartition(" ")[2])))
    return f"{letters}PSL"[:3]


def _send(held: Application, *, by: User) -> Application:
    prefix = _prefix_of(held.village) if held.village else "PSL"
    sent: dict[str, Any] = {"submitted_at": timezone.now(), "language": get_language() or held.language}
    for tries_left in reversed(range(CODE_TRIES)):
        try:
            with transaction.atomic():
                code = codes.new_code(prefix)
                return workflow.move(held, ApplicationState.SUBMITTED, by=by, receipt_code=code, **sent)
        except IntegrityError:  # the code is taken: one in 34 thousand million
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _tell_received(sent: Application, ended: list[Application]) -> None:
    with override(sent.language):
        body = gettext(
            "Social assistance: we received your registration. Proof number %(code)s. "
            "Result by %(date)s at the latest. Free of charge. Never give anyone an OTP or PIN."
        ) % {"code": sent.receipt_code, "date": date_format(sent.promised_on, "j M Y")}
        for earlier in ended:
            body += " " + gettext("Your earlier registration %(reference)s has ended.") % {
                "reference": earlier.reference
            }
        tell(
            sent,
            key=f"application-received:{sent.pk}",
            title=gettext("Your registration was received"),
            body=body,
            address=sent.phone or "",
        )
