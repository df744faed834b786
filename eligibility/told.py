"""How long what a family says of itself is believed, and whom to ask again before that is over."""

from datetime import date, timedelta

from django.db.models import CharField, DateField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, TruncDate
from django.utils import timezone

from eligibility.rules.catalogue import CATALOGUE
from enrollment.models import Application
from perlinsos.messages.enums import Channel
from perlinsos.messages.models import OutboxMessage
from verification import openness
from verification.enums import Source

BELIEVED = timedelta(days=min(fact.max_age_days for fact in CATALOGUE.values() if fact.source == Source.CITIZEN))
IN_TIME = timedelta(days=30)  # so long before it is over the family is asked
KEY = "tell-again"


def is_old(application: Application) -> bool:
    """Whether what a family said when it was sent, or since, is soon not believed any more. No query."""
    return application.told_on <= _latest()


def key_of(application: Application) -> str:
    """Under which the family is asked, once for what it said on one day."""
    return f"{KEY}:{application.pk}:{application.told_on.isoformat()}"


def unasked() -> QuerySet[Application]:
    """Families of open cases to be asked, who were not asked yet; the oldest case first."""
    told_on = Coalesce("home_told_on", TruncDate("submitted_at"), output_field=DateField())
    asked = OutboxMessage.objects.filter(key=OuterRef("asked_under"))
    rows = Application.objects.filter(openness.among()).annotate(said_on=told_on).filter(said_on__lte=_latest())
    parts = (Value(f"{KEY}:"), Cast("pk", CharField()), Value(":"), Cast("said_on", CharField()))
    under = Concat(*parts, Value(f":{Channel.INBOX}"), output_field=CharField())
    return rows.annotate(asked_under=under).filter(~Exists(asked)).order_by("pk")


def _latest() -> date:
    """What was said on this day or before will soon not be believed any more."""
    return timezone.localdate() - BELIEVED + IN_TIME
