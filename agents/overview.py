"""The agent's first page: what is done today, what is begun, what waits. Reads only."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents.models import AssistedVisit
from agents.places import assigned_areas
from appeals.models import GroundCheck
from appeals.overview import fact_label
from eligibility import told
from eligibility.models import Participation
from enrollment.enums import ApplicationState, Step
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.messages.names import mask_name
from verification import openness
from verification.enums import CheckState, Judgement
from verification.models import FaceCheck

MOST = 20

# What a family may be told, in a word and a kind of `tag`.
WORDS: dict[str, tuple[str | Promise, str]] = {
    ApplicationState.SUBMITTED: (_("Sent"), "info"),
    ApplicationState.MATCHING: (_("Being checked"), "info"),
    ApplicationState.DECIDED: (_("Decided, not announced yet"), "neutral"),
    ApplicationState.ANNOUNCED: (_("Result announced"), "success"),
    ApplicationState.WITHDRAWN: (_("Closed"), "neutral"),
}
PHOTO_AGAIN = (_("New photo needed"), "warning")
ASK_AGAIN = (_("Ask the family again"), "warning")


@dataclass(frozen=True, slots=True)
class Line:
    """A family in a list: masked name, where a tap leads, and its state in words."""

    application: Application
    name: str
    url: str
    words: str | Promise = ""
    kind: str = "neutral"


@dataclass(frozen=True, slots=True)
class FaceVisit:
    """Somebody to meet: masked name, whole days of waiting, whether an officer asked for it."""

    check: FaceCheck
    name: str
    days: int
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Errand:
    """A visit somebody asked for: what to look at, where, until when."""

    check: GroundCheck
    what: str
    is_late: bool


def of_day(agent: User) -> dict[str, Any]:
    """Everything the page shows; a fixed number of queries however long the lists are."""
    families = Application.objects.visible_to(agent).filter(assisted_by=agent).select_related("applicant", "village")
    sent = families.received().exclude(submitted_at=None).order_by("-submitted_at", "-pk")
    belief = told.belief()
    rows = sent.annotate(face=_latest_face(), is_open=openness.among())[:MOST]
    return {
        "profile": getattr(agent, "agent_profile", None),
        "areas": assigned_areas(agent),
        "today": _today(agent),
        "drafts": [_draft(row) for row in families.drafts().order_by("-updated_at")[:MOST]],
        "face_visits": _face_visits(agent),
        "errands": _errands(agent),
        "receiving": Participation.objects.visible_to(agent).accompanied_by(agent).with_duties().count(),
        "families": [_family(row, belief) for row in rows],
        "total": sent.count(),
    }


def _today(agent: User) -> dict[str, int | None]:
    finished = AssistedVisit.objects.visible_to(agent).by(agent).finished_on(timezone.localdate())
    minutes = [visit.minutes for visit in finished if visit.minutes is not None]
    return {"families": len(minutes), "minutes": round(median(minutes)) if minutes else None}


def _draft(application: Application) -> Line:
    url = reverse("assisted-step", args=[application.public_id, application.step])
    return Line(application, _masked(application), url, Step(application.step).label, "info")


def _family(application: Any, belief: told.Belief) -> Line:
    is_asked = application.is_open and belief.is_old(application)
    words, kind = ASK_AGAIN if is_asked else WORDS[application.state]
    url = reverse("application-status", args=[application.public_id])
    if application.face == CheckState.RETRY and application.state in (
        ApplicationState.SUBMITTED, ApplicationState.MATCHING,
    ):  # fmt: skip
        words, kind = PHOTO_AGAIN
        url = reverse("assisted-step", args=[application.public_id, Step.PHOTO])
    return Line(application, _masked(application), url, words, kind)


def _latest_face() -> Subquery:
    checks = FaceCheck.objects.filter(application=OuterRef("pk")).latest_first()
    return Subquery(checks.values("state")[:1])


def _face_visits(agent: User) -> list[FaceVisit]:
    rows = FaceCheck.objects.for_visit(agent).select_related("application__applicant", "application__village")[:MOST]
    now = timezone.now()
    return [
        FaceVisit(row, _masked(row.application), (now - row.created_at).days, row.judgement == Judgement.UNSURE)
        for row in rows
    ]


def _errands(agent: User) -> list[Errand]:
    waiting = GroundCheck.objects.visible_to(agent).waiting().exclude(requested_by=agent)
    rows = waiting.select_related("appeal__fact", "appeal__application__village").order_by("due_on", "pk")[:MOST]
    today = timezone.localdate()
    return [Errand(check, fact_label(check.appeal.fact), check.due_on < today) for check in rows]


def _masked(application: Application) -> str:
    return mask_name(application.applicant.name) if application.applicant else application.reference
