"""What a family that receives is told, in time and in plain words."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from eligibility.enums import ParticipationState
from eligibility.models import Participation, Recertification
from eligibility.notices import tell_family


def tell_started(participation: Participation) -> None:
    with override(participation.application.language):
        names = {"programme": participation.programme}
        _tell(
            participation,
            what="started",
            title=_("%(programme)s: the result is final") % names,
            body=_("Your family now receives %(programme)s. Your duties are on your status page.") % names,
        )


def tell_recheck(participation: Participation) -> None:
    with override(participation.application.language):
        names = {"programme": participation.programme, "date": _day(participation.recertify_on)}
        _tell(
            participation,
            what=f"recheck:{participation.recertify_on}",
            title=_("Your data will be checked again"),
            body=_("%(programme)s: your data is checked again by %(date)s. Assistance goes on meanwhile.") % names,
        )


def tell_look(look: Recertification) -> None:
    """Somebody has begun to look; sources may be asked, and nothing is paused."""
    participation = look.participation
    with override(participation.application.language):
        names = {"programme": participation.programme}
        _tell(
            participation,
            what=f"look:{look.pk}",
            title=_("Your data is looked at again"),
            body=_("%(programme)s: an officer looks at your data again. Assistance goes on meanwhile.") % names,
        )


def tell_looked_at(look: Recertification) -> None:
    """The result; of another sum the decision itself tells."""
    participation = look.participation
    with override(participation.application.language):
        names = {"programme": participation.programme}
        _tell(
            participation,
            what=f"looked-at:{look.pk}",
            title=_("Your data was looked at again"),
            body=_("%(programme)s: your data was looked at again. Assistance goes on.") % names,
        )


def tell_end_is_near(participation: Participation) -> None:
    with override(participation.application.language):
        names = {"programme": participation.programme, "date": _day(participation.ends_on)}
        _tell(
            participation,
            what=f"ends:{participation.ends_on}",
            title=_("The time limit is near"),
            body=_(
                "%(programme)s: the time limit of your family is %(date)s. An officer looks at it first. "
                "Is somebody old or severely disabled? Tell the village office."
            )
            % names,
        )


def tell_left(participation: Participation) -> None:
    with override(participation.application.language):
        names = {
            "programme": participation.programme,
            "date": _day(participation.return_until),
            "again": _day(participation.apply_from),
        }
        _tell(
            participation,
            what=f"left:{participation.ended_on}",
            title=_("Your family stepped back from %(programme)s") % names,
            body=_("You can change your mind until %(date)s. You can apply again from %(again)s.") % names,
        )


def tell_state(participation: Participation, *, reason: str) -> None:
    """Paused or going on again, with the reason in words. Of an end the next ranking tells."""
    with override(participation.application.language):
        names = {"programme": participation.programme, "reason": reason}
        is_paused = participation.state == ParticipationState.SUSPENDED
        title = _("%(programme)s is paused") if is_paused else _("%(programme)s goes on")
        _tell(
            participation,
            what=f"{participation.state}:{participation.updated_at:%Y%m%d%H%M%S}",
            title=title % names,
            body=_("Reason: %(reason)s. If this is not right, ask at the village office.") % names,
        )


def tell_returned(participation: Participation) -> None:
    """The family took stepping back back. What was paused before is paused still."""
    with override(participation.application.language):
        is_paused = participation.state == ParticipationState.SUSPENDED
        still_paused = _("your family is back, and payments were paused before it stepped back")
        tell_state(participation, reason=still_paused if is_paused else _("your family changed its mind"))


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""


def _tell(participation: Participation, *, what: str, title: str, body: str) -> None:
    tell_family(participation.application, key=f"participation:{participation.pk}:{what}", title=title, body=body)
