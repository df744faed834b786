"""The officers' queue: where each application of the area stands, and what holds it up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eligibility import taken
from eligibility.documents import document_of
from eligibility.enums import BatchState, Outcome, Placement
from eligibility.models import Batch, Determination, Participation, Programme, Quota, RankedEntry, RuleSet, Snapshot
from eligibility.presenters import KINDS, outcome_word
from enrollment.enums import ApplicationState
from enrollment.models import DECIDED_STATES, READERS, Application
from perlinsos.accounts import scoping
from perlinsos.accounts.models import User
from perlinsos.messages.names import mask_name
from perlinsos.regions.models import Area, Level, Parameter
from verification.enums import CheckState, RequestState
from verification.models import FaceCheck, SourceRequest

DEFAULT_DECISION_DAYS = 14
AT_ONCE = 200
REGENCY_CODE = len("35.10")


class Tab(TextChoices):
    """Parts of the queue; the values are seen in addresses."""

    WAITING = "menunggu", gettext_lazy("Waiting for data")
    CHECK = "periksa", gettext_lazy("Needs checking")
    DECIDED = "diputus", gettext_lazy("Decided")
    ANNOUNCED = "diumumkan", gettext_lazy("Announced")


@dataclass(frozen=True)
class Answer:
    """The current decision about one programme: `PKH`, a word and the kind of its tag."""

    programme: str
    word: str
    kind: str


@dataclass(frozen=True)
class Case:
    """One line of the queue. Names stay masked until the case is opened, which is on record."""

    application: Application
    name: str
    answers: tuple[Answer, ...]
    note: str
    due_on: date


def areas(user: User) -> QuerySet[Area]:
    """What the queue can be narrowed to: districts of the own regency, regencies for a wider area."""
    codes = scoping.area_codes(user, roles=READERS)
    level = Level.DISTRICT if codes and min(map(len, codes)) >= REGENCY_CODE else Level.REGENCY
    within = Q(pk__in=[])
    for code in codes:
        within |= Q(code__startswith=code)
    return Area.objects.filter(within, level=level).order_by("name")


def programmes() -> QuerySet[Programme]:
    return Programme.objects.filter(is_active=True)


def narrowed(applications: QuerySet[Application], *, area: str, programme: str, outcome: str) -> QuerySet[Application]:
    """Those in `area` whose current decision is about `programme` and has `outcome`; all may be empty."""
    if area:
        applications = applications.filter(village__code__startswith=f"{area}.")
    if not (programme or outcome):
        return applications
    answers = Determination.objects.current().filter(application=OuterRef("pk"))
    if programme:
        answers = answers.filter(programme__code=programme)
    if outcome:
        answers = answers.filter(outcome=outcome)
    return applications.filter(Exists(answers))


def due() -> list[int]:
    """Applications that wait for nothing but their first decision, oldest first, for the sweep."""
    waiting = complete([ApplicationState.MATCHING]).order_by("submitted_at")
    return list(waiting.values_list("pk", flat=True)[:AT_ONCE])


def complete(states: Iterable[ApplicationState]) -> QuerySet[Application]:
    """Those of these states whose sources have all answered and whose face is confirmed."""
    requests = SourceRequest.objects.matching().filter(application=OuterRef("pk"))
    known = [CheckState.ACCEPTED, CheckState.CONFIRMED]
    faces = FaceCheck.objects.newest().filter(application=OuterRef("pk"), state__in=known)
    return Application.objects.filter(
        Exists(requests), ~Exists(requests.blocking().unanswered()), Exists(faces), state__in=states
    )


def untold_rankings() -> list[int]:
    """Rankings that have families who do not know their place yet, for the sweep."""
    return list(RankedEntry.objects.untold().order_by("ranking_id").values_list("ranking_id", flat=True).distinct())


def quotas_to_fill() -> list[int]:
    """Quotas with a family that left unnoticed, or with free places while somebody waits; for the sweep."""
    leaving = RankedEntry.objects.leaving()
    running = RankedEntry.objects.in_the_running().filter(ranking__batch__quota=OuterRef("pk"))
    waiting = running.filter(placement=Placement.WAITING)
    funded = running.filter(placement=Placement.FUNDED).values("ranking__batch__quota").annotate(n=Count("pk"))
    roomy = Quota.objects.in_force().annotate(funded=Coalesce(Subquery(funded.values("n")), 0), held=taken.HELD)
    free = roomy.filter(Exists(waiting), funded__lt=F("places") - F("held")).values_list("pk", flat=True)
    return sorted({*leaving.values_list("ranking__batch__quota", flat=True), *free})


def batches_to_end() -> list[int]:
    """Final batches whose quota is over while families still wait in them, for the sweep."""
    waiting = RankedEntry.objects.current().filter(placement=Placement.WAITING, ranking__batch__state=BatchState.FINAL)
    ended = waiting.filter(ranking__batch__quota__valid_during__endswith__lte=timezone.localdate())
    return list(ended.order_by("ranking__batch").values_list("ranking__batch", flat=True).distinct())


def programmes_to_follow() -> list[int]:
    """Programmes with announced places that may block another one whose rules are in force, for the sweep."""
    in_force = RuleSet.objects.in_force().filter(programme__is_active=True)
    codes = {overlap.programme for rule_set in in_force for overlap in document_of(rule_set).blocked_by}
    announced = Batch.objects.announced().filter(programme__code__in=codes)
    return sorted(set(announced.values_list("programme", flat=True)))


def unstarted_batches() -> list[int]:
    """Final batches with funded families whose participation has not begun, for the sweep."""
    begun = Participation.objects.filter(entry=OuterRef("entry"))
    funded = RankedEntry.objects.current().filter(~Exists(begun), placement=Placement.FUNDED)
    final = funded.filter(entry__is_cancelled=False, ranking__batch__state=BatchState.FINAL)
    return list(final.order_by("ranking__batch").values_list("ranking__batch", flat=True).distinct())


def without_monthly_snapshot() -> list[Area]:
    """Regencies that take part and have no snapshot of this month yet, for the sweep."""
    served = Parameter.objects.in_force().filter(name=Parameter.Name.SERVED, value=True).values("area_id")
    taken = Snapshot.objects.filter(month=timezone.localdate().replace(day=1)).values("area_id")
    return list(Area.objects.filter(level=Level.REGENCY, code__in=served).exclude(code__in=taken).order_by("code"))


def in_tab(applications: QuerySet[Application], tab: Tab) -> QuerySet[Application]:
    return _marked(applications).filter(_condition(tab))


def counts(applications: QuerySet[Application]) -> dict[str, int]:
    """How many applications each tab has, in one query."""
    marked = _marked(applications)
    return marked.aggregate(**{tab.name: Count("pk", filter=_condition(tab)) for tab in Tab})


def first_with_work(counts: dict[str, int]) -> Tab:
    """Where the queue opens: what needs somebody first, then whatever part is not empty."""
    order = (Tab.CHECK, Tab.WAITING, Tab.DECIDED, Tab.ANNOUNCED)
    return next((tab for tab in order if counts[tab.name]), Tab.WAITING)


def with_details(applications: QuerySet[Application]) -> QuerySet[Application]:
    """What `cases` reads, in a fixed number of queries whatever the number of rows."""
    determinations = Determination.objects.current().select_related("programme").order_by("programme__code")
    # Traces and snapshots are large and not shown here.
    answers = determinations.defer("trace", "facts", "parameters", "amount_parts")
    return applications.select_related("applicant", "village__parent").prefetch_related(
        Prefetch("determinations", queryset=answers, to_attr="answers"),
        Prefetch("source_requests", queryset=SourceRequest.objects.matching(), to_attr="questions"),
        Prefetch("face_checks", queryset=FaceCheck.objects.latest_first(), to_attr="looks"),
    )


def cases(applications: Iterable[Application]) -> list[Case]:
    days = _promised_days()
    return [_case(application, days) for application in applications]


def _marked(applications: QuerySet[Application]) -> QuerySet[Any]:
    open_answers = Determination.objects.current().unannounced().where_they_run()
    open_answers = open_answers.filter(application=OuterRef("pk"), outcome=Outcome.UNDECIDED)
    return applications.annotate(is_undecided=Exists(open_answers))


def _condition(tab: Tab) -> Q:
    conditions = {
        Tab.WAITING: Q(state__in=[ApplicationState.SUBMITTED, ApplicationState.MATCHING]),
        Tab.CHECK: Q(state__in=DECIDED_STATES, is_undecided=True),
        Tab.DECIDED: Q(state=ApplicationState.DECIDED, is_undecided=False),
        Tab.ANNOUNCED: Q(state=ApplicationState.ANNOUNCED, is_undecided=False),
    }
    return conditions[tab]


def _case(application: Any, days: list[Parameter]) -> Case:
    return Case(
        application=application,
        name=mask_name(application.applicant.name),
        answers=tuple(
            Answer(answer.programme.code.upper(), outcome_word(answer.outcome), KINDS[Outcome(answer.outcome)])
            for answer in application.answers
        ),
        note=_note(application),
        due_on=timezone.localdate(application.submitted_at) + timedelta(days=_days_in(application.village_id, days)),
    )


def _note(application: Any) -> str:
    """What the case waits for."""
    if application.state not in (ApplicationState.SUBMITTED, ApplicationState.MATCHING):
        is_open = any(answer.outcome == Outcome.UNDECIDED for answer in application.answers)
        return _silent_sources(application) if is_open else ""
    if application.looks and application.looks[0].state == CheckState.REVIEW:
        return _("An officer must look at the face")
    if application.looks and application.looks[0].state == CheckState.REJECTED:
        return _("The face was not confirmed")
    return _waited_for(application) or _("Being checked")


def _silent_sources(application: Any) -> str:
    """Why an answer may be open: who is asked again, or does not know the family."""
    unknown = [one.get_source_display() for one in application.questions if one.state == RequestState.NOT_FOUND]
    said = _("Not known to %(sources)s") % {"sources": ", ".join(sorted(unknown))} if unknown else ""
    return _waited_for(application) or said


def _waited_for(application: Any) -> str:
    missing = [question.get_source_display() for question in application.questions if not question.is_settled]
    return _("Waiting for %(sources)s") % {"sources": ", ".join(sorted(missing))} if missing else ""


def _promised_days() -> list[Parameter]:
    return list(Parameter.objects.in_force().filter(name=Parameter.Name.DECISION_DAYS))


def _days_in(village_code: str, days: list[Parameter]) -> int:
    here = {row.area_id or "": row.value for row in days if village_code.startswith(row.area_id or "")}
    return int(here[max(here, key=len)]) if here else DEFAULT_DECISION_DAYS
