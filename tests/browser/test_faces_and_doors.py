"""The pictures people really send, the identity provider saying no, a phone without JavaScript, an agent's phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import citizen as on_phone
from tests.browser import staff as at_desk
from tests.browser.conftest import DESK, PHONE
from tests.support import faces, pictures

pytestmark = pytest.mark.browser

ELIGIBLE = {"nik": "3510161204889001", "pin": "010101"}
ASN = {"nik": "3510150907829008", "pin": "030301"}
SLAMET = {"nik": "3510250402969041", "pin": "141401"}
JUMADI = {"nik": "3510030210869050", "pin": "161601"}  # his reference photograph shows another man


@pytest.fixture
def as_file(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_a_picture_that_cannot_be_used_gets_one_hint_and_another_try(visit, as_file):
    citizen = visit("hints", PHONE)
    on_phone.sign_in(citizen, **ELIGIBLE)
    on_phone.agree(citizen)
    face = faces.portrait(faces.OBAMA_AGAIN)
    for name, data, hint in (
        ("meteran.jpg", pictures.pdf(), "PDF"),
        ("potong.jpg", pictures.truncated(face), "foto"),
    ):
        on_phone.send_picture(citizen, as_file(name, data))
        citizen.look("Foto wajah")
        expect(citizen.page.locator("main").get_by_text(re.compile(hint)).first).to_be_visible()
    for name, data in (
        ("tembok.jpg", pictures.wall()),
        ("berdua.jpg", pictures.side_by_side(face, faces.portrait(faces.BIDEN))),
    ):
        on_phone.send_picture(citizen, as_file(name, data))
        citizen.page.get_by_role("link", name="Foto ulang").click(timeout=60_000)
        citizen.look("Foto wajah")
    on_phone.send_picture(citizen, as_file("wajah.jpg", face))
    on_phone.go_on(citizen)


def test_another_persons_face_is_never_accepted_and_never_refused(visit):
    citizen = visit("jumadi", PHONE)
    on_phone.sign_in(citizen, **JUMADI)
    on_phone.agree(citizen)
    on_phone.record(citizen)
    expect(citizen.page.get_by_role("link", name=re.compile("Lanjut"))).to_be_visible(timeout=60_000)
    expect(citizen.page.get_by_text(re.compile("[Pp]etugas")).first).to_be_visible()
    words = citizen.page.locator("main").inner_text().lower()
    assert "gagal" not in words
    assert "ditolak" not in words
    assert "sudah cocok" not in words
    citizen.page.get_by_role("link", name=re.compile("Lanjut")).click()
    citizen.look("Apakah ini keluarga Anda?")


def test_saying_no_at_the_identity_provider_is_met_with_another_way(visit):
    citizen = visit("tolak", PHONE)
    citizen.open("/")
    citizen.press("Masuk dengan IKD")
    citizen.page.get_by_label("NIK").fill(ASN["nik"])
    citizen.page.get_by_label("PIN").fill(ASN["pin"])
    citizen.press("Masuk")
    citizen.press("Tolak")
    expect(citizen.page.get_by_role("link", name=re.compile("petugas", re.IGNORECASE)).first).to_be_visible()
    citizen.look("")


def test_the_form_works_on_a_phone_without_javascript(visit, as_file):
    citizen = visit("tanpa-js", PHONE, java_script_enabled=False)
    on_phone.sign_in(citizen, **SLAMET)
    citizen.page.get_by_label("Ya, saya setuju").check()
    citizen.press("Lanjut")
    on_phone.send_picture(citizen, as_file("saya.jpg", faces.portrait(faces.OBAMA_AGAIN)))
    on_phone.go_on(citizen)
    citizen.page.get_by_label("Ya, sudah benar").check()
    citizen.press("Lanjut")
    citizen.page.get_by_label("Sedang hamil").check()
    citizen.page.get_by_label("900 VA").check()
    citizen.press("Lanjut")
    citizen.page.get_by_label("Tidak punya HP").check()
    citizen.press("Lanjut")
    citizen.page.get_by_label("Belum punya rekening").check()
    citizen.press("Lanjut")
    citizen.page.get_by_label("Isian ini benar").check()
    citizen.press("Kirim pendaftaran")
    expect(citizen.page.get_by_text(re.compile("BWI-[0-9A-Z]{4}-[0-9A-Z]{4}")).first).to_be_visible()


def test_an_agent_enrols_a_family_without_a_phone(visit):
    eko = visit("agen", PHONE)
    at_desk.sign_in(eko, "eko@agen.example")
    at_desk.enrol_family(eko, nik="3510 2420 1051 9069", name="Mukayat", born=("20", "10", "1951"), witness="Pak RT")
    eko.look("Pendaftaran terkirim")
    eko.open("/agen/")
    eko.look("Keluarga dampingan")
    assert "3510242010519069" not in eko.page.content()


def test_the_documentation_of_the_api_opens(visit):
    developer = visit("api", DESK)
    developer.open("/api/docs/")
    expect(developer.page.get_by_text("Where one application stands").first).to_be_visible(timeout=30_000)
