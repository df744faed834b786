"""Face checks as far as the machine goes: opened, claimed, compared by a worker, recorded.

There is no refusal here. What the machine cannot accept goes to an officer, or back to the person
with one hint while they are still at the form.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from enrollment.enums import ApplicationState, PhotoRoute
from enrollment.models import Application, Consent, Document, DocumentKind
from enrollment.permissions import PHOTO_STATES
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core import audit, files, jobs
from perlinsos.core.errors import InputError
from perlinsos.core.models import StoredFile
from verification.enums import CheckState, FaceOutcome, Source
from verification.faces.codes import Reason
from verification.faces.thresholds import STRICT
from verification.models import MAX_LOST_LEASES, SAMPLE, TRIES_USED, FaceCheck, FaceRecording
from verification.operating import Operation, operation_for
from verification.recording_enums import RecordingState
from verification.rules import back_off, is_drawn
from verification.services import face_sample, readiness, recordings, templates
from verification.services.recordings import Liveness

logger = logging.getLogger(__name__)

TRIES = 3  # pictures that could not be judged; after these an officer looks
LONGEST_WAIT = timedelta(minutes=1)  # somebody may be waiting in front of the page
LOOK_BACK = timedelta(days=7)
AT_ONCE = 500
MANUAL_ROUTE, NOT_COMPARED = "manual_route", "not_compared"


@dataclass(frozen=True)
class ClaimedRecording:
    """The frames of a recording in their order, and the moves that were asked for. `spoiled` says why it does
    not count whatever the frames show."""

    moves: tuple[str, ...]
    frames: tuple[bytes, ...]
    spoiled: str


@dataclass(frozen=True)
class ClaimedCheck:
    """A comparison that is ours to make until the lease ends. Without `selfie`, and for a face drawn for the
    error sample, only the reference is fetched.

    `embedding` is what a recording showed of the person (`vectors.to_bytes`), better than the one selfie.
    """

    check: FaceCheck
    nik: str
    has_consent: bool
    operation: Operation
    selfie: bytes | None = None
    recording: ClaimedRecording | None = None
    embedding: bytes | None = None


@dataclass(frozen=True)
class Finding:
    """What the worker saw. `reason` is a hint (`faces.codes`) for RETRY, else why an officer looks.

    `population` and `general` are seen from the means `mean_version`; `similarity` is what a provider elsewhere said.
    `template` is the embedding of the person, by the network `recogniser`, whoever compared.
    `liveness` is None for a picture that was no recording.
    """

    outcome: FaceOutcome
    reason: str = ""
    raw: float | None = None
    population: float | None = None
    general: float | None = None
    mean_version: str = ""
    similarity: float | None = None
    engine_version: str = ""
    thresholds_version: str = ""
    template: bytes | None = None
    recogniser: str = ""
    reference: bytes | None = None
    light: float | None = None
    liveness: Liveness | None = None

    @property
    def is_live(self) -> bool:
        return self.liveness is not None and not self.liveness.why


@transaction.atomic
def open_check(document_id: int, *, by: User) -> FaceCheck:
    """One check per picture, and a worker woken for it. Opening it again changes nothing.

    A picture that comes after people have confirmed the person is only a re-check (`rechecks`).
    """
    selfie = Document.objects.get(pk=document_id)
    application = readiness.hold(selfie.application_id)
    check = FaceCheck.objects.filter(selfie=selfie).order_by("pk").first()
    if check is None:
        newest = FaceCheck.objects.filter(application=application).latest_first().first()
        by_hand = newest if newest is not None and newest.state == CheckState.CONFIRMED else None
        check = FaceCheck.objects.create(application=application, selfie=selfie, recheck_of=by_hand)
        audit.record("verification.face_check.opened", subject=check, by=by)
    if check.recheck_of_id is None:
        jobs.enqueue("verification.compare_face", face_check_id=check.pk)
    return check


@transaction.atomic
def open_manual_check(application_id: int, *, by: User) -> FaceCheck:
    """A check without a picture of the person, for an officer. One at a time, however often it is asked for."""
    application = readiness.hold(application_id)
    newest = FaceCheck.objects.filter(application=application).latest_first().first()
    if newest is not None and newest.selfie_id is None:
        return newest
    return _open_without_picture(application, by=by)


@transaction.atomic
def open_meeting(application_id: int, *, by: User) -> FaceCheck:
    """A new check without a picture, for somebody whose last one did not show who it is. For the services
    that found so; while one is open, and once the case is decided, it stays as it is."""
    application = readiness.hold(application_id)
    newest = FaceCheck.objects.filter(application=application).latest_first().first()
    if newest is not None and (newest.is_open or application.state not in PHOTO_STATES):
        return newest
    return _open_without_picture(application, by=by)


@transaction.atomic
def ensure_check(application: Application, *, by: User) -> None:
    """Leave no sent application without a way to be verified: an officer looks where no picture did."""
    newest = FaceCheck.objects.filter(application=application).latest_first().first()
    has_picture = application.documents.filter(kind=DocumentKind.SELFIE).exists()
    if (newest is None and not has_picture) or (newest is not None and newest.state == CheckState.RETRY):
        open_manual_check(application.pk, by=by)


def claim_check(face_check_id: int) -> ClaimedCheck | None:
    """Take a comparison that is due. None when it is not, or somebody else has it.

    A re-check stays where it is while anybody waits for a first look; `rechecks.sweep` wakes it again.
    A picture that has killed its worker before goes to an officer instead of to another worker.
    """
    if FaceCheck.objects.must_wait(face_check_id):
        return None
    check = FaceCheck.objects.take(face_check_id)
    if check is None:
        return None
    if check.lost_leases >= MAX_LOST_LEASES:
        record_finding(check, Finding(FaceOutcome.REVIEW, NOT_COMPARED), by=service_account("verification"))
        return None
    application = check.application
    agreed = Consent.objects.filter(application=application, withdrawn_at=None, text__source=Source.DUKCAPIL)
    return ClaimedCheck(
        check,
        nik=(application.applicant.nik if application.applicant else None) or "",
        has_consent=agreed.exists() and application.state != ApplicationState.WITHDRAWN,
        operation=_operation(application),
        selfie=files.read(check.selfie.file) if check.selfie else None,
        recording=_recording(check),
    )


@transaction.atomic
def record_finding(check: FaceCheck, finding: Finding, *, by: User) -> bool:
    """Keep what the worker saw. For the worker that claimed the check; False when it lost its lease.

    "Take it again" becomes "an officer looks" after three tries and once the form was sent; a face
    an officer has turned down is not accepted by a machine afterwards.
    """
    application = readiness.hold(check.application_id)
    state, reason = _verdict(check, finding, application)
    counts = FaceCheck.objects.held(check).update(
        state=state,
        reason=reason,
        raw_distance=finding.raw,
        population_distance=finding.population,
        general_distance=finding.general,
        mean_version=finding.mean_version,
        similarity=finding.similarity,
        light=None if finding.light is None else round(finding.light),
        engine_version=finding.engine_version,
        threshold_version=finding.thresholds_version,
        lease_until=None,
        updated_at=timezone.now(),
    )
    if not counts:
        return False
    if state == CheckState.ACCEPTED and check.recheck_of_id is None and is_drawn(settings.FACE_SAMPLE_PERCENT):
        face_sample.draw(check, _kept(finding.reference), by=by)
    recordings.settle(check, finding.liveness, by=by)
    if finding.template is not None:
        templates.keep_template(check, finding.template, engine_version=finding.recogniser)
    if state == CheckState.ACCEPTED:
        jobs.enqueue("verification.search_duplicates", face_check_id=check.pk)
    if state == CheckState.REVIEW and finding.reference is not None:
        FaceCheck.objects.filter(pk=check.pk).update(reference=_kept(finding.reference))
    audit.record(
        f"verification.face_check.{state}", subject=check, by=by, reason=reason, thresholds=finding.thresholds_version
    )
    readiness.nudge_decision(application)
    return True


@transaction.atomic
def record_postponed(check: FaceCheck) -> None:
    """The register's photograph is not to be had now: look again soon. For the worker that claimed the check."""
    now = timezone.now()
    FaceCheck.objects.held(check).update(
        state=CheckState.QUEUED,
        lease_until=None,
        due_at=now + back_off(check.attempts, longest=LONGEST_WAIT),
        updated_at=now,
    )


