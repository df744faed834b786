"""Whether a registration is over, so that the family may register again, and what ends when it does.

This layer does not know places, payments or objections: `settings.REGISTRATION_HOLDS` and
`settings.REGISTRATION_ENDINGS` name who does.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Case, Exists, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from enrollment.enums import ApplicationState
from enrollment.models import Application, Member
from enrollment.permissions import can_close
from perlinsos.accounts.models import User

UNDER_WAY, ENDED = "under_way", "ended"


@dataclass(frozen=True)
class Hold:
    """Why a registration goes on: `holds` is asked of the application `OuterRef("pk")`, `words` are for the family."""

    code: str
    holds: Exists
    words: str | Promise


@dataclass(frozen=True)
class Obstacle:
    """Why a family cannot register again yet."""

    code: str
    words: str | Promise


@dataclass(frozen=True)
class Ending:
    """A registration that a new one takes the place of, and what the family should know about that."""

    application: Application
    lines: tuple[str, ...]


def with_holds(applications: QuerySet[Application]) -> QuerySet[Any]:
    """Annotated with what `obstacle` reads, in the same query."""
    over = When(state=ApplicationState.WITHDRAWN, then=Value(ENDED))
    under_way = When(~Q(state=ApplicationState.ANNOUNCED), then=Value(UNDER_WAY))
    whens = [When(hold.holds, then=Value(hold.code)) for hold in _holds()]
    found: QuerySet[Any] = applications.annotate(held_by=Case(over, under_way, *whens, default=Value("")))
    return found


def obstacle(application: Any) -> Obstacle | None:
    """None when the registration is over. `application` comes from `with_holds`."""
    if not application.held_by:
        return None
    words = {hold.code: hold.words for hold in _holds()} | {
        UNDER_WAY: _("Your registration is still being worked on. You need not register again."),
        ENDED: _("This registration has ended already."),
    }
    return Obstacle(application.held_by, words[application.held_by])


def what_ends(application: Application) -> list[str]:
    """What a family that registers again should know, in sentences: what ends with `application`, what begins later."""
    return [line for path in settings.REGISTRATION_ENDINGS for line in import_string(path)(application)]


def by_sending(draft: Application) -> list[Ending]:
    """What ends the moment a draft is sent."""
    return [Ending(earlier, tuple(what_ends(earlier))) for earlier in Application.objects.before(draft)]


def is_beside(draft: Application) -> bool:
    """Whether the family is still that of an earlier registration, so that a draft only notes what it says."""
    return Application.objects.before(draft).exists() or Member.objects.noted_for(draft).exists()


def in_the_way(of: Application | None, found: Q, *, by: User) -> list[Any]:
    """Open registrations among `found` that a new one cannot take the place of, oldest first.

    What is over gives way to whoever may end it.
    """
    others = with_holds(Application.objects.still_open().filter(found).distinct())
    if of is not None:
        others = others.exclude(pk=of.pk)
    return [one for one in others.order_by("pk") if obstacle(one) or not can_close(by, one)]


def _holds() -> list[Hold]:
    return [hold for path in settings.REGISTRATION_HOLDS for hold in import_string(path)()]
