"""Contesting a fact: the appeal arrives already pointing at what the family says is wrong."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from appeals import permissions
from appeals.enums import AppealChannel
from appeals.models import Appeal, Evidence, ObjectionWindow
from eligibility.models import Determination
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, files
from perlinsos.core.errors import DomainError
from perlinsos.messages.services import tell
from perlinsos.regions.models import Parameter
from verification.models import Fact

DEFAULT_ANSWER_DAYS = 14  # the regency's time to verify an objection, docs/glossary.md
MAX_PHOTOS = 3


@dataclass(frozen=True)
class Objection:
    """What the family hands in: the value it says is right, in the unit of the fact, and why."""

    claimed_value: int | bool | str
    explanation: str = ""
    photos: tuple[bytes, ...] = field(default=())
    channel: AppealChannel = AppealChannel.PORTAL


@transaction.atomic
def lodge_appeal(determination: Determination, fact: Fact, objection: Objection, *, by: User) -> Appeal:
    """Record an objection against one fact of one determination, evidence in the same transaction.

    May be called by the family, or by an agent or operator of its village. Refused with
    `window_closed`, `fact_not_used`, `same_value`, `already_pending` or an InputError of a picture.
    """
    application = determination.application
    access.ensure(permissions.can_lodge(by, application))
    window = _open_window(determination)
    used = determination.facts.get(fact.name)
    if used is None or used["id"] != fact.pk:
        raise DomainError(_("The decision did not use this data."), code="fact_not_used")
    if objection.claimed_value == fact.value:
        raise DomainError(_("What you filled in is the same as the data. Fill in what is right."), code="same_value")
    appeal = _create(determination, fact, objection, window=window, by=by)
    for photo in objection.photos[:MAX_PHOTOS]:
        Evidence.objects.create(appeal=appeal, file=files.store_photo(photo), added_by=by)
    audit.record("appeals.appeal.lodged", subject=appeal, by=by, fact=fact.pk, channel=objection.channel)
    with override(application.language):
        tell(
            application,
            key=f"appeal-lodged:{appeal.pk}",
            title=_("Your objection has arrived"),
            body=_("Objection %(reference)s has arrived. We answer by %(date)s at the latest. This is free.")
            % {"reference": appeal.reference, "date": date_format(appeal.answer_by, "j F Y")},
            address=application.phone or "",
        )
    return appeal


def _open_window(determination: Determination) -> ObjectionWindow:
    window = ObjectionWindow.objects.covering(determination)
    if window is None:
        raise DomainError(_("You can object once the result is announced. We will tell you."), code="window_not_open")
    if not window.is_open:
        day = date_format(timezone.localtime(window.closes_at) - timedelta(seconds=1), "j F Y")
        raise DomainError(
            _("The time to object ended on %(date)s. Ask at the village office what you can still do.") % {"date": day},
            code="window_closed",
        )
    return window


def _create(
    determination: Determination, fact: Fact, objection: Objection, *, window: ObjectionWindow, by: User
) -> Appeal:
    village_code = determination.application.village_id or ""
    days = Parameter.objects.value(Parameter.Name.DECISION_DAYS, village_code) or DEFAULT_ANSWER_DAYS
    try:
        with transaction.atomic():
            return Appeal.objects.create(
                reference=_next_reference(),
                channel=objection.channel,
                application=determination.application,
                window=window,
                determination=determination,
                fact=fact,
                claimed_value=objection.claimed_value,
                explanation=objection.explanation or None,
                lodged_by=by,
                answer_by=timezone.localdate() + timedelta(days=days),
            )
    except IntegrityError as error:
        raise DomainError(_("You already asked us to check this. We are on it."), code="already_pending") from error


def _next_reference() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('appeals_reference')")
        (number,) = cursor.fetchone()
    return f"SGH-{timezone.localdate().year}-{number:06d}"
