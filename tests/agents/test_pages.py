"""The agents' pages: bad input, who sees what, how many queries, how many bytes."""

from datetime import timedelta
from typing import Any

import brotli
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from agents.models import AssistedVisit
from enrollment.enums import ApplicationState, Step
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.messages.names import mask_name
from tests import factories
from tests.agents.conftest import applicant_form
from tests.cast import KESILIR, Cast
from tests.conftest import SignIn
from tests.support import pictures
from verification.enums import ASKED_SOURCES

pytestmark = pytest.mark.django_db

NEW = "/agen/keluarga/baru/"


def step(application: Application, name: str) -> str:
    return f"/agen/keluarga/{application.public_id}/{name}/"


# --- what an agent types --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"nik": "351022670279900"}, "NIK harus 16 angka. Yang Anda isi 15 angka."),
        ({"nik": "35102267027990055"}, "NIK harus 16 angka. Yang Anda isi 17 angka."),
        ({"nik": "3510226702O99005"}, "summary-of-errors"),
        ({"nik": "3510229902799005"}, "Tanggal di dalam NIK"),
        ({"nik": "0010226702799005"}, "summary-of-errors"),
        ({"nik": ""}, "summary-of-errors"),
        ({"birth_date_day": "31", "birth_date_month": "4"}, "Bulan itu hanya sampai tanggal 30."),
        ({"birth_date_month": "Smarch"}, "summary-of-errors"),
        ({"birth_date_year": "2199"}, "summary-of-errors"),
        ({"name": "   "}, "summary-of-errors"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_lost(eko: User, client: Client, told: dict[str, Any], said: str) -> None:
    sent = applicant_form(**told)
    answer = client.post(NEW, sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert said in page
    assert f'value="{sent["nik"]}"' in page or not sent["nik"]
    assert not Application.objects.exists()


@pytest.mark.parametrize("nik", ["3510 2267 0279 9005", "35.10.22.670279.9005", " 3510-226702799005"])
def test_spaces_dots_and_dashes_are_no_mistake(eko: User, client: Client, nik: str) -> None:
    assert client.post(NEW, applicant_form(nik=nik, birth_date_month="Peb"))["Location"].endswith("/persetujuan/")
    assert Application.objects.get().applicant.nik == "3510226702799005"


def test_a_registered_family_is_told_since_when(eko: User, cast: Cast, client: Client) -> None:
    applicant = cast.fajar_application.applicant
    born = applicant.born
    told = applicant_form(
        nik=applicant.nik, birth_date_day=born.day, birth_date_month=born.month, birth_date_year=born.year
    )
    page = client.post(NEW, told).content.decode()
    assert "sudah terdaftar sejak" in page
    assert cast.fajar_application.receipt_code not in page
    assert applicant.name not in page


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Pilih dulu jawaban keluarga."),
        ({"answer": "yes"}, "Pilih alasan mengapa Anda yang mengisi."),
        ({"answer": "yes", "reason": "lazy"}, "summary-of-errors"),
        ({"answer": "yes", "reason": "cannot_read", "witness": "  "}, "Isi nama saksi"),
    ],
)
def test_consent_is_complete_or_not_given(client: Client, draft: Application, told: dict[str, str], said: str) -> None:
    page = client.post(step(draft, "persetujuan"), told).content.decode()
    assert said in page
    assert not draft.consents.exists()


def test_every_line_of_the_consent_is_there_to_be_read_aloud(client: Client, draft: Application) -> None:
    page = client.get(step(draft, "persetujuan")).content.decode()
    assert page.count("Memeriksa daya listrik rumah") == len(ASKED_SOURCES)  # the purpose of the factory
    assert "Bacakan" in page


def test_a_family_may_say_no(client: Client, draft: Application) -> None:
    answer = client.post(step(draft, "persetujuan"), {"answer": "no"}, follow=True)
    assert "Pendaftaran ditutup" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == ApplicationState.WITHDRAWN
    assert client.get(step(draft, "persetujuan"))["Location"] == "/agen/"
    assert str(draft.public_id) not in client.get("/agen/").content.decode()


@pytest.mark.parametrize(
    "photo",
    [b"", pictures.pdf(), pictures.bomb_png(), pictures.truncated(factories.photo((640, 480)))],
    ids=["empty", "pdf", "bomb", "truncated"],
)
def test_what_is_no_photo_is_refused_in_words(client: Client, draft: Application, photo: bytes) -> None:
    client.post(step(draft, "persetujuan"), {"answer": "yes", "reason": "elderly"})
    page = client.post(step(draft, "foto"), {"photo": SimpleUploadedFile("foto.jpg", photo, "image/jpeg")})
    assert page.status_code == 200
    assert "summary-of-errors" in page.content.decode()
    assert not draft.documents.exists()


def test_without_a_photo_there_is_a_reason(client: Client, draft: Application) -> None:
    client.post(step(draft, "persetujuan"), {"answer": "yes", "reason": "elderly"})
    page = client.post(step(draft, "foto"), {"cannot": "1"}).content.decode()
    assert "Pilih alasannya dulu." in page
    assert "<details open" in page
    assert "camera.js" in page  # the other form is still usable


