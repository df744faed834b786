"""Pictures as people send them, through the door a family uses: the form, the worker, and the page with the answer.

What cannot be a photograph is refused at the door in plain words, and nothing is kept. What is one is
looked at: accepted, one thing to do better, or an officer; never a refusal, and never a stranger let in.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from PIL import Image

from enrollment.enums import ApplicationState
from enrollment.models import Application, Document
from tests.support import faces, pictures
from tests.support.sandbox_process import Sandbox
from tests.verification.cases import sent
from verification import tasks
from verification.enums import CheckState
from verification.models import DuplicateCandidate, FaceCheck

pytestmark = pytest.mark.django_db
PHOTO_STEP = "/daftar/foto/"
MIRRORED_BY_NOTE = (2, 4, 5, 7)  # tests/core/test_images.py turns all eight, test_faces.py compares 3, 6 and 8
Spoil = Callable[[bytes], bytes]


def good() -> bytes:
    """The picture Dukcapil has of the applicant."""
    return faces.portrait(faces.OBAMA)


@pytest.fixture
def applicant(ministries: Sandbox) -> Application:
    return sent(ministries.residents["eligible"], state=ApplicationState.DRAFT)


def upload(client: Client, application: Application, data: bytes) -> Any:
    client.force_login(application.owner)
    return client.post(PHOTO_STEP, {"photo": SimpleUploadedFile("wajah.jpg", data, "image/jpeg")})


def told(response: Any) -> str:
    """What a person reads in the middle of the page."""
    return " ".join(strip_tags(response.content.decode().partition("<main")[2].partition("</main>")[0]).split())


def looked_at(client: Client, application: Application, data: bytes) -> FaceCheck:
    """The picture sent with the form and looked at by the worker."""
    upload(client, application, data)
    document = Document.objects.get(application=application)
    tasks.check_selfie(document_id=document.pk)
    check = FaceCheck.objects.get(selfie=document)
    tasks.compare_face(face_check_id=check.pk)
    check.refresh_from_db()
    return check


# --- at the door --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: pictures.truncated(pictures.wall()), ("rusak", "Kirim lagi")),
        (
            lambda: pictures.truncated(pictures.encoded(pictures.opened(pictures.wall()), "PNG")),
            ("rusak", "Kirim lagi"),
        ),
        (lambda: pictures.moving("GIF"), ("bukan foto", "JPEG")),
        (pictures.heic, ("HEIC", "JPEG")),
        (lambda: pictures.bomb_png(7072), ("50 megapiksel", "25")),
        (pictures.bomb_png, ("Ukuran berkas ini tidak wajar", "kamera")),
        (pictures.text_bomb_png, ("foto", "Ambil")),
        (lambda: pictures.encoded(Image.new("RGB", (1, 1)), "PNG"), ("1 × 1", "kamera")),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", ("bukan foto", "JPEG")),
        (lambda: b"<?xml version='1.0'?><svg onload='alert(1)'/>", ("bukan foto", "JPEG")),
    ],
    ids=["half-jpeg", "half-png", "gif", "heic", "50-mp", "bomb", "bomb-in-comment", "1x1", "svg", "svg-xml"],
)
def test_what_is_no_usable_photo_is_explained_and_not_kept(
    client: Client, applicant: Application, made: Callable[[], bytes], words: tuple[str, ...]
) -> None:
    response = upload(client, applicant, made())
    page = told(response)
    assert response.status_code == 200
    for word in words:
        assert word in page
    assert "<script>alert" not in response.content.decode()
    assert not Document.objects.exists()
    applicant.refresh_from_db()
    assert applicant.state == ApplicationState.DRAFT


# --- looked at ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encode",
    [
        lambda photo: pictures.encoded(pictures.opened(photo).convert("CMYK"), "JPEG"),
        pictures.grey_16_bits,
        lambda photo: pictures.moving("WEBP", photo),
        lambda photo: pictures.moving("PNG", photo),
        *(lambda photo, turn=turn: pictures.with_exif(photo, orientation=turn, gps=True) for turn in MIRRORED_BY_NOTE),
        lambda photo: pictures.turned(photo, 180),
        lambda photo: pictures.turned(photo, 90),
    ],
    ids=["cmyk", "16-bit", "webp", "apng", *(f"exif-{turn}" for turn in MIRRORED_BY_NOTE), "upside-down", "lying"],
)
def test_an_unusual_picture_of_the_right_face_is_accepted(
    client: Client, applicant: Application, encode: Spoil
) -> None:
    """The register has the same picture: whatever the file is like, the person is the one."""
    assert looked_at(client, applicant, encode(good())).state == CheckState.ACCEPTED


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (pictures.masked, "tanpa masker"),
        (lambda photo: pictures.masked(photo, "#202020"), "tanpa masker"),
        (lambda photo: pictures.wall(), "belum terlihat"),
        (lambda photo: pictures.side_by_side(photo, pictures.smaller(photo, 0.7)), "lebih dari satu"),
        (lambda photo: pictures.encoded(Image.new("RGB", (200, 200)), "PNG"), "Kurang terang"),
    ],
    ids=["mask", "black-mask", "nobody", "child-on-the-arm", "lens-covered"],
)
def test_what_can_be_done_better_is_said_in_one_sentence(
    client: Client, applicant: Application, spoil: Spoil, words: str
) -> None:
    check = looked_at(client, applicant, spoil(good()))
    assert check.state == CheckState.RETRY
    page = told(client.get(reverse("selfie-check", args=[check.selfie.public_id])))
    assert words in page
    assert "Lanjut tanpa foto" in page
    assert "gagal" not in page.lower()


@pytest.mark.parametrize(
    "spoil",
    [
        pictures.with_sunglasses,
        lambda photo: faces.portrait(faces.BIDEN),
        lambda photo: pictures.mirrored(faces.portrait(faces.BIDEN)),
        pictures.with_a_babys_proportions,
    ],
    ids=["sunglasses", "somebody-else", "somebody-else-mirrored", "a-babys-proportions"],
)
def test_a_face_the_machine_is_not_sure_of_is_for_an_officer(
    client: Client, applicant: Application, spoil: Spoil
) -> None:
    check = looked_at(client, applicant, spoil(good()))
    assert check.state == CheckState.REVIEW
    page = told(client.get(reverse("selfie-check", args=[check.selfie.public_id])))
    assert "Tidak apa-apa" in page


@pytest.mark.parametrize(
    ("liveness", "state", "reason"),
    [("required", CheckState.REVIEW, "not_live"), ("off", CheckState.ACCEPTED, "")],
)
def test_a_picture_of_a_screen_looks_like_the_person_and_is_for_an_officer(
    client: Client, applicant: Application, settings: Any, liveness: str, state: CheckState, reason: str
) -> None:
    """One still picture cannot show that somebody was there: docs/faces.md says so, the recording is for that."""
    settings.FACE_LIVENESS = liveness
    check = looked_at(client, applicant, pictures.on_a_screen(good()))
    assert (check.state, check.reason) == (state, reason)
    if liveness == "required":
        page = told(client.get(reverse("selfie-check", args=[check.selfie.public_id])))
        assert "Tidak apa-apa" in page


@pytest.mark.parametrize("twin", [pictures.mirrored, pictures.twin_of], ids=["mirrored", "hardly-different"])
def test_twins_pass_for_each_other_and_are_asked_about(client: Client, ministries: Sandbox, twin: Spoil) -> None:
    """No network tells identical twins apart. Two people with one face become a question to an officer."""
    twins = [sent(ministries.residents[key], state=ApplicationState.MATCHING) for key in ("eligible", "wage")]
    for application, data in zip(twins, (good(), twin(good())), strict=True):
        check = looked_at(client, application, data)
        assert check.state == CheckState.ACCEPTED
        tasks.search_duplicates(face_check_id=check.pk)
    question = DuplicateCandidate.objects.get()
    assert {check.application_id for check in question.checks} == {application.pk for application in twins}
    for application in twins:
        application.refresh_from_db()
        assert application.state == ApplicationState.MATCHING
