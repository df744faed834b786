"""Recordings from the challenge to the verdict: one-time, bound, short, and never a refusal."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Application, Document
from perlinsos.accounts.models import User
from perlinsos.core import files
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.support import faces as photographs
from tests.support import moving, pictures
from tests.support.sandbox_process import Sandbox
from tests.verification.cases import sent
from verification import tasks
from verification.enums import CheckState
from verification.faces import moves as rows
from verification.models import FaceCheck, FaceFrame, FaceRecording
from verification.recording_enums import RecordingState
from verification.services import recordings, retention
from verification.services.photographs import open_photograph

pytestmark = pytest.mark.django_db
ON_THIS_PHONE = "session of the phone"
OBAMA, OTHER_MAN = photographs.OBAMA_AGAIN, photographs.BIDEN


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.FACE_LIVENESS = "required"


@pytest.fixture
def application(cast: Any) -> Application:
    """A draft with no source behind it, for what happens before anybody is compared."""
    return factories.ApplicationFactory(village=factories.area("35.10.22.2003"))


def in_hand(ministries: Sandbox) -> Application:
    return sent(ministries.residents["eligible"], state="draft")


def asked(application: Application, **wanted: Any) -> recordings.Asked:
    return recordings.ask(application, session=ON_THIS_PHONE, by=application.owner, **wanted)


def send(
    application: Application, token: str, frames: Sequence[bytes], *, session: str = ON_THIS_PHONE
) -> FaceRecording:
    return recordings.send(application, token=token, session=session, frames=frames, by=application.owner)


def plain_frames() -> list[bytes]:
    """Frames nobody looks at: small, and every one different."""
    return [pictures.wall(64, 48 + number) for number in range(rows.FRAMES)]


def looked_at(recording: FaceRecording) -> FaceCheck:
    """The check of a recording after the worker has seen it."""
    tasks.check_selfie(document_id=recording.selfie_id)
    check = FaceCheck.objects.get(selfie=recording.selfie_id)
    tasks.compare_face(face_check_id=check.pk)
    check.refresh_from_db()
    recording.refresh_from_db()
    return check


def recorded(
    application: Application, name: str, *, spoil: Callable[[Sequence[bytes]], Sequence[bytes]] = list
) -> FaceRecording:
    challenge = asked(application)
    return send(application, challenge.token, spoil(moving.film(name, challenge.recording.moves)))


def frames_left(recording: FaceRecording) -> int:
    return recording.frames.filter(file__removed_at=None).count()


def test_only_a_live_recording_is_accepted_by_the_machine(ministries: Sandbox) -> None:
    application = in_hand(ministries)
    photo = factories.DocumentFactory(
        application=application, file=files.store_photo(photographs.portrait(photographs.OBAMA))
    )
    tasks.check_selfie(document_id=photo.pk)
    still = FaceCheck.objects.get(selfie=photo)
    tasks.compare_face(face_check_id=still.pk)
    still.refresh_from_db()
    assert (still.state, still.reason) == (CheckState.REVIEW, "not_live")

    recording = recorded(application, photographs.OBAMA, spoil=_turned_by_exif)
    check = looked_at(recording)
    assert (check.state, check.reason, recording.state) == (CheckState.ACCEPTED, "", RecordingState.LIVE)
    assert check.face_template.sealed
    assert frames_left(recording) == 0
    assert recording.texture is not None


@pytest.mark.parametrize("extreme", [0.0, 100.0])
def test_no_texture_however_extreme_changes_a_verdict(
    ministries: Sandbox, monkeypatch: pytest.MonkeyPatch, extreme: float
) -> None:
    monkeypatch.setattr("verification.faces.recording.fineness", lambda chip: extreme)
    application = in_hand(ministries)
    held_still = recorded(application, photographs.OBAMA, spoil=lambda frames: frames[:1] * len(frames))
    assert looked_at(held_still).state == CheckState.RETRY
    recording = recorded(application, photographs.OBAMA, spoil=_turned_by_exif)
    check = looked_at(recording)
    assert (check.state, recording.state, recording.texture) == (CheckState.ACCEPTED, RecordingState.LIVE, extreme)


def test_a_recording_drawn_for_the_sample_keeps_its_pictures_until_an_officer_has_looked(
    ministries: Sandbox, cast: Any, worker: User, settings: Any
) -> None:
    """Without them an officer would know which faces the machine accepted."""
    settings.FACE_SAMPLE_PERCENT = 100
    application = in_hand(ministries)
    recording = recorded(application, photographs.OBAMA)
    sample = FaceCheck.objects.get(recheck_of=looked_at(recording))
    retention.erase_pictures([application], by=worker)
    assert frames_left(recording) == rows.FRAMES
    FaceCheck.objects.filter(pk=sample.pk).update(state=CheckState.CONFIRMED, settled_by=cast.budi)
    retention.erase_pictures([application], by=worker)
    assert frames_left(recording) == 0


def _turned_by_exif(frames: Sequence[bytes]) -> Sequence[bytes]:
    """As a phone saves them that notes how it was held."""
    lying = [pictures.opened(frame).transpose(pictures.Image.Transpose.ROTATE_90) for frame in frames]
    exif = pictures.Image.Exif()
    exif[0x0112] = 6
    return [pictures.jpeg(image, quality=95, exif=exif) for image in lying]


def test_somebody_else_who_is_there_goes_to_an_officer(ministries: Sandbox, cast: Any, worker: User) -> None:
    application = in_hand(ministries)
    recording = recorded(application, OTHER_MAN)
    check = looked_at(recording)
    assert (check.state, check.reason, recording.state) == (CheckState.REVIEW, "mismatch", RecordingState.LIVE)
    assert frames_left(recording) == rows.FRAMES
    frame = recording.frames.first()
    assert frame is not None
    assert open_photograph(frame.file.public_id, by=application.owner) is None
    assert open_photograph(frame.file.public_id, page="face-review", by=cast.budi) == frame.file
    looks = AuditEvent.objects.filter(action="verification.photograph.viewed", actor=cast.budi)
    assert looks.filter(data__file=str(frame.file.public_id)).count() == 1

    retention.erase_pictures([application], by=worker)
    assert frames_left(recording) == rows.FRAMES
    FaceRecording.objects.filter(pk=recording.pk).update(created_at=timezone.now() - timedelta(hours=73))
    retention.erase_pictures([application], by=worker)
    assert frames_left(recording) == 0
    assert FaceFrame.objects.filter(recording=recording).exclude(sha256="").count() == rows.FRAMES


def test_a_recording_sent_again_is_caught_and_after_three_an_officer_looks(ministries: Sandbox) -> None:
    ministries.set("dukcapil-photo", down=True)  # nobody is asked about a person for a recording that does not count
    application = in_hand(ministries)
    frames = [pictures.wall(64, 48)] * rows.FRAMES
    seen = [looked_at(send(application, asked(application).token, frames)) for _time in range(3)]
    assert [(check.state, check.reason) for check in seen] == [
        (CheckState.RETRY, "repeated_frames"),
        (CheckState.RETRY, "repeated_frames"),
        (CheckState.REVIEW, "tries_used"),
    ]


def test_frames_of_an_earlier_recording_are_known(application: Application) -> None:
    first = send(application, asked(application).token, plain_frames())
    again = send(application, asked(application).token, [*plain_frames()[:-1], pictures.wall(80, 60)])
    assert (first.reason, again.reason) == ("", "repeated_frames")


def test_a_challenge_is_good_once(application: Application) -> None:
    challenge = asked(application)
    assert send(application, challenge.token, plain_frames()).state == RecordingState.SENT
    with pytest.raises(DomainError) as refusal:
        send(application, challenge.token, plain_frames())
    assert refusal.value.code == "interrupted"
    assert Document.objects.filter(application=application).count() == 1


def test_a_challenge_is_good_for_two_minutes_of_the_server(application: Application) -> None:
    challenge = asked(application)
    started = timezone.now() - recordings.LIFE
    FaceRecording.objects.update(created_at=started, expires_at=started + recordings.LIFE)
    with pytest.raises(DomainError) as refusal:
        send(application, challenge.token, plain_frames())
    assert refusal.value.code == "late"
    assert not Document.objects.filter(application=application).exists()


def test_a_challenge_is_good_for_its_session_and_its_case_only(application: Application, cast: Any) -> None:
    challenge = asked(application)
    other = factories.ApplicationFactory(village=factories.area("35.10.22.2003"))
    for attempt in (
        lambda: send(application, challenge.token, plain_frames(), session="another phone"),
        lambda: send(other, challenge.token, plain_frames()),
        lambda: send(application, "guessed", plain_frames()),
    ):
        with pytest.raises(DomainError) as refusal:
            attempt()
        assert refusal.value.code == "interrupted"
    assert send(application, challenge.token, plain_frames()).state == RecordingState.SENT


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frames: frames[:-1],
        lambda frames: [*frames, frames[0]],
        lambda frames: [*frames[:-1], b""],
        lambda frames: [*frames[:-1], pictures.truncated(frames[-1])],
        lambda frames: [*frames[:-1], pictures.pdf()],
        lambda frames: [*frames[:-1], pictures.wall(2000, 1001)],  # eleven large ones would hold a web process
        lambda frames: [*frames[:-1], frames[-1] + b"\0" * recordings.FRAME_MOST_BYTES],
        lambda frames: [],
    ],
    ids=["too few", "too many", "empty", "cut off", "no picture", "too many dots", "too big", "none"],
)
def test_a_damaged_recording_costs_nothing_but_another_try(application: Application, spoil: Any) -> None:
    challenge = asked(application)
    recording = send(application, challenge.token, spoil(plain_frames()))
    assert (recording.state, recording.selfie) == (RecordingState.UNUSABLE, None)
    assert not Document.objects.filter(application=application).exists()
    assert not FaceFrame.objects.exists()
    following = asked(application)
    assert following.recording.attempt == 2
    assert following.pace_ms > challenge.pace_ms
    assert send(application, following.token, plain_frames()).selfie is not None


def test_whoever_cannot_turn_to_one_side_is_asked_something_else(application: Application) -> None:
    for side in rows.TURNS:
        moves = asked(application, replaced=side).recording.moves
        assert side not in moves
        assert "closer" in moves


def test_many_challenges_in_an_hour_are_too_many(application: Application) -> None:
    for _time in range(recordings.MOST_ASKED):
        asked(application)
    with pytest.raises(DomainError) as refusal:
        asked(application)
    assert refusal.value.code == "too_many_recordings"


def test_the_database_refuses_a_recording_sent_too_late_and_a_live_one_without_a_selfie(
    application: Application,
) -> None:
    recording = asked(application).recording
    mine = FaceRecording.objects.filter(pk=recording.pk)
    late = {"state": RecordingState.SENT, "sent_at": recording.expires_at + timedelta(seconds=1)}
    live = {"state": RecordingState.LIVE, "sent_at": timezone.now()}
    for facts in (late, live, {"state": RecordingState.SENT}, {"replaced": "both"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(**facts)


def test_the_page_asks_takes_the_frames_and_leads_to_the_comparison(client: Client, application: Application) -> None:
    client.force_login(application.owner)
    page = client.get(reverse("face-recording", args=[application.public_id])).content.decode()
    assert "Rekam wajah" in page
    assert "gagal" not in page.lower()
    challenge = client.post(reverse("face-challenge", args=[application.public_id]), {"replaced": "left"}).json()
    assert len(challenge["moves"]) == rows.MOVES
    assert "left" not in challenge["moves"]
    response = _post(client, application, challenge["token"], plain_frames())
    document = Document.objects.get(application=application)
    assert response["Location"].startswith(reverse("selfie-check", args=[document.public_id]))
    again = _post(client, application, challenge["token"], plain_frames())
    assert "Rekaman terputus" in client.get(again["Location"]).content.decode()
    following = client.post(reverse("face-challenge", args=[application.public_id])).json()
    damaged = _post(client, application, following["token"], plain_frames()[:3])
    assert "tersimpan" in client.get(damaged["Location"]).content.decode().lower()


def test_a_stranger_gets_no_challenge(client: Client, application: Application, cast: Any) -> None:
    stranger = factories.ApplicationFactory().owner
    client.force_login(stranger)
    assert client.post(reverse("face-challenge", args=[application.public_id])).status_code == 404
    assert client.get(reverse("face-recording", args=[application.public_id])).status_code == 404


def _post(client: Client, application: Application, token: str, frames: Sequence[bytes]) -> Any:
    upload = [SimpleUploadedFile(f"{number}.jpg", data, "image/jpeg") for number, data in enumerate(frames)]
    return client.post(reverse("face-recording", args=[application.public_id]), {"token": token, "frames": upload})
