"""When each fact of a family came, and how its questions to the sources stand, read in the query of its application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from enrollment.enums import ApplicationState
from enrollment.models import Application
from verification.models import Fact, SourceRequest


@dataclass(frozen=True)
class Asked:
    """How the question to a source stands, with what put it aside."""

    state: str
    answered_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True)
class Provenance:
    """The day each fact came, by its id, and what was asked, by the code of the source, until the case ended."""

    fetched: Mapping[int, date] = field(default_factory=dict)
    asked: Mapping[str, Asked] = field(default_factory=dict)
    has_ended: bool = False


def with_provenance(applications: QuerySet[Application]) -> QuerySet[Any]:
    """Annotated with what `of` reads."""
    facts = Fact.objects.filter(family=OuterRef("family")).order_by("pk")
    asked = SourceRequest.objects.matching().filter(application=OuterRef("pk")).order_by("pk")
    asked_row = JSONObject(source="source", state="state", answered="answered_at", error="last_error")
    found: QuerySet[Any] = applications.annotate(
        fact_rows=ArraySubquery(facts.values(row=JSONObject(id="pk", fetched="fetched_at"))),
        asked_rows=ArraySubquery(asked.values(row=asked_row)),
    )
    return found


def of(application: Any) -> Provenance:
    """What came along with an application from `with_provenance`."""
    fetched = {row["id"]: timezone.localdate(datetime.fromisoformat(row["fetched"])) for row in application.fact_rows}
    asked = {row["source"]: _asked(row) for row in application.asked_rows}
    return Provenance(fetched, asked, has_ended=application.state == ApplicationState.WITHDRAWN)


def _asked(row: Mapping[str, str | None]) -> Asked:
    answered = row["answered"]
    at = datetime.fromisoformat(answered) if answered else None
    return Asked(str(row["state"]), at, str(row["error"]))
