"""The page that waits for the comparison: owner and assisting agent only, one plain sentence, never a score."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Application, Document
from tests import factories
from verification.enums import CheckState
from verification.faces.codes import Hint
from verification.models import FaceCheck

pytestmark = pytest.mark.django_db
HOME = "/daftar/"


@pytest.fixture
def application(cast: Any) -> Application:
    """Joko's draft; he has no other application."""
    return factories.ApplicationFactory(village=factories.area("35.10.22.2003"))


def picture(application: Application, *, age: timedelta = timedelta(0), **check: Any) -> Document:
    document = factories.DocumentFactory(application=application, created_at=timezone.now() - age)
    if check:
        factories.FaceCheckFactory(application=application, selfie=document, **check)
    return document


def address(document: Document) -> str:
    return reverse("selfie-check", args=[document.public_id])


def body(response: Any) -> str:
    return response.content.decode()


@pytest.mark.parametrize("check", [{}, {"state": CheckState.QUEUED}, {"state": CheckState.RUNNING}])
def test_while_it_is_checked_the_page_looks_again_by_itself(
    client: Client, application: Application, check: dict[str, Any]
) -> None:
    client.force_login(application.owner)
    response = client.get(address(picture(application, **check)))
    assert "Foto sedang diperiksa" in body(response)
    assert response["Refresh"] == "2"
    assert "Lanjut dulu" not in body(response)


def test_after_a_while_one_may_go_on(client: Client, application: Application) -> None:
    client.force_login(application.owner)
    response = client.get(address(picture(application, age=timedelta(seconds=13))))
    assert "Lanjut dulu" in body(response)
    assert f'href="{HOME}"' in body(response)
    assert response["Refresh"] == "5"


def test_after_a_minute_the_page_no_longer_reloads(client: Client, application: Application) -> None:
    client.force_login(application.owner)
    response = client.get(address(picture(application, age=timedelta(seconds=61))))
    assert "Refresh" not in response
    assert "Lihat lagi" in body(response)


@pytest.mark.parametrize("state", [CheckState.ACCEPTED, CheckState.CONFIRMED])
def test_a_confirmed_photo_leads_on(client: Client, application: Application, cast: Any, state: str) -> None:
    client.force_login(application.owner)
    response = client.get(address(picture(application, state=state, settled_by=cast.budi)))
    assert (response.status_code, response["Location"]) == (302, HOME)


@pytest.mark.parametrize("hint", list(Hint))
def test_an_unusable_photo_gets_one_plain_hint(client: Client, application: Application, hint: Hint) -> None:
    client.force_login(application.owner)
    page = body(client.get(address(picture(application, state=CheckState.RETRY, reason=hint.value))))
    assert page.count('class="notice') == 1
    for way in ("Foto ulang", "Lanjut tanpa foto", "/daftar/foto/"):
        assert way in page


def test_when_an_officer_has_to_look_nothing_is_lost(client: Client, application: Application) -> None:
    client.force_login(application.owner)
    page = body(client.get(address(picture(application, review=True, reason="mismatch"))))
    assert "Tidak apa-apa" in page
    assert "Pendaftaran tetap lanjut" in page
    assert f'href="{HOME}"' in page


@pytest.mark.parametrize("state", CheckState.values)
def test_no_page_shows_a_score_or_says_gagal(client: Client, application: Application, cast: Any, state: str) -> None:
    client.force_login(application.owner)
    settled = {"settled_by": cast.budi, "judgement": "different_person"}
    document = picture(application, state=state, reason="mismatch", raw_distance=0.5123, **settled)
    page = body(client.get(address(document))).partition("<main")[2].partition("</main>")[0]
    for word in ("gagal", "0.51", "0,51", "%", "mismatch"):
        assert word not in page.lower()


def test_going_on_without_a_photo_opens_the_way_by_hand(
    client: Client, application: Application, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_rest: woken.append(name))
    client.force_login(application.owner)
    document = picture(application, state=CheckState.RETRY, reason="dark")
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address(document))
    assert response["Location"] == HOME
    assert woken == ["verification.open_manual_check"]


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/agen/keluarga/7/", "/agen/keluarga/7/"),
        ("/agen/?a=1", "/agen/?a=1"),
        ("https://evil.example/", HOME),
        ("//evil.example/", HOME),
        ("/\\evil.example/", HOME),
        ("\t//evil.example", HOME),
        ("javascript:alert(1)", HOME),
        ("agen/", HOME),
        ("", HOME),
    ],
)
def test_the_way_on_is_a_path_of_this_portal(
    client: Client, application: Application, wanted: str, goes_to: str
) -> None:
    client.force_login(application.owner)
    document = picture(application, accepted=True)
    assert client.get(address(document), {"next": wanted})["Location"] == goes_to


def test_the_agent_beside_the_person_sees_the_same_page(client: Client, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.eko)
    document = picture(cast.eko_application, state=CheckState.RETRY, reason="dark")
    page = body(client.get(address(document), {"next": "/agen/a/", "again": "/agen/b/"}))
    assert "Kurang terang" in page
    assert 'href="/agen/b/"' in page


@pytest.mark.parametrize(
    ("who", "status"), [("ani", 403), ("gita", 403), ("citra", 404), ("fajar", 404), ("joko", 404), ("kirana", 404)]
)
def test_the_page_is_for_the_person_and_the_agent(
    client: Client, cast: Any, sign_in: Any, who: str, status: int
) -> None:
    document = picture(cast.eko_application, review=True)
    sign_in(client, cast[who])
    assert client.get(address(document)).status_code == status
    assert client.post(address(document)).status_code == status


def test_a_document_that_is_no_selfie_has_no_such_page(client: Client, application: Application) -> None:
    client.force_login(application.owner)
    evidence = factories.DocumentFactory(application=application, kind="evidence")
    assert client.get(address(evidence)).status_code == 404


def test_a_check_of_somebody_else_is_not_shown(client: Client, application: Application, cast: Any) -> None:
    document = picture(application)
    FaceCheck.objects.create(application=cast.kirana_application, selfie=document, state=CheckState.REVIEW)
    client.force_login(application.owner)
    assert "Foto sedang diperiksa" in body(client.get(address(document)))
