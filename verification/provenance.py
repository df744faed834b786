"""When each fact of a family came, and how its questions to the sources stand, read in the query of its application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from enrollment.models import Application
from verification.models import Fact, SourceRequest


@dataclass(frozen=True)
class Asked:
    """How the question to a source stands."""

    state: str
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Provenance:
    """The day each fact came, by its id, and what was asked, by the code of the source."""

    fetched: Mapping[int, date] = field(default_factory=dict)
    asked: Mapping[str, Asked] = field(default_factory=dict)


def with_provenance(applications: QuerySet[Application]) -> QuerySet[Any]:
    """Annotated with what `of` reads."""
    facts = Fact.objects.filter(family=OuterRef("family")).order_by("pk")
    asked = SourceRequest.objects.matching().filter(application=OuterRef("pk")).order_by("pk")
    found: QuerySet[Any] = applications.annotate(
        fact_rows=ArraySubquery(facts.values(row=JSONObject(id="pk", fetched="fetched_at"))),
        asked_rows=ArraySubquery(asked.values(row=JSONObject(source="source", state="state", answered="answered_at"))),
    )
    return found


def of(application: Any) -> Provenance:
    """What came along with an application from `with_provenance`."""
    fetched = {row["id"]: timezone.localdate(datetime.fromisoformat(row["fetched"])) for row in application.fact_rows}
    return Provenance(fetched, {row["source"]: _asked(row) for row in application.asked_rows})


def _asked(row: Mapping[str, str | None]) -> Asked:
    answered = row["answered"]
    return Asked(str(row["state"]), datetime.fromisoformat(answered) if answered else None)
