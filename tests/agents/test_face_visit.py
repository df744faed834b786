"""Meeting somebody who cannot be photographed: verified in one visit, and who is not alone with an answer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment import services as enrollment
from enrollment.models import Document
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.messages.names import mask_name
from tests import factories
from tests.cast import KESILIR, Cast
from tests.conftest import SignIn
from verification import readiness, tasks
from verification.enums import CheckState
from verification.models import FaceAnswer, FaceCheck
from verification.services import visits

pytestmark = pytest.mark.django_db
HOME = "/agen/"


@pytest.fixture
def check(cast: Cast) -> FaceCheck:
    """Indah of Kesilir cannot be photographed."""
    return factories.FaceCheckFactory(application=cast.application, manual=True)


def address(check: FaceCheck) -> str:
    return reverse("face-visit", args=[check.public_id])


def seen(**changes: Any) -> dict[str, Any]:
    return {"met": "self", "papers": ["ktp", "kk"], "reason": "card_fits", "representative": "", **changes}


def face() -> SimpleUploadedFile:
    return SimpleUploadedFile("wajah.jpg", factories.photo(), "image/jpeg")


def test_from_cannot_be_photographed_to_verified_in_one_visit(cast: Cast, client: Client, sign_in: SignIn) -> None:
    citizen = factories.ApplicationFactory(village=factories.area(KESILIR), step="photo")
    factories.ConsentFactory(application=citizen)
    enrollment.choose_manual_photo(citizen, by=citizen.owner)
    tasks.open_manual_check(application_id=citizen.pk)
    type(citizen).objects.filter(pk=citizen.pk).update(
        state="submitted", family=factories.FamilyFactory(), receipt_code="BWI-7K4M-92QX", submitted_at=timezone.now()
    )
    check = FaceCheck.objects.get()  # the register's photograph is not there yet, and need not be
    assert check.state == CheckState.QUEUED
    sign_in(client, cast.eko)
    assert address(check) in client.get(HOME).content.decode()
    assert client.post(address(check), seen())["Location"] == address(check)
    check.refresh_from_db()
    assert (check.state, check.judgement, check.settled_by) == (CheckState.CONFIRMED, "met_in_person", cast.eko)
    assert readiness.identity_of(citizen) == "verified"
    closed = client.get(address(check)).content.decode()
    assert "Orangnya sudah pasti" in closed
    assert "Dusun Krajan" not in closed  # the house is nobody's business any more
    assert address(check) not in client.get(HOME).content.decode()


def test_after_three_tries_the_agent_comes_too(cast: Cast, client: Client, sign_in: SignIn) -> None:
    tried = factories.FaceCheckFactory(application=cast.application, review=True, reason="tries_used")
    other = factories.FaceCheckFactory(
        application=factories.ApplicationFactory(submitted=True), review=True, reason="uncertain"
    )
    sign_in(client, cast.eko)
    page = client.get(HOME).content.decode()
    assert address(tried) in page
    assert address(other) not in page  # two good pictures: an officer compares them at the desk


def test_the_first_page_lists_who_waits_longest_first_with_age_and_village(
    check: FaceCheck, cast: Cast, client: Client, sign_in: SignIn
) -> None:
    asked = factories.FaceCheckFactory(
        application=factories.ApplicationFactory(submitted=True, village=factories.area(KESILIR)),
        review=True,
        judgement="unsure",
        created_at=timezone.now() - timedelta(days=3, hours=2),
    )
    sign_in(client, cast.eko)
    page = client.get(HOME).content.decode()
    assert page.index(address(asked)) < page.index(address(check))
    assert "menunggu 3 hari" in page
    assert "Diminta petugas" in page
    assert "Kesilir ·" in page
    assert mask_name(check.application.applicant.name) in page
    assert check.application.applicant.name not in page


def test_the_page_says_whom_where_and_what_to_compare(
    check: FaceCheck, cast: Cast, client: Client, sign_in: SignIn
) -> None:
    sign_in(client, cast.eko)
    page = client.get(address(check)).content.decode()
    applicant = check.application.applicant
    for shown in (applicant.name, "Dusun Krajan", "Kesilir", f"3510********{applicant.nik[-4:]}", "Minta KTP"):
        assert shown in page
    assert applicant.nik not in page
    looked = AuditEvent.objects.get(action="agents.face_visit.opened")
    assert (looked.actor, looked.subject_id) == (cast.eko, check.application_id)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"met": ""}, "summary-of-errors"),
        ({"met": "helped"}, "Isi nama yang berbicara"),
        ({"papers": ["kk"]}, "Pilih surat yang dicocokkan"),
        ({"reason": "vouched"}, "Pilih surat yang dicocokkan"),
        ({"reason": ""}, "Pilih dulu wajahnya"),
        ({"reason": "face_fits"}, "summary-of-errors"),
        ({"photo": SimpleUploadedFile("a.jpg", b"%PDF-1.7 no picture", "image/jpeg")}, "summary-of-errors"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    check: FaceCheck, cast: Cast, client: Client, sign_in: SignIn, told: dict[str, Any], said: str
) -> None:
    sign_in(client, cast.eko)
    answer = client.post(address(check), seen(**told))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert said in page
    assert re.search(r'value="kk"[^>]*checked', page)
    check.refresh_from_db()
    assert check.state == CheckState.REVIEW
    assert not FaceAnswer.objects.exists()


def test_what_was_typed_survives_the_end_of_the_session(
    check: FaceCheck, cast: Cast, client: Client, sign_in: SignIn
) -> None:
    sign_in(client, cast.eko)
    stamp = client.get(address(check)).context["stamp"]
    client.logout()
    assert (
        client.post(address(check), seen(met="helped", representative="Bu Karsih", shown_to=stamp)).status_code == 302
    )
    sign_in(client, cast.eko)
    assert "Bu Karsih" in client.get(address(check)).content.decode()


def test_a_representative_and_a_photo_are_noted(check: FaceCheck, cast: Cast, client: Client, sign_in: SignIn) -> None:
    sign_in(client, cast.eko)
    client.post(address(check), seen(met="helped", representative="Bu  Karsih", photo=face()))
    kept = FaceAnswer.objects.get()
    assert (kept.met, kept.papers, kept.representative) == ("helped", ["ktp", "kk"], "Bu Karsih")
    assert kept.photo.added_by == cast.eko
    recheck = FaceCheck.objects.get(recheck_of=check)
    assert (recheck.selfie, recheck.state) == (kept.photo, CheckState.QUEUED)
    assert readiness.identity_of(check.application) == "verified"  # whatever the machine will say
    tasks.check_selfie(document_id=kept.photo_id)
    assert FaceCheck.objects.count() == 2


def test_nobody_at_home_stays_on_the_list(check: FaceCheck, cast: Cast, client: Client, sign_in: SignIn) -> None:
    sign_in(client, cast.eko)
    client.post(address(check), {"met": "nobody"})
    assert FaceAnswer.objects.get().reason == "not_met"
    assert address(check) in client.get(HOME).content.decode()
    client.post(address(check), seen())
    check.refresh_from_db()
    assert check.state == CheckState.CONFIRMED


# --- who is not alone -------------------------------------------------------------------------


def test_who_enrolled_the_family_is_confirmed_by_an_officer(cast: Cast, client: Client, sign_in: SignIn) -> None:
    """The same visit: compared beside the receipt, and an officer agrees at the desk."""
    check = factories.FaceCheckFactory(application=cast.eko_application, manual=True)
    sign_in(client, cast.eko)
    receipt = client.get(f"/agen/keluarga/{check.application.public_id}/selesai/").content.decode()
    assert address(check) in receipt
    client.post(address(check), seen())
    check.refresh_from_db()
    assert check.state == CheckState.REVIEW
    assert "Petugas ikut melihat" in client.get(address(check)).content.decode()
    sign_in(client, cast.ani)
    desk = reverse("face-review", args=[check.public_id])
    assert "Menurut agen" not in client.get(desk).content.decode()
    assert "Menurut agen" in client.post(desk, {"reason": "card_fits"}, follow=True).content.decode()
    client.post(desk, {"reason": "card_fits", "is_final": "on"})
    check.refresh_from_db()
    assert (check.state, check.settled_by) == (CheckState.CONFIRMED, cast.ani)


@pytest.mark.parametrize(
    ("machine", "told"),
    [("mismatch", {}), ("manual_route", {"reason": "other_card"})],
)
def test_an_agent_alone_neither_refuses_nor_overrules_the_machine(
    cast: Cast, client: Client, sign_in: SignIn, machine: str, told: dict[str, Any]
) -> None:
    check = factories.FaceCheckFactory(
        application=cast.application, review=True, reason=machine, judgement="unsure", disputed_by=None
    )
    sign_in(client, cast.eko)
    client.post(address(check), seen(**told))
    check.refresh_from_db()
    assert (check.state, check.judgement, check.settled_by) == (CheckState.REVIEW, "", None)
    assert address(check) not in client.get(HOME).content.decode()


def test_an_agent_does_not_undo_the_no_of_an_officer(cast: Cast, client: Client, sign_in: SignIn) -> None:
    factories.FaceCheckFactory(
        application=cast.application, state=CheckState.REJECTED, settled_by=cast.budi, judgement="different_person"
    )
    again = factories.FaceCheckFactory(application=cast.application, manual=True)
    sign_in(client, cast.eko)
    client.post(address(again), seen())
    again.refresh_from_db()
    assert again.state == CheckState.REVIEW


def test_an_agent_answers_once(check: FaceCheck, cast: Cast) -> None:
    told = visits.Visit(met="self", reason="other_card", papers=("ktp",))
    visits.record_visit(check, told, by=cast.eko)
    with pytest.raises(DomainError) as caught:
        visits.record_visit(check, told, by=cast.eko)
    assert caught.value.code == "answered"


@pytest.mark.parametrize(
    "visit",
    [
        visits.Visit(met="", reason="card_fits", papers=("ktp",)),
        visits.Visit(met="nobody", reason="card_fits", papers=("ktp",)),
        visits.Visit(met="self", reason="card_fits", papers=("kk",)),
        visits.Visit(met="self", reason="face_fits", papers=("ktp",)),
        visits.Visit(met="helped", reason="card_fits", papers=("ktp",)),
    ],
)
def test_the_service_refuses_half_a_visit(check: FaceCheck, cast: Cast, visit: visits.Visit) -> None:
    with pytest.raises(DomainError) as caught:
        visits.record_visit(check, visit, by=cast.eko)
    assert caught.value.code == "incomplete"


def test_two_agents_at_the_same_door(check: FaceCheck, cast: Cast, client: Client, sign_in: SignIn) -> None:
    factories.MembershipFactory(user=cast.fajar, role=Role.AGENT, area_code=KESILIR)
    sign_in(client, cast.eko)
    client.post(address(check), seen())
    sign_in(client, cast.fajar)
    page = client.post(address(check), seen(), follow=True).content.decode()
    assert "sudah ditutup" in page
    assert FaceAnswer.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("fajar", 404), ("indah", 403), ("ani", 403), ("gita", 403)])
def test_strangers_find_nothing(
    check: FaceCheck, cast: Cast, client: Client, sign_in: SignIn, who: str, status: int
) -> None:
    sign_in(client, cast[who])
    assert client.get(address(check)).status_code == status
    assert client.post(address(check), seen()).status_code == status
    with pytest.raises(PermissionDenied):
        visits.record_visit(check, visits.Visit(met="self", reason="card_fits", papers=("ktp",)), by=cast[who])


def test_drafts_and_closed_cases_are_not_visited(cast: Cast, client: Client, sign_in: SignIn, eko: User) -> None:
    for state in ("draft", "withdrawn"):
        traits = {} if state == "draft" else {state: True}
        application = factories.ApplicationFactory(village=factories.area(KESILIR), **traits)
        check = factories.FaceCheckFactory(application=application, manual=True)
        assert address(check) not in client.get(HOME).content.decode()
    assert not Document.objects.exists()
