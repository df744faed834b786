"""What a page needs to know about one case, gathered from every layer below. Reads only."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appeals import again, correspondence, permissions, wording
from appeals.models import Appeal, ObjectionWindow
from eligibility import presenters, receiving, standing, told, waiting_line
from eligibility.enums import Placement
from eligibility.models import Determination, RankedEntry
from eligibility.rules.catalogue import CATALOGUE
from eligibility.rules.wording import quantity
from enrollment.enums import ApplicationState
from enrollment.models import Application, Member
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent
from verification import provenance, questions, readiness
from verification.enums import Source
from verification.models import Fact
from verification.permissions import can_ask_about, can_tell_again
from verification.ways_on import ways_to_show_who_it_is

_LARGE_BEFORE = [f"supersedes__{name}" for name in ("facts", "parameters", "trace", "amount_parts")]
WAITING = (ApplicationState.SUBMITTED, ApplicationState.MATCHING)


@dataclass(frozen=True)
class Step:
    """One line of the timeline a family reads; `at` is None while it is still to come."""

    title: str | Promise
    at: datetime | date | None


@dataclass(frozen=True)
class Period:
    """A time to object, and whose results it is for: nothing said where it is for all that is shown.

    No window: the time to object is still to come.
    """

    programmes: str
    window: ObjectionWindow | None


def of(application: Any, *, viewer: User | AnonymousUser) -> dict[str, Any]:
    """The family's status page. `application` comes from `again.with_others`."""
    # Only what was decided can be contested or announced: a family that waits costs three queries less.
    determinations = [] if application.state in WAITING else _current(application)
    appeals = _appeals(application) if determinations else []
    places = _places(application) if determinations else []
    # Whose wait ended is announced again, with a time to object that is still to come.
    holding = [place for place in places if place.placement != Placement.LAPSED]
    windows = {place.ranking.batch.programme_id: _window(place) for place in holding}
    periods = _periods(determinations, windows)
    how_far = readiness.of(application) if application.state in WAITING else None
    may_object = isinstance(viewer, User) and permissions.can_lodge(viewer, application)
    may_contest = may_object and not application.is_closed
    belief = told.belief_by(row.rule_set for row in determinations) if application.is_open else None
    return {
        "application": application,
        "cards": [
            _card(row, appeals, may_object=may_contest and _may_still_object(windows.get(row.programme_id)))
            for row in determinations
        ],
        "places": places,
        "receiving": receiving.of(application),
        "periods": periods,
        "may_object": may_object,
        "is_open": application.is_open,
        "may_tell_again": application.is_open and isinstance(viewer, User) and can_tell_again(viewer, application),
        "is_told_long_ago": belief is not None and belief.is_old(application),
        "is_told_too_long_ago": belief is not None and belief.is_over(application),
        "appeals": [describe_appeal(appeal) for appeal in appeals],
        "readiness": how_far,
        **(ways_to_show_who_it_is(application, viewer) if how_far and how_far.identity == "rejected" else {}),
        "waiting_for": ", ".join(str(Source(code).label) for code in how_far.waiting) if how_far else "",
        "may_register_again": again.may_begin(application, viewer),
        "others": again.others_of(application),
        "messages_told": correspondence.messages_of(application),
        "letters": correspondence.letters_of(application),
        "timeline": _timeline(application, places, periods, appeals),
    }


def of_contest(determination: Determination, fact: Fact) -> dict[str, Any]:
    """The page on which a family says that one fact is wrong."""
    return {
        "application": determination.application,
        "determination": determination,
        "fact": fact,
        "label": fact_label(fact),
        "value": fact_value(fact, fact.value),
        "periods": [Period("", ObjectionWindow.objects.covering(determination))],
    }


def of_case(application: Any, *, viewer: User) -> dict[str, Any]:
    """The officer's case page: what the family says, what the data say, what happened."""
    shared = of(application, viewer=viewer)
    facts = list(Fact.objects.current().filter(family=application.family).order_by("source", "name"))
    return {
        "application": application,
        "members": list(Member.objects.current().filter(family=application.family).select_related("person")),
        "facts": [(fact, fact_label(fact), fact_value(fact, fact.value)) for fact in facts],
        "received_on": _usual_day(facts),
        "questions": questions.lines(application),
        "may_ask_again": shared["is_open"] and can_ask_about(viewer, application),
        "warnings": wording.warnings_of(application),
        "may_read_notes": permissions.can_read_notes(viewer, application),
        "history": [
            (wording.event_title(event), event.at, wording.actor_name(event)) for event in _events(application)
        ],
    } | shared


def of_appeal(appeal: Appeal) -> dict[str, Any]:
    """The officer's page of one appeal."""
    known = provenance.with_provenance(Application.objects.order_by())
    checks = appeal.ground_checks.select_related("photo", "recorded_by", "requested_by").order_by("created_at")
    return {
        "appeal": appeal,
        "application": appeal.application,
        "described": describe_appeal(appeal),
        "evidence": list(appeal.evidence.select_related("file")),
        "checks": [(check, fact_value(appeal.fact, check.observed_value)) for check in checks],
        "card": presenters.card(appeal.determination, provenance=provenance.of(known.get(pk=appeal.application_id))),
    }


