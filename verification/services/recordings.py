"""Recordings of moves: asked for, sent once, settled with the face check they belong to.

The server draws the moves and keeps the time. A challenge is used up by whatever is sent for it,
so that nobody can try frames until some fit. What the frames show is the worker's business.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application
from enrollment.permissions import can_add_photo
from enrollment.services import add_selfie
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, files, images, workflow
from perlinsos.core.errors import DomainError, InputError
from verification import retaining
from verification.enums import CheckState
from verification.faces import moves
from verification.faces.codes import Break, Move
from verification.models import SAMPLE, FaceCheck, FaceFrame, FaceRecording
from verification.recording_enums import RecordingState
from verification.services import readiness

LIFE = timedelta(seconds=120)
MOST_ASKED, WITHIN = 20, timedelta(hours=1)
FRAME_SIDE, FRAME_MOST_BYTES, FRAME_MOST_PIXELS = 640, 500_000, 2_000_000  # the page sends 0.3 megapixels
FACE_OF_IT = 1  # which frame stands for the person: the first may still be unsteady
PACES_MS = (2600, 3600, 4600)  # of a move: more time at every further attempt


@dataclass(frozen=True)
class Asked:
    """What the page is told. The token is nowhere else: what is stored is its digest."""

    recording: FaceRecording
    token: str
    pace_ms: int


@dataclass(frozen=True)
class Liveness:
    """What the worker saw of a recording: `why` it does not count, empty when it does."""

    why: str = ""
    texture: float | None = None


@transaction.atomic
def ask(application: Application, *, session: str, replaced: str = "", by: User) -> Asked:
    """A new challenge for this case and session. For whoever may add a photograph.

    `replaced` is the turn the person cannot make. Refused with `too_many_recordings` for an hour after many.
    """
    access.ensure(can_add_photo(by, application))
    held = readiness.hold(application.pk)
    asked = FaceRecording.objects.filter(application=held)
    if asked.filter(created_at__gt=timezone.now() - WITHIN).count() >= MOST_ASKED:
        message = _("There were many recordings in a short time. Send a photo instead, or try again in an hour.")
        raise DomainError(message, code="too_many_recordings")
    token = secrets.token_urlsafe(32)
    recording = FaceRecording.objects.create(
        application=held,
        asked_by=by,
        attempt=asked.count() + 1,
        token_digest=_digest(token),
        session_digest=_digest(session),
        moves=[move.value for move in moves.draw(Move(replaced) if replaced else None)],
        replaced=replaced,
        expires_at=timezone.now() + LIFE,
    )
    audit.record("verification.face_recording.asked", subject=recording, by=by, replaced=replaced)
    tries = asked.exclude(state=RecordingState.ASKED).count()
    return Asked(recording, token, PACES_MS[min(tries, len(PACES_MS) - 1)])


@transaction.atomic
def send(application: Application, *, token: str, session: str, frames: Sequence[bytes], by: User) -> FaceRecording:
    """Use the challenge up and keep the frames for the worker. For whoever may add a photograph.

    Refused with `late`, or with `interrupted` when the challenge is no open one of this case and session. A
    recording that arrived damaged comes back as unusable, without a selfie: the next attempt is free.
    """
    access.ensure(can_add_photo(by, application))
    recording = FaceRecording.objects.burn(
        _digest(token), session_digest=_digest(session), application_id=application.pk
    )
    if recording is None:
        raise _refusal(application, token, session)
    photos = _normalised(frames)
    if photos is None:
        return workflow.move(recording, RecordingState.UNUSABLE, by=by, reason="incomplete")
    recording.reason = Break.REPEATED if _seen_before(photos) else ""
    recording.selfie = add_selfie(application, photos[FACE_OF_IT].data, by=by)
    recording.save(update_fields=["reason", "selfie", "updated_at"])
    for number, photo in enumerate(photos):
        file = files.store_normalised(photo)
        FaceFrame.objects.create(recording=recording, number=number, file=file, sha256=photo.sha256)
    audit.record("verification.face_recording.sent", subject=recording, by=by, frames=len(photos))
    return recording


@transaction.atomic
def settle(check: FaceCheck, found: Liveness | None, *, by: User) -> None:
    """Keep what the worker saw, and erase the frames unless an officer is going to look. For `record_finding`.

    A face drawn for the error sample keeps them as well: without them it would be known for one.
    """
    recording = FaceRecording.objects.filter(selfie=check.selfie_id, state=RecordingState.SENT).first()
    if recording is None or check.selfie_id is None or found is None:
        return
    state = RecordingState.BROKEN if found.why else RecordingState.LIVE
    workflow.move(recording, state, by=by, reason=found.why)
    FaceRecording.objects.filter(pk=recording.pk).update(reason=found.why, texture=found.texture)
    drawn = Q(recheck_of=check, reason=SAMPLE)
    if not FaceCheck.objects.filter(Q(pk=check.pk, state=CheckState.REVIEW) | drawn).exists():
        erase_frames(recording, under=retaining.RetentionReason.RECORDING, by=by)


@transaction.atomic
def erase_frames(recording: FaceRecording, *, under: str, by: User) -> int:
    """Erase the pictures of a recording; how many. Their hashes stay. For the worker."""
    application = recording.application
    policy = retaining.policy_of(application.village_id or "")
    left = list(recording.frames.filter(file__removed_at=None).select_related("file"))
    for frame in left:
        files.remove(frame.file, under=f"{policy.version}: {under}")
    if left:
        audit.record("verification.face_recording.erased", subject=recording, by=by, frames=len(left), reason=under)
    return len(left)


def _refusal(application: Application, token: str, session: str) -> DomainError:
    mine = FaceRecording.objects.filter(token_digest=_digest(token), session_digest=_digest(session))
    if mine.filter(application=application, state=RecordingState.ASKED).exists():
        return DomainError(_("The time for this recording is over. Start again."), code="late")
    return DomainError(_("The recording was interrupted. Start again."), code="interrupted")


def _normalised(frames: Sequence[bytes]) -> list[images.NormalisedImage] | None:
    """Every frame re-encoded without what was hidden in it; None when one is missing, damaged or too big."""
    if len(frames) != moves.FRAMES or max(map(len, frames)) > FRAME_MOST_BYTES:
        return None
    try:
        return [images.normalise_photo(data, max_side=FRAME_SIDE, max_pixels=FRAME_MOST_PIXELS) for data in frames]
    except InputError:
        return None


def _seen_before(photos: Sequence[images.NormalisedImage]) -> bool:
    """Whether a frame comes twice, or came in any recording before."""
    hashes = {photo.sha256 for photo in photos}
    return len(hashes) < len(photos) or FaceFrame.objects.filter(sha256__in=hashes).exists()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
