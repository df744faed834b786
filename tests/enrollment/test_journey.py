"""The whole way of one citizen through the pages, as a browser without JavaScript walks it."""

import pytest
from django.test import Client

from enrollment.enums import ApplicationState
from enrollment.models import Application
from tests.enrollment import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def sulastri(client: Client):
    make.served_areas()
    user = make.citizen()
    client.force_login(user)
    return user


def test_a_citizen_gets_from_the_door_to_the_receipt(client: Client, sulastri) -> None:
    make.factories.consent_texts()
    assert client.get("/daftar/", follow=True).redirect_chain[-1][0] == "/daftar/persetujuan/"
    assert client.post("/daftar/persetujuan/", {"answer": "yes"})["Location"] == "/daftar/foto/"
    assert client.post("/daftar/foto/", {"cannot": "1"})["Location"] == "/daftar/keluarga/"
    application = Application.objects.get(owner=sulastri)
    assert client.get("/daftar/keluarga/")["Refresh"]
    make.receive(application, make.card())
    page = client.get("/daftar/keluarga/").content.decode()
    assert "Rizki Maulana" in page
    assert client.post("/daftar/keluarga/", {"is_right": "yes"})["Location"] == "/daftar/rumah/"
    sulastri_line, rizki, intan = Application.objects.get().family.members.order_by("pk")
    home = {
        f"schooling_{sulastri_line.pk}": "none",
        f"disability_{intan.pk}": "on",
        "power_va": "900",
    }
    members = {m.person.name: m for m in Application.objects.get().family.members.select_related("person")}
    home |= {f"schooling_{members['Rizki Maulana'].pk}": "smp", f"schooling_{members['Intan Permatasari'].pk}": "sd"}
    assert client.post("/daftar/rumah/", home)["Location"] == "/daftar/hp/"
    contact = {"phone": "+62 812-3456-7890", "phone_owner": "self"}
    assert client.post("/daftar/hp/", contact)["Location"] == "/daftar/rekening/"
    account = {"bank": "bri", "number": "0021 0100.0123-456", "holder": " Sulastri "}
    assert client.post("/daftar/rekening/", account)["Location"] == "/daftar/periksa/"
    review = client.get("/daftar/periksa/").content.decode()
    assert "081234567890" in review
    assert "900 VA" in review
    assert client.post("/daftar/periksa/", {"is_true": "on"})["Location"] == "/daftar/selesai/"
    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED
    assert application.receipt_code.startswith("BWI-")
    assert application.receipt_code in client.get("/daftar/selesai/").content.decode()