@transaction.atomic
def sweep() -> None:
    """Find checks that are due, and pictures and wishes whose message got lost."""
    due = FaceCheck.objects.due().filter(recheck_of=None).order_by("due_at")
    for check_id in due.values_list("pk", flat=True)[:AT_ONCE]:
        jobs.enqueue("verification.compare_face", face_check_id=check_id)
    checked = FaceCheck.objects.filter(selfie=OuterRef("pk"))
    recent = Document.objects.filter(kind=DocumentKind.SELFIE, created_at__gt=timezone.now() - LOOK_BACK)
    for document_id in recent.exclude(Exists(checked)).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        jobs.enqueue("verification.check_selfie", document_id=document_id)
    by_hand = FaceCheck.objects.filter(application=OuterRef("pk"), selfie=None)
    wishes = Application.objects.filter(photo_route=PhotoRoute.MANUAL, state__in=PHOTO_STATES)
    for application_id in wishes.exclude(Exists(by_hand)).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        jobs.enqueue("verification.open_manual_check", application_id=application_id)


def _open_without_picture(application: Application, *, by: User) -> FaceCheck:
    check = FaceCheck.objects.create(application=application, reason=MANUAL_ROUTE)
    audit.record("verification.face_check.opened", subject=check, by=by, reason=MANUAL_ROUTE)
    jobs.enqueue("verification.compare_face", face_check_id=check.pk)
    return check


