"""A family without a phone, from the agent's first page to the receipt, against the running sandbox."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agents.models import AssistedVisit
from enrollment.enums import ApplicationState, Channel, PhotoRoute, ProxyReason
from enrollment.models import Application
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from tests import factories
from tests.support import faces
from tests.support.sandbox_process import Sandbox
from verification import tasks
from verification.enums import CheckState
from verification.models import FaceCheck

pytestmark = pytest.mark.django_db

SUMBERAGUNG = "35.10.24.2008"
MUKAYAT = {"nik": "3510 2420.1051 9069", "name": " Mukayat ", "birth_date_day": "20"}
MUKAYAT |= {"birth_date_month": "okt", "birth_date_year": "1951"}
YES = {"answer": "yes", "reason": "elderly"}
NO_PHONE = {"phone_owner": "none"}
NO_ACCOUNT = {"bank": "none"}


@pytest.fixture
def eko_there(eko: User) -> User:
    """Eko also works in the village of the family without a phone."""
    factories.MembershipFactory(user=eko, role=Role.AGENT, area_code=factories.area(SUMBERAGUNG).code)
    return eko


class Walk:
    """The agent's browser, one post after the other; each answers with the address it leads to."""

    def __init__(self, client: Client) -> None:
        self.client = client
        first = client.post("/agen/keluarga/baru/", MUKAYAT)
        assert first.status_code == 302, first.content.decode()
        self.application = Application.objects.get(channel=Channel.AGENT)
        self.base = f"/agen/keluarga/{self.application.public_id}/"

    def post(self, step: str, told: dict[str, Any]) -> str:
        response = self.client.post(f"{self.base}{step}/", told)
        assert response.status_code == 302, response.content.decode()
        return response["Location"].removeprefix(self.base)

    def read(self, step: str) -> str:
        response = self.client.get(f"{self.base}{step}/")
        assert response.status_code == 200, response
        return response.content.decode()

    def home_answers(self) -> dict[str, Any]:
        self.application.refresh_from_db()
        members = self.application.family.members.select_related("person")
        boinah = next(member for member in members if member.person.name == "Boinah")
        return {f"disability_{boinah.pk}": "on", "power_va": "450"}


def test_an_agent_enrols_a_family_without_a_phone(eko_there: User, client: Client, ministries: Sandbox) -> None:
    walk = Walk(client)
    assert walk.post("persetujuan", {"answer": "yes", "reason": "no_device"}) == "foto/"
    tasks.fetch_family_card(application_id=walk.application.pk)
    photo = SimpleUploadedFile("foto.jpg", faces.portrait(faces.OBAMA), "image/jpeg")
    wait = client.post(f"{walk.base}foto/", {"photo": photo})["Location"]
    assert f"next={walk.base}keluarga/".replace("/", "%2F") in wait
    assert client.get(wait).status_code == 200
    document = walk.application.documents.get()
    tasks.check_selfie(document_id=document.pk)
    tasks.compare_face(face_check_id=FaceCheck.objects.get().pk)
    assert FaceCheck.objects.get().state == CheckState.ACCEPTED
    assert client.get(wait)["Location"] == f"{walk.base}keluarga/"
    _from_family_to_receipt(walk, eko_there)
    assert AssistedVisit.objects.get().photo_obstacle == ""


def test_a_family_that_cannot_be_photographed_gets_as_far(eko_there: User, client: Client, ministries: Sandbox) -> None:
    walk = Walk(client)
    assert walk.post("persetujuan", {"answer": "yes", "reason": "cannot_read", "witness": " Bu  RT "}) == "foto/"
    consents = walk.application.consents.all()
    assert {(row.proxy_reason, row.witness) for row in consents} == {(ProxyReason.CANNOT_READ, "Bu RT")}
    assert walk.post("foto", {"cannot": "1", "obstacle": "ill"}) == "keluarga/"
    tasks.fetch_family_card(application_id=walk.application.pk)
    _from_family_to_receipt(walk, eko_there)
    walk.application.refresh_from_db()
    assert walk.application.photo_route == PhotoRoute.MANUAL
    assert AssistedVisit.objects.get().photo_obstacle == "ill"
    assert "KTP" in walk.read("selesai")  # an officer compares in person: bring it


