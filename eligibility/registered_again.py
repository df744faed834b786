"""What decides whether a family may register again, and what it should know. Named in the settings, for enrolment."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eligibility import earlier, waiting_line
from eligibility.enums import BatchState, DepartureState, ParticipationState, Placement
from eligibility.models import BatchEntry, Determination, Participation, Quota, RankedEntry
from eligibility.models.participations import RUNNING
from eligibility.models.rankings import RankedEntryQuerySet
from enrollment.ended import Hold
from enrollment.models import Application


def holds() -> list[Hold]:
    """A registration goes on while the family receives, may come back, has a place, or its result is not final."""
    today = timezone.localdate()
    mine = Participation.objects.filter(application=OuterRef("pk"))
    left = mine.filter(state=ParticipationState.LEFT, released_at=None, return_until__gte=today)
    given = _places(OuterRef("pk")).filter(placement=Placement.FUNDED, entry__participation=None)
    entries = BatchEntry.objects.live().filter(application=OuterRef("pk"))
    return [
        Hold("receives", Exists(mine.filter(state__in=RUNNING)), _RECEIVES),
        Hold("may_return", Exists(left), _MAY_RETURN),
        Hold("not_final", Exists(entries.filter(batch__state=BatchState.ANNOUNCED)), _NOT_FINAL),
        Hold("has_place", Exists(given), _HAS_PLACE),
    ]


def hold_quotas(applications: Iterable[Application]) -> None:
    """Hold the quotas whose places these families may still get. The caller holds the applications already.

    Nobody draws an order meanwhile: who moves up just now has the place before `holds` is asked.
    """
    entries = BatchEntry.objects.announced().filter(application__in=list(applications))
    quotas = entries.order_by("batch__programme", "batch__area", "batch__quota")
    for pk in dict.fromkeys(quotas.values_list("batch__quota", flat=True)):
        Quota.objects.hold(pk)


def endings(application: Application) -> list[str]:
    """What ends with a registration, and from when each programme is possible again."""
    return [*_waiting(application), *_unannounced(application), *_later(application)]


# --- how ------------------------------------------------------------------------------------------
_RECEIVES = gettext_lazy("Your family receives assistance. You need not register again.")
_MAY_RETURN = gettext_lazy("You can still change your mind about stepping back. Afterwards you may register again.")
_NOT_FINAL = gettext_lazy("Your result is not final yet: the time to object is not over. Please wait until then.")
_HAS_PLACE = gettext_lazy("Your family has a place and will soon receive assistance. You need not register again.")


def _places(application: Application | OuterRef) -> RankedEntryQuerySet:
    """Where the family has a place or waits for one: `staying` of one family, without looking at all others."""
    mine = RankedEntry.objects.in_the_running().filter(entry__application=application, entry__is_cancelled=False)
    return mine.exclude(entry__departures__state=DepartureState.EFFECTIVE)


def _waiting(application: Application) -> Iterable[str]:
    places = _places(application).filter(placement=Placement.WAITING)
    for place in waiting_line.with_number(places.select_related("ranking__batch__programme")).order_by("pk"):
        names = {"programme": place.ranking.batch.programme, "number": place.number}
        yield _("%(programme)s: number %(number)d on the waiting list. This number then ends.") % names


def _unannounced(application: Application) -> Iterable[str]:
    """Decisions that nobody announced yet; the new registration is decided anew."""
    waiting = Determination.objects.current().known().unannounced().filter(application=application)
    for determination in waiting.select_related("programme").order_by("programme__code"):
        yield _("%(programme)s: the result that is not announced yet ends. Your data is checked anew.") % {
            "programme": determination.programme
        }


def _later(application: Application) -> Iterable[str]:
    today = timezone.localdate()
    for history in earlier.of_family(application).values():
        names = {"programme": str(history.programme)}
        if (day := history.apply_from) and day > today:
            names["date"] = date_format(day, "j F Y")
            yield _("%(programme)s: possible again from %(date)s, because your family stepped back.") % names
        elif history.is_used_up(today):
            yield (
                _(
                    "%(programme)s: the time limit is used up. It is possible again only for a family with somebody "
                    "who is old or severely disabled."
                )
                % names
            )
