"""How long photographs of faces are kept, and why: a pure rule, and the reading it needs. Nothing is erased here."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from enrollment.enums import ApplicationState
from enrollment.models import Application, Consent, Document, DocumentKind
from perlinsos.core.models import StoredFile
from perlinsos.regions.models import Parameter
from verification.enums import CheckState, Source
from verification.models import SAMPLE, DuplicateCandidate, FaceCheck, FaceRecording
from verification.policies import RetentionPolicy

logger = logging.getLogger(__name__)

AT_ONCE = 500
LATEST = 50
VERDICTS = (CheckState.ACCEPTED, CheckState.CONFIRMED, CheckState.REJECTED)


class RetentionReason(models.TextChoices):
    """Why a photograph is erased at its term, or why it is kept."""

    WITHDRAWN = "withdrawn", _("The consent or the registration was withdrawn")
    UNUSABLE = "unusable", _("The photo could not be used")
    UNSENT = "unsent", _("The form was never sent")
    OVER = "objections_over", _("The time to object is over")
    RECORDING = "recording", _("The recording was looked at")
    OPEN_QUESTION = "open_question", _("Kept: two registrations are being compared")
    CASE_OPEN = "case_open", _("Kept: the case is not announced yet")
    OBJECTIONS_OPEN = "objections_open", _("Kept: the family may still object, or has objected")


@dataclass(frozen=True, slots=True)
class Case:
    """What the rule asks about an application. `verdict_at` and `objections_end` are None while there is none.

    `is_closed`: it ended after its result, because the family registers again; nobody took anything back.
    """

    state: str
    changed_at: datetime
    verdict_at: datetime | None = None
    objections_end: datetime | None = None
    consent_withdrawn: bool = False
    has_open_question: bool = False
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """When a photograph is erased and why; without an instant, why it is kept."""

    reason: RetentionReason
    due_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Kept:
    """One photograph that still exists, under which policy, until when."""

    application: Application
    file: StoredFile
    policy: RetentionPolicy
    term: Term


def term(case: Case, policy: RetentionPolicy, *, taken_at: datetime, is_unusable: bool = False) -> Term:
    """The rule. Who withdrew is heard first; an open question about a pair keeps what it is about."""
    is_withdrawn = case.state == ApplicationState.WITHDRAWN and not case.is_closed
    if is_withdrawn or case.consent_withdrawn:
        return Term(RetentionReason.WITHDRAWN, case.changed_at)
    if is_unusable:
        return Term(RetentionReason.UNUSABLE, taken_at + policy.after_capture)
    if case.has_open_question:
        return Term(RetentionReason.OPEN_QUESTION)
    if case.is_closed:
        return Term(RetentionReason.OVER, case.changed_at)
    if case.state == ApplicationState.DRAFT:
        return Term(RetentionReason.UNSENT, case.changed_at + policy.after_last_change)
    if case.state != ApplicationState.ANNOUNCED or case.verdict_at is None:
        return Term(RetentionReason.CASE_OPEN)
    if case.objections_end is None:
        return Term(RetentionReason.OBJECTIONS_OPEN)
    return Term(RetentionReason.OVER, max(case.verdict_at, case.objections_end) + policy.after_objections)


def kept(applications: Iterable[Application]) -> list[Kept]:
    """Every photograph of a face these applications still hold. A fixed number of queries, and one per area."""
    rows = {application.pk: application for application in applications}
    cases = _cases(rows)
    unusable = FaceCheck.objects.filter(application__in=rows, state=CheckState.RETRY)
    of_no_use = set(unusable.values_list("selfie", flat=True))
    policy = cache(policy_of)
    found = []
    selfies = Document.objects.filter(application__in=rows, kind=DocumentKind.SELFIE, file__removed_at=None)
    for selfie in selfies.select_related("file").order_by("pk"):
        application = rows[selfie.application_id]
        rules = policy(application.village_id or "")
        ends = term(cases[application.pk], rules, taken_at=selfie.created_at, is_unusable=selfie.pk in of_no_use)
        found.append(Kept(application, selfie.file, rules, ends))
    checks = FaceCheck.objects.filter(application__in=rows, reference__removed_at=None, reference__isnull=False)
    for check in checks.select_related("reference").order_by("pk"):
        assert check.reference is not None  # as filtered
        application = rows[check.application_id]
        rules = policy(application.village_id or "")
        ends = term(cases[application.pk], rules, taken_at=check.created_at)
        found.append(Kept(application, check.reference, rules, ends))
    return found


def frames_due(applications: Iterable[Application]) -> list[FaceRecording]:
    """Recordings whose pictures no verdict waits for any more, and those that lie there too long."""
    rows = {application.pk: application for application in applications}
    policy, now = cache(policy_of), timezone.now()
    held = FaceRecording.objects.filter(application__in=rows, frames__file__removed_at=None).distinct()
    found = held.select_related("application", "selfie").prefetch_related("selfie__face_checks").order_by("pk")
    return [
        each
        for each in found
        if _looked_at(each) or each.created_at + policy(rows[each.application_id].village_id or "").after_capture <= now
    ]


def _looked_at(recording: FaceRecording) -> bool:
    """Whether nobody is going to look: the check has its verdict, or the registration was withdrawn."""
    if recording.application.state == ApplicationState.WITHDRAWN or recording.selfie is None:
        return True
    checks = recording.selfie.face_checks.all()
    looks = [check for check in checks if check.recheck_of_id is None or check.reason == SAMPLE]
    return bool(looks) and not any(check.is_waiting or check.is_open for check in looks)


def pages() -> Iterator[list[Application]]:
    """Applications that still hold a photograph of a face, some hundred at a time, each once."""
    last = 0
    while page := list(holding_pictures(Application.objects.filter(pk__gt=last)).order_by("pk")[:AT_ONCE]):
        yield page
        last = page[-1].pk


def holding_pictures(applications: QuerySet[Application]) -> QuerySet[Application]:
    of_mine = {"application": OuterRef("pk")}
    selfies = Document.objects.filter(**of_mine, kind=DocumentKind.SELFIE, file__removed_at=None)
    references = FaceCheck.objects.filter(**of_mine, reference__isnull=False, reference__removed_at=None)
    frames = FaceRecording.objects.filter(**of_mine, frames__file__removed_at=None)
    return applications.filter(Exists(selfies) | Exists(references) | Exists(frames))


def policy_of(area_code: str) -> RetentionPolicy:
    """What the area has set, else the standard; also when what it has set makes no sense."""
    value = Parameter.objects.value(Parameter.Name.PICTURE_RETENTION, area_code)
    try:
        return RetentionPolicy() if value is None else RetentionPolicy.of(value)
    except ValueError:
        logger.error("retention of %s is unusable, the standard one counts", area_code or "the nation")
        return RetentionPolicy()


def consent_withdrawn(application: str = "pk") -> Q:
    """Whether the consent to compare faces was taken back; `application` is the path to the application."""
    mine = Consent.objects.filter(application=OuterRef(application), text__source=Source.DUKCAPIL)
    return Q(Exists(mine.filter(withdrawn_at__isnull=False)) & ~Exists(mine.filter(withdrawn_at=None)))


def _cases(applications: Mapping[int, Application]) -> dict[int, Case]:
    ends = import_string(settings.OBJECTION_PERIODS)(list(applications))
    newest = FaceCheck.objects.newest().filter(application__in=applications, state__in=VERDICTS)
    verdicts = {check.application_id: check.settled_at or check.updated_at for check in newest}
    withdrawn = Application.objects.filter(consent_withdrawn(), pk__in=applications).values_list("pk", flat=True)
    took_back, asked_about = set(withdrawn), _asked_about(applications)
    return {
        pk: Case(
            state=application.state,
            changed_at=application.updated_at,
            verdict_at=verdicts.get(pk),
            objections_end=ends.get(pk),
            consent_withdrawn=pk in took_back,
            has_open_question=pk in asked_about,
            is_closed=application.is_closed,
        )
        for pk, application in applications.items()
    }


def _asked_about(applications: Iterable[int]) -> set[int]:
    sides = ("first_check__application", "second_check__application")
    ids = list(applications)
    about = Q(**{f"{sides[0]}__in": ids}) | Q(**{f"{sides[1]}__in": ids})
    waiting = DuplicateCandidate.objects.unfinished().filter(about)
    return {pk for pair in waiting.values_list(*sides) for pk in pair}


def soonest(each: Kept) -> tuple[bool, datetime]:
    """Sorts what is due first to the front and what has no term yet to the end."""
    return each.term.due_at is None, each.term.due_at or each.application.updated_at


def erased(applications: QuerySet[Application]) -> list[StoredFile]:
    """The photographs of faces that were erased last, newest first."""
    selfies = Document.objects.filter(application__in=applications, kind=DocumentKind.SELFIE).values("file")
    references = FaceCheck.objects.filter(application__in=applications, reference__isnull=False).values("reference")
    gone = StoredFile.objects.filter(Q(pk__in=selfies) | Q(pk__in=references), removed_at__isnull=False)
    return list(gone.order_by("-removed_at", "-pk")[:LATEST])


def policies_in_force(area_codes: Iterable[str]) -> list[Parameter]:
    """What regions have set, as far as it concerns these areas: from the nation down, with source."""
    rows = Parameter.objects.in_force().filter(name=Parameter.Name.PICTURE_RETENTION).select_related("area")
    codes = list(area_codes)
    return [row for row in rows.order_by("area") if any(_meet(row.area_id or "", code) for code in codes)]


def _meet(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def now_over(found: Iterable[Kept]) -> list[Kept]:
    now = timezone.now()
    return [each for each in found if each.term.is_over(now)]
