"""Of which facts rules ask for fresher data than the catalogue, for the layer that asks the sources."""

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from eligibility.documents import document_of
from eligibility.models import RuleSet
from verification.services.stale import Fresher

AHEAD = timedelta(days=30)  # so that a version does not begin with data that is too old for it


def of_rules() -> list[Fresher]:
    """What versions in force, and those that begin soon, do not believe as long as the catalogue does."""
    today = timezone.localdate()
    rules = RuleSet.objects.kept().filter(
        valid_during__overlap=DateRange(today, today + AHEAD), programme__is_active=True,
        document__has_key="max_age_days",
    )  # fmt: skip
    return [
        Fresher(name, days, tuple(area.code for area in rule_set.programme.areas.all()))
        for rule_set in rules.select_related("programme").prefetch_related("programme__areas").order_by("pk")
        for name, days in document_of(rule_set).max_age_days.items()
    ]
