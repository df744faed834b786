"""Going to look at a contested meter: who may, what is shown, what is recorded, and only once."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from appeals.enums import AppealState, GroundCheckState
from appeals.models import GroundCheck
from perlinsos.accounts.enums import Role
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.cast import KESILIR, Cast
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(cast: Cast) -> GroundCheck:
    """Indah contests 2,200 VA; Dewi of BPS wants somebody of Kesilir to look."""
    application = cast.application
    appeal = factories.AppealFactory(
        application=application, state=AppealState.GROUND_CHECK, explanation="Stikernya 900"
    )
    return factories.GroundCheckFactory(appeal=appeal, requested_by=cast.dewi, instructions="Lihat stiker meteran.")


def seen(**changes: Any) -> dict[str, Any]:
    photo = SimpleUploadedFile("meteran.jpg", factories.photo(), "image/jpeg")
    return {"value": "900", "photo": photo, "note": "Stiker biru", **changes}


def address(check: GroundCheck) -> str:
    return f"/agen/cek/{check.public_id}/"


def test_an_agent_of_the_village_records_what_is_there(
    check: GroundCheck, cast: Cast, client: Client, sign_in: SignIn
) -> None:
    sign_in(client, cast.eko)
    page = client.get(address(check)).content.decode()
    for shown in ("Daya listrik", "2.200 VA", "900 VA", "Stikernya 900", "Lihat stiker", "Dusun Krajan", "Kesilir"):
        assert shown in page
    assert client.post(address(check), seen())["Location"] == address(check)
    check.refresh_from_db()
    assert (check.state, check.observed_value, check.recorded_by) == (GroundCheckState.RECORDED, 900, cast.eko)
    assert check.note == "Stiker biru"
    assert check.photo is not None
    assert check.appeal.state == AppealState.CHECKED
    thanks = client.get(address(check)).content.decode()
    assert "Terima kasih" in thanks
    assert "Dusun Krajan" not in thanks  # the house is nobody's business any more
    looked = AuditEvent.objects.get(action="agents.ground_check.opened")
    assert (looked.actor, looked.subject_id) == (cast.eko, check.appeal.application_id)


def test_recording_twice_says_so_and_changes_nothing(
    check: GroundCheck, cast: Cast, client: Client, sign_in: SignIn
) -> None:
    sign_in(client, cast.eko)
    client.post(address(check), seen())
    again = client.post(address(check), seen(value="2200"), follow=True)
    assert "sudah ditutup" in again.content.decode()
    check.refresh_from_db()
    assert check.observed_value == 900


def test_two_agents_at_the_same_door(
    check: GroundCheck, cast: Cast, client: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second opened the page before the first had sent: the service refuses, the page says so."""
    factories.MembershipFactory(user=cast.fajar, role=Role.AGENT, area_code=KESILIR)
    stale = GroundCheck.objects.get(pk=check.pk)
    sign_in(client, cast.eko)
    client.post(address(check), seen())
    monkeypatch.setattr("agents.views.checks._check", lambda *_args: stale)
    sign_in(client, cast.fajar)
    answer = client.post(address(check), seen(value="450"))
    assert answer.status_code == 200
    assert "summary-of-errors" in answer.content.decode()
    check.refresh_from_db()
    assert (check.observed_value, check.recorded_by) == (900, cast.eko)


def test_an_agent_of_another_village_finds_nothing(
    check: GroundCheck, cast: Cast, client: Client, sign_in: SignIn
) -> None:
    sign_in(client, cast.fajar)
    assert client.get(address(check)).status_code == 404
    assert client.post(address(check), seen()).status_code == 404
    assert "Daya listrik" not in client.get("/agen/").content.decode()


def test_a_citizen_finds_nothing(check: GroundCheck, cast: Cast, client: Client, sign_in: SignIn) -> None:
    sign_in(client, cast.indah)
    assert client.get(address(check)).status_code == 404


def test_who_asked_for_it_cannot_go(check: GroundCheck, cast: Cast, client: Client, sign_in: SignIn) -> None:
    sign_in(client, cast.dewi)
    assert "Orang lain yang harus melihat" in client.get(address(check)).content.decode()
    assert client.post(address(check), seen()).status_code == 403
    check.refresh_from_db()
    assert check.state == GroundCheckState.REQUESTED


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"photo": ""}, "Fotonya belum ada"),
        ({"value": ""}, "“Apa yang Anda lihat?” belum dipilih."),
        ({"value": "901"}, "summary-of-errors"),
        ({"photo": SimpleUploadedFile("foto.jpg", b"%PDF-1.7 no picture", "image/jpeg")}, "summary-of-errors"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    check: GroundCheck, cast: Cast, client: Client, sign_in: SignIn, told: dict[str, Any], said: str
) -> None:
    sign_in(client, cast.eko)
    answer = client.post(address(check), seen(**told))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert said in page
    assert "Stiker biru" in page
    check.refresh_from_db()
    assert check.state == GroundCheckState.REQUESTED


def test_the_first_page_lists_what_waits_without_naming_anybody(
    check: GroundCheck, cast: Cast, client: Client, sign_in: SignIn
) -> None:
    sign_in(client, cast.eko)
    page = client.get("/agen/").content.decode()
    assert address(check) in page
    assert "Daya listrik" in page
    assert cast.application.applicant.name not in page
    assert "Dusun Krajan" not in page