def _verdict(check: FaceCheck, finding: Finding, application: Application) -> tuple[CheckState, str]:
    if check.reason == SAMPLE:
        return CheckState.REVIEW, SAMPLE
    if check.recheck_of_id is not None:
        return _second_opinion(finding), finding.reason
    earlier = FaceCheck.objects.filter(application=application, recheck_of=None).exclude(pk=check.pk)
    if finding.outcome == FaceOutcome.ACCEPT:
        if earlier.filter(state=CheckState.REJECTED).exists():
            return CheckState.REVIEW, "rejected_before"
        if settings.FACE_LIVENESS == "required" and not finding.is_live:
            return CheckState.REVIEW, Reason.NOT_LIVE
        return CheckState.ACCEPTED, ""
    if finding.outcome == FaceOutcome.RETRY and application.is_draft:
        if earlier.filter(state=CheckState.RETRY).count() < TRIES - 1:
            return CheckState.RETRY, finding.reason
        return CheckState.REVIEW, TRIES_USED
    return CheckState.REVIEW, finding.reason


def _recording(check: FaceCheck) -> ClaimedRecording | None:
    """What was recorded with this picture, as long as nobody has looked at it."""
    sent = FaceRecording.objects.filter(selfie=check.selfie_id, state=RecordingState.SENT).first()
    if check.selfie_id is None or sent is None:
        return None
    frames = sent.frames.order_by("number").select_related("file")
    return ClaimedRecording(tuple(sent.moves), tuple(files.read(frame.file) for frame in frames), sent.reason)


def _second_opinion(finding: Finding) -> CheckState:
    """Of a re-check officers see only what contradicts the people who looked before."""
    if finding.outcome == FaceOutcome.ACCEPT:
        return CheckState.ACCEPTED
    return CheckState.REVIEW if finding.reason == Reason.MISMATCH else CheckState.RETRY


def _operation(application: Application) -> Operation:
    """What the region compares under; the strict edge when what it has set makes no sense."""
    try:
        return operation_for(application.village_id or "")
    except ValueError:
        logger.error("face thresholds of %s are unusable, the strict ones count", application.village_id)
        return Operation(STRICT)


def _kept(reference: bytes | None) -> StoredFile | None:
    try:
        return files.store_photo(reference) if reference else None
    except InputError:
        return None  # the officer is told that the register's photograph cannot be used