def _from_family_to_receipt(walk: Walk, agent: User) -> None:
    card = walk.read("keluarga")
    assert "Boinah" in card
    assert "Pendaftar" in card  # not "Anda": the agent is no member of this family
    assert walk.post("keluarga", {"is_right": "yes"}) == "rumah/"
    assert walk.post("rumah", walk.home_answers()) == "hp/"
    assert walk.post("hp", NO_PHONE) == "rekening/"
    assert walk.post("rekening", NO_ACCOUNT) == "periksa/"
    assert f"{walk.base}rekening/" in walk.read("periksa")
    assert walk.post("periksa", {"is_true": "on"}) == "selesai/"
    application = Application.objects.get()
    assert application.state == ApplicationState.SUBMITTED
    assert (application.assisted_by, application.owner, application.village_id) == (agent, None, SUMBERAGUNG)
    receipt = walk.read("selesai")
    assert application.receipt_code in receipt
    assert "<svg" in receipt
    assert "data-ps-print" in receipt
    visit = AssistedVisit.objects.get()
    assert visit.agent == agent
    assert visit.minutes == 1
    assert OutboxMessage.objects.filter(key__startswith=f"application-received:{application.pk}").exists()
    assert walk.client.get(f"/status/{application.public_id}/").status_code == 200


def test_sending_twice_and_going_back_change_nothing(eko_there: User, client: Client, ministries: Sandbox) -> None:
    walk = Walk(client)
    walk.post("persetujuan", YES)
    walk.post("foto", {"cannot": "1", "obstacle": "unwilling"})
    tasks.fetch_family_card(application_id=walk.application.pk)
    walk.post("keluarga", {"is_right": "yes"})
    for step, told in (("rumah", walk.home_answers()), ("hp", NO_PHONE), ("rekening", NO_ACCOUNT)):
        walk.post(step, told)
    assert walk.post("periksa", {"is_true": "on"}) == "selesai/"
    before = AssistedVisit.objects.get().finished_at
    assert walk.post("periksa", {"is_true": "on"}) == "selesai/"
    assert walk.post("hp", {"phone_owner": "self", "phone": "081234567890"}) == "selesai/"
    walk.application.refresh_from_db()
    assert walk.application.phone is None
    assert AssistedVisit.objects.get().finished_at == before
    assert AuditEvent.objects.filter(action="enrollment.application.submitted").count() == 1


def test_a_family_of_another_village_is_shown_to_nobody(eko: User, client: Client, ministries: Sandbox) -> None:
    walk = Walk(client)  # Mukayat's card says Sumberagung; Eko works in Kesilir
    walk.post("persetujuan", YES)
    walk.post("foto", {"cannot": "1", "obstacle": "ill"})
    tasks.fetch_family_card(application_id=walk.application.pk)
    page = walk.read("keluarga")
    assert "bukan dari desa Anda" in page
    assert "Boinah" not in page
    assert walk.post("keluarga/desa", {"village": factories.area("35.10.22.2003").code}) == "keluarga/"
    assert "Boinah" in walk.read("keluarga")  # it moved here, says the agent, and an officer is told
    walk.post("keluarga", {"is_right": "yes"})
    walk.application.refresh_from_db()
    assert "village_differs" in walk.application.data_warnings


def test_without_a_card_the_members_are_typed(eko: User, client: Client, ministries: Sandbox) -> None:
    ministries.set("dukcapil", down=True)
    walk = Walk(client)
    walk.post("persetujuan", YES)
    walk.post("foto", {"cannot": "1", "obstacle": "camera"})
    assert "Refresh" in client.get(f"{walk.base}keluarga/")
    tasks.fetch_family_card(application_id=walk.application.pk)
    assert walk.client.get(f"{walk.base}keluarga/")["Location"] == f"{walk.base}keluarga/isi/"
    assert client.get(f"{walk.base}keluarga/isi/")["Location"] == f"{walk.base}keluarga/desa/"
    assert "Kesilir" in walk.read("keluarga/desa")
    walk.post("keluarga/desa", {"village": "35.10.22.2003"})
    typed = {"relation": "kepala", "address": "Belakang musala", "rt": "4", "rw": "3"}
    typed |= {"m-TOTAL_FORMS": "0", "m-INITIAL_FORMS": "0"}
    assert walk.post("keluarga/isi", typed) == "rumah/"
    walk.application.refresh_from_db()
    assert walk.application.family.address == "Belakang musala"
