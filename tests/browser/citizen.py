"""A citizen on a phone: from the start page to the receipt."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visitor


def sign_in(citizen: Visitor, *, nik: str, pin: str) -> None:
    citizen.open("/")
    citizen.look("Daftar bantuan sosial")
    citizen.press("Masuk dengan IKD")
    citizen.page.get_by_label("NIK").fill(nik)
    citizen.page.get_by_label("PIN").fill(pin)
    citizen.press("Masuk")
    citizen.press("Setuju")


def agree(citizen: Visitor) -> None:
    citizen.look("Bolehkah kami memeriksa data Anda?")
    citizen.page.get_by_label("Ya, saya setuju").check()
    citizen.press("Lanjut")


def take_selfie(citizen: Visitor) -> None:
    """A recording with the camera of the phone, in the page."""
    citizen.look("Foto wajah")
    record(citizen)
    expect(citizen.page).to_have_url(re.compile("/daftar/keluarga/"), timeout=60_000)


def record(citizen: Visitor) -> None:
    """Look straight and turn as the page asks."""
    citizen.follow("Rekam wajah")
    citizen.look("Rekam wajah Anda")
    citizen.press("Buka kamera")
    citizen.page.get_by_role("button", name="Mulai", exact=True).click()
    expect(citizen.page).not_to_have_url(re.compile("/rekam/"), timeout=60_000)


def send_picture(citizen: Visitor, picture: Path) -> None:
    """With a file instead of the camera."""
    citizen.page.locator("input[type=file]").set_input_files(picture)
    citizen.press("Pakai foto ini")


def go_on(citizen: Visitor) -> None:
    """After a photo an officer looks; the form goes on at once."""
    citizen.page.get_by_role("link", name=re.compile("^Lanjut")).click(timeout=60_000)
    expect(citizen.page).to_have_url(re.compile("/daftar/keluarga/"))


def confirm_family(citizen: Visitor) -> None:
    citizen.look("Apakah ini keluarga Anda?")
    citizen.page.get_by_label("Ya, sudah benar").check()
    citizen.press("Lanjut")


def describe_home(citizen: Visitor, *, schools: list[str], meter: str) -> None:
    """`schools` in the order of the children on the page (`none`, `sd`, `smp`, `sma`)."""
    citizen.look("Keadaan keluarga dan rumah")
    boxes = citizen.page.locator("input[name^=schooling_]")
    for name, school in zip(dict.fromkeys(box.get_attribute("name") for box in boxes.all()), schools, strict=True):
        citizen.page.locator(f"input[name={name}][value={school}]").check()
    citizen.page.get_by_label(meter).check()
    citizen.press("Lanjut")


def leave_phone_and_account(citizen: Visitor, *, phone: str, number: str, holder: str) -> None:
    citizen.look("Nomor HP")
    citizen.page.locator("input[name=phone]").fill(phone)
    citizen.page.get_by_label("Saya", exact=True).check()
    citizen.press("Lanjut")
    citizen.look("Rekening bank")
    citizen.page.get_by_label("BRI", exact=True).check()
    citizen.page.locator("input[name=number]").fill(number)
    citizen.page.locator("input[name=holder]").fill(holder)
    citizen.press("Lanjut")


def send(citizen: Visitor) -> str:
    """Check the answers, send, and return the proof number."""
    citizen.look("Periksa dulu sebelum dikirim")
    citizen.page.get_by_label("Isian ini benar").check()
    citizen.press("Kirim pendaftaran")
    citizen.look("Pendaftaran terkirim")
    code = re.search(r"BWI-[0-9A-Z]{4}-[0-9A-Z]{4}", citizen.page.locator("main").inner_text())
    assert code is not None
    return code.group()


def wait_for_decision(citizen: Visitor) -> None:
    """The status page, reloaded as a person would, until it shows the decision."""
    citizen.follow("Lihat sampai di mana")
    page = citizen.page
    for _look in range(60):
        if not page.get_by_role("heading", name="Data Anda sedang diperiksa").count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError("no decision after half a minute")


def object_to_power(citizen: Visitor, *, right: str, picture: Path) -> str:
    """Contest the meter on the status page; returns the number of the objection."""
    citizen.follow("Data ini keliru")
    citizen.look("Data mana yang benar?")
    citizen.page.get_by_label(right, exact=True).check()
    citizen.page.locator("textarea[name=explanation]").fill("Stiker di meteran 900 VA.")
    citizen.page.locator("input[type=file]").set_input_files(picture)
    citizen.press("Kirim sanggahan")
    citizen.look("Sanggahan Anda sudah kami terima")
    reference = re.search(r"SGH-\d{4}-\d{6}", citizen.page.locator("main").inner_text())
    assert reference is not None
    return reference.group()
