"""How the sources are, and what waits for them in the area of whoever looks. Reading only."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application
from perlinsos.accounts.models import User
from verification.connectors import CONNECTORS
from verification.enums import HEALTH_SOURCES, BreakerState, CheckState, RequestState, Source
from verification.models import FaceCheck, SourceHealth, SourceRequest

PHOTOGRAPHS = _("Face in the register, to compare a photo with")
WAITING = Q(state__in=[RequestState.DUE, RequestState.RUNNING])
PARKED = Q(state=RequestState.PARKED)


@dataclass(frozen=True)
class Line:
    """One source: is it answering, and how many questions wait for it or were put aside."""

    source: Source
    purpose: str
    health: SourceHealth
    waiting: int
    parked: int

    @property
    def is_open(self) -> bool:
        return self.health.state == BreakerState.OPEN


def lines(viewer: User) -> list[Line]:
    """All sources in a fixed order; three queries, and those that find out what `viewer` may see."""
    known = {row.source: row for row in SourceHealth.objects.visible_to(viewer)}
    cases = Application.objects.visible_to(viewer)
    asked = SourceRequest.objects.filter(application__in=cases).values("source")
    counts = {row["source"]: row for row in asked.annotate(waiting=Count("pk", WAITING), parked=Count("pk", PARKED))}
    queued = FaceCheck.objects.filter(application__in=cases, state__in=[CheckState.QUEUED, CheckState.RUNNING])
    faces = queued.count()
    nothing = {"waiting": 0, "parked": 0}
    return [
        Line(
            source=source,
            purpose=str(CONNECTORS[source].purpose if source in CONNECTORS else PHOTOGRAPHS),
            health=known.get(source) or SourceHealth(source=source),
            waiting=faces if source == Source.PHOTOGRAPH else counts.get(source, nothing)["waiting"],
            parked=counts.get(source, nothing)["parked"],
        )
        for source in HEALTH_SOURCES
    ]
