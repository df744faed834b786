"""How long what a family says of itself is believed, and whom to ask again before that is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import CharField, DateField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat, TruncDate
from django.utils import timezone

from eligibility import fresher_facts
from eligibility.documents import document_of
from eligibility.models import RuleSet
from eligibility.rules.catalogue import CATALOGUE
from enrollment.models import Application
from perlinsos.messages.enums import Channel
from perlinsos.messages.models import OutboxMessage
from verification import openness
from verification.enums import Source
from verification.services.stale import Fresher

USUAL_DAYS = min(fact.max_age_days for fact in CATALOGUE.values() if fact.source == Source.CITIZEN)
IN_TIME_DAYS = 30  # so long before it is over the family is asked
KEY = "tell-again"


@dataclass(frozen=True)
class Belief:
    """How long words are believed: as in the catalogue, or for fewer days where rules want `fresher` ones."""

    fresher: tuple[Fresher, ...]

    def until(self, application: Application) -> date:
        """The last day on which everything counts that a family said when it was sent, or since. No query."""
        return application.told_on + timedelta(days=self._days(application))

    def is_old(self, application: Application) -> bool:
        """Whether some of it soon does not count any more, or does not already. No query."""
        return application.told_on <= _latest(self._days(application))

    def is_over(self, application: Application) -> bool:
        """Whether some of it does not count any more. No query."""
        return self.until(application) < timezone.localdate()

    def unasked(self, *, after: int, most: int) -> list[Application]:
        """Families of open cases to be asked, who were not asked yet, `after` an id; the oldest case first."""
        told_on = Coalesce("home_told_on", TruncDate("submitted_at"), output_field=DateField())
        asked = OutboxMessage.objects.filter(key=OuterRef("asked_under"))
        rows = Application.objects.filter(pk__gt=after).annotate(said_on=told_on)
        parts = (Value(f"{KEY}:"), Cast("pk", CharField()), Value(":"), Cast("said_on", CharField()))
        under = Concat(*parts, Value(f":{Channel.INBOX}"), output_field=CharField())
        long_ago = rows.filter(self._said_long_ago()).annotate(asked_under=under).filter(~Exists(asked)).order_by("pk")
        found = (application for is_open in openness.each() for application in long_ago.filter(is_open)[:most])
        return sorted(found, key=lambda application: application.pk)[:most]

    def _days(self, application: Application) -> int:
        here = (one.days for one in self.fresher if _lies_in(str(application.village_id), one.areas))
        return min(here, default=USUAL_DAYS)

    def _said_long_ago(self) -> Q:
        found = Q(said_on__lte=_latest(USUAL_DAYS))
        for one in self.fresher:
            found |= Q(said_on__lte=_latest(one.days)) & _lives_in(one.areas)
        return found


def belief() -> Belief:
    """As rules in force want it, and those that begin soon: read once for a sweep.

    One query, two where rules want fresher data.
    """
    return _belief(fresher_facts.of_rules())


def belief_by(decided_by: Iterable[RuleSet]) -> Belief:
    """As the rules want it that a family is decided by, for its page. No query."""
    wanted = (document_of(rule_set).max_age_days for rule_set in decided_by)
    return _belief(Fresher(name, days, ()) for ages in wanted for name, days in ages.items())


def _belief(wanted: Iterable[Fresher]) -> Belief:
    said = (one for one in wanted if one.fact.startswith(f"{Source.CITIZEN}."))
    return Belief(tuple(one for one in said if one.days < USUAL_DAYS))


def key_of(application: Application) -> str:
    """Under which the family is asked, once for what it said on one day."""
    return f"{KEY}:{application.pk}:{application.told_on.isoformat()}"


def _latest(days: int) -> date:
    """What was said on this day or before will soon not be believed any more.

    Where words are believed for a short time only, nobody is asked at once what was just said.
    """
    return timezone.localdate() - timedelta(days=days - min(IN_TIME_DAYS, days // 3))


def _lies_in(village: str, areas: Iterable[str]) -> bool:
    return not areas or any(f"{village}.".startswith(f"{area}.") for area in areas)


def _lives_in(areas: Iterable[str]) -> Q:
    """Empty, which is true of everybody, where no area is named."""
    found = Q()
    for area in areas:
        found |= Q(village=area) | Q(village__code__startswith=f"{area}.")
    return found