def _usual_day(facts: list[Fact]) -> date | None:
    """The day most of the data came, so that a line need only tell of another."""
    days = Counter(timezone.localdate(fact.fetched_at) for fact in facts)
    return max(days, key=lambda day: (days[day], day), default=None)


def describe_appeal(appeal: Appeal) -> dict[str, Any]:
    return {
        "appeal": appeal,
        "label": fact_label(appeal.fact),
        "recorded": fact_value(appeal.fact, appeal.fact.value),
        "claimed": fact_value(appeal.fact, appeal.claimed_value),
        "ruling": getattr(appeal, "ruling", None),
    }


def fact_label(fact: Fact) -> str:
    known = CATALOGUE.get(fact.name)
    return presenters.label(known) if known else fact.name


def fact_value(fact: Fact, value: Any) -> str:
    known = CATALOGUE.get(fact.name)
    if known is None or not known.admits(value):
        return "" if value is None else str(value)
    return quantity(value, known.unit, presenters.language())


def _events(application: Application) -> list[AuditEvent]:
    about = AuditEvent.objects.filter(subject_type=application._meta.label_lower, subject_id=application.pk)
    return list(about.select_related("actor").order_by("-at", "-pk")[:50])


def _current(application: Application) -> list[Determination]:
    rows = Determination.objects.current().filter(application=application)
    # Of the decision before only the sum is shown; what it rested on is large.
    rows = rows.select_related("programme", "rule_set__programme", "supersedes").defer(*_LARGE_BEFORE)
    found = list(rows.order_by("programme__code"))
    for determination in found:
        determination.application = application
    return found


def _appeals(application: Application) -> list[Appeal]:
    return list(application.appeals.select_related("fact", "ruling").order_by("-created_at"))


def _card(determination: Determination, appeals: list[Appeal], *, may_object: bool) -> presenters.Card:
    """The decision card; data that is not contested yet carries the link to contest it."""
    contested = {appeal.fact_id for appeal in appeals if appeal.is_pending}
    names = {used["id"]: name for name, used in determination.facts.items()}

    def contest_url(fact_id: int) -> str:
        if not may_object or fact_id in contested:
            return ""
        return reverse("appeal-new", args=[determination.public_id, names[fact_id]])

    return presenters.card(
        determination,
        earlier=determination.supersedes,
        contest_url=contest_url,
        provenance=provenance.of(determination.application),
    )


def _window(place: Any) -> ObjectionWindow | None:
    """The time to object of an announcement; None in the moment before it begins."""
    window: ObjectionWindow | None = getattr(place.ranking.batch, "objection_window", None)
    return window


def _may_still_object(window: ObjectionWindow | None) -> bool:
    """Before the time to object the link says that it is still to come; after it there is nothing to press."""
    return window is None or window.closes_at > timezone.now()


def _periods(determinations: list[Determination], windows: dict[int, ObjectionWindow | None]) -> list[Period]:
    """The times to object to these results, the one that is over last; programmes with the same one together."""
    by_end: dict[date | None, list[Determination]] = {}
    for row in determinations:
        window = windows.get(row.programme_id)
        by_end.setdefault(window.last_day if window else None, []).append(row)
    is_one = len(by_end) == 1
    found = [
        Period("" if is_one else ", ".join(str(row.programme) for row in rows), windows.get(rows[0].programme_id))
        for rows in by_end.values()
    ]
    return sorted(found, key=lambda period: period.window is not None and not period.window.is_open)


def _places(application: Application) -> list[Any]:
    """Where the family stands now, each with its `number` on the waiting list and `why` the family is only there.

    Where the wait ended, or ends soon, also whether the next announcement `collects` the family.
    """
    batch = "ranking__batch"
    found = RankedEntry.objects.shown_to(application).select_related(
        *(f"{batch}__{one}" for one in ("programme", "quota", "decree", "area", "objection_window")), "share"
    )
    places_found = list(waiting_line.with_number(standing.with_need(found)))
    for place in places_found:
        place.why = standing.why_waiting(place)
        if place.placement == Placement.LAPSED or place.ranking.batch.quota.is_over:
            answers = Determination.objects.to_announce(place.ranking.batch.programme)
            place.collects = answers.filter(application=application).exists()
    return places_found


def _timeline(application: Application, places: list[Any], periods: list[Period], appeals: list[Appeal]) -> list[Step]:
    """What happened and what is to come. A result is announced a moment before the time to object begins."""
    announced = [at for place in places if (at := place.ranking.batch.announced_at)]
    steps = [Step(_("Registration received"), application.submitted_at), Step(_("Decision"), application.decided_at)]
    begun = [(period.programmes, period.window) for period in periods if period.window]
    for programmes, window in begun:
        steps += [
            Step(_about(_("Result announced"), programmes), window.opens_at),
            Step(_about(_("Last day to object"), programmes), window.last_day),
        ]
    if not begun:
        steps.append(Step(_("Result announced"), min(announced, default=None)))
    for appeal in appeals:
        steps.append(Step(_("Objection received"), appeal.created_at))
        if (ruling := getattr(appeal, "ruling", None)) is not None:
            steps.append(Step(_("Objection answered"), ruling.ruled_at))
    if application.closed_at is not None:  # what was still to come never comes
        steps = [*(step for step in steps if step.at), Step(_("Registration ended"), application.closed_at)]
    return steps


def _about(title: str | Promise, programmes: str) -> str | Promise:
    return f"{title}: {programmes}" if programmes else title