def test_a_page_that_is_not_reached_leads_to_the_one_that_is(client: Client, draft: Application) -> None:
    for name in ("foto", "periksa", "keluarga/desa", "keluarga/isi", "selesai"):
        assert client.get(step(draft, name))["Location"] == step(draft, "persetujuan")
    assert client.get(step(draft, "besok")).status_code == 404


def test_what_was_typed_survives_the_end_of_the_session(eko: User, client: Client, sign_in: SignIn) -> None:
    page = client.get(NEW).content.decode()
    stamp = page.partition('name="shown_to" value="')[2].partition('"')[0]
    client.logout()
    answer = client.post(NEW, applicant_form(shown_to=stamp))
    assert answer["Location"] == "/?next=/agen/keluarga/baru/"
    client.cookies["sessionid"] = client.session.session_key
    session = dict(client.session)
    sign_in(client, eko)
    kept = client.session
    kept.update({key: value for key, value in session.items() if not key.startswith("_auth")})
    kept.save()
    assert "3510226702799005" in client.get(NEW).content.decode()


# --- who sees what --------------------------------------------------------------------------------


def test_only_agents_come_in(cast: Cast, client: Client, sign_in: SignIn) -> None:
    for user in (cast.ani, cast.dewi, cast.gita, cast.indah):
        sign_in(client, user)
        assert client.get("/agen/").status_code == 403
        assert client.get(NEW).status_code == 403


def test_agents_see_their_own_families_only(cast: Cast, client: Client, sign_in: SignIn) -> None:
    """Fajar has families of his own, and none of Eko's."""
    mine, theirs = cast.eko_application, cast.fajar_application
    sign_in(client, cast.fajar)
    page = client.get("/agen/").content.decode()
    assert str(theirs.public_id) in page
    assert str(mine.public_id) not in page
    for name in ("persetujuan", "foto", "selesai", "keluarga/desa", "keluarga/isi"):
        assert client.get(step(mine, name)).status_code == 404
    assert client.get(step(theirs, "selesai")).status_code == 200


def test_a_neighbour_agents_draft_is_not_found(client: Client, draft: Application, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.fajar)
    answer = client.post(step(draft, "persetujuan"), {"answer": "yes", "reason": "elderly"})
    assert answer.status_code == 404
    assert not draft.consents.exists()


def test_names_are_masked_and_no_nik_is_shown(client: Client, draft: Application, cast: Cast) -> None:
    sent = cast.eko_application
    page = client.get("/agen/").content.decode()
    for application in (draft, sent):
        assert application.applicant.name not in page
        assert application.applicant.nik not in page
        assert mask_name(application.applicant.name) in page


def test_another_photo_is_asked_for_after_sending(eko: User, client: Client, cast: Cast) -> None:
    sent = cast.eko_application
    factories.FaceCheckFactory(application=sent, state="retry", reason="blurry")
    page = client.get("/agen/").content.decode()
    assert "Perlu foto ulang" in page
    assert step(sent, "foto") in page
    camera = client.get(step(sent, "foto"))
    assert camera.status_code == 200
    assert "cannot" not in camera.content.decode()


# --- what it costs --------------------------------------------------------------------------------


def test_the_first_page_counts_today(eko: User, client: Client, cast: Cast) -> None:
    now = timezone.now()
    for minutes in (2, 3, 40):
        application = factories.ApplicationFactory(
            assisted=True, submitted=True, assisted_by=eko, village=factories.area(KESILIR)
        )
        AssistedVisit.objects.create(
            agent=eko, application=application, started_at=now - timedelta(minutes=minutes), finished_at=now
        )
    page = client.get("/agen/").content.decode()
    assert "3 keluarga" in page
    assert "sekitar 3 menit" in page


def test_the_first_page_costs_the_same_however_long_the_lists(
    eko: User, client: Client, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    queries = 17
    with django_assert_num_queries(queries):
        client.get("/agen/")
    for _number in range(5):
        own = {"assisted": True, "assisted_by": eko, "village": factories.area(KESILIR)}
        factories.AssistedVisitFactory(application=factories.ApplicationFactory(submitted=True, **own))
        factories.ApplicationFactory(step=Step.HOME, **own)
        factories.GroundCheckFactory(appeal__application=factories.ApplicationFactory(announced=True, **own))
        factories.FaceCheckFactory(application=factories.ApplicationFactory(submitted=True, **own), manual=True)
    with django_assert_num_queries(queries):
        page = client.get("/agen/")
    assert len(brotli.compress(page.content, quality=5)) <= 6 * 1024


@pytest.mark.parametrize("name", ["persetujuan", "foto"])
def test_a_page_of_the_form_stays_within_its_budget(client: Client, draft: Application, name: str) -> None:
    if name == "foto":
        client.post(step(draft, "persetujuan"), {"answer": "yes", "reason": "elderly"})
    assert len(brotli.compress(client.get(step(draft, name)).content, quality=5)) <= 6 * 1024
