"""What only somebody who was there can know of a family: noted by an officer, decided from then on."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import permissions
from eligibility.rules.catalogue import NOTED
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit
from perlinsos.core.errors import DomainError
from verification import openness
from verification.connectors.base import FactValue
from verification.models import Fact
from verification.services import facts, readiness


@dataclass(frozen=True)
class Note:
    """A fact of the catalogue that is noted (`ground_check.…`), what was seen, what shows it, and when."""

    name: str
    value: int | bool
    evidence: str
    seen_on: date


@transaction.atomic
def write_note(application: Application, note: Note, *, by: User) -> Fact:
    """Note something about the family of an application; the decision follows when the case is complete.

    For officers of the area with no part in the application. Refused with `already_announced` once every
    programme is (then an objection or the page of those who receive leads on), `not_a_note`, `wrong_value`,
    `in_future`, `too_old`, and `older_note` when a newer one is on record.
    """
    access.ensure(permissions.can_note(by, application))
    held = readiness.hold(application.pk)
    if held.family is None or not _decides_something(held):
        message = _("Every result is announced already, so a note no longer decides anything here.")
        raise DomainError(message, code="already_announced")
    said = _checked(note)
    fact = facts.record_note(held.family, said, evidence=note.evidence.strip(), on=note.seen_on, by=by)
    audit.record("appeals.note.written", subject=held, by=by, fact=fact.pk, name=note.name)
    readiness.nudge_decision(held)
    return fact


def _decides_something(application: Application) -> bool:
    """Also before the sources are asked."""
    return application.state == ApplicationState.SUBMITTED or openness.is_open(application)


def _checked(note: Note) -> FactValue:
    kind = next((one for one in NOTED if one.name == note.name), None)
    if kind is None:
        raise DomainError(_("This cannot be noted by hand."), code="not_a_note")
    if not kind.admits(note.value):
        raise DomainError(_("This value is not possible."), code="wrong_value")
    today = timezone.localdate()
    if note.seen_on > today:
        raise DomainError(_("The day is not over yet. Choose today or an earlier day."), code="in_future")
    if note.seen_on < today - timedelta(days=kind.max_age_days):
        raise DomainError(_("This was seen too long ago to count. Look again."), code="too_old")
    return FactValue(kind.name, note.value, str(kind.unit))
