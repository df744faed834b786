"""Officers and agents: signing in with a second factor, announcing, reviewing, visiting."""

import re
from pathlib import Path

from playwright.sync_api import expect

from perlinsos.demo.people import PASSWORD
from tests.browser.citizen import record
from tests.browser.conftest import Visitor


def sign_in(staff: Visitor, email: str) -> None:
    staff.open("/akun/login/")
    staff.look("Masuk")
    staff.page.locator("input[name=login]").fill(email)
    staff.page.locator("input[name=password]").fill(PASSWORD)
    staff.press("Masuk")
    staff.look("Kode dari HP Anda")
    tried: set[str] = set()
    while "/akun/2fa/" in staff.page.url and len(tried) < 3:
        code = staff.portal.second_factor(email)
        if code in tried:
            continue  # it changes every 30 seconds, and one that was used in another journey is refused
        tried.add(code)
        staff.page.locator("input[name=code]").fill(code)
        staff.press("Masuk")
    expect(staff.page).not_to_have_url(re.compile("/akun/"))


def prepare_batch(officer: Visitor, programme: str) -> str:
    """Collect what is decided and hand it to a second officer; returns the address of the batch."""
    officer.open("/petugas/pengumuman/")
    officer.look("Pengumuman")
    officer.page.get_by_role("button", name=re.compile(f"Siapkan.*{programme}")).click()
    officer.look("PKH" if "Harapan" in programme else "SEMBAKO")
    officer.page.get_by_role("button", name=re.compile("Serahkan")).click()
    officer.page.wait_for_load_state()
    return officer.page.url.removeprefix(officer.portal.url)


def announce_batch(officer: Visitor, batch: str) -> None:
    """Announce as the second officer, under the first decree offered."""
    officer.open(batch)
    officer.page.locator("input[name=decree]").first.check()
    officer.page.locator("input[name=is_sure]").check()
    officer.press("Umumkan")
    expect(officer.page.get_by_text(re.compile("^Sudah diumumkan")).first).to_be_visible()
    officer.look("Urutan 1")


def take_up_and_ask_for_visit(officer: Visitor, reference: str) -> None:
    officer.open("/petugas/sanggahan/")
    officer.look("Sanggahan")
    officer.follow(reference)
    officer.look(f"Sanggahan {reference}")
    officer.press("Ambil sanggahan ini")
    officer.page.get_by_label("Apa yang perlu dilihat di lapangan?").fill("Foto stiker di meteran listrik.")
    officer.press("Minta cek lapangan")
    officer.look(f"Sanggahan {reference}")


def record_visit(agent: Visitor, *, value: str, picture: Path) -> None:
    agent.open("/agen/")
    agent.look("Keluarga dampingan")
    agent.page.locator("a[href*='/agen/cek/']").first.click()
    agent.look("Daya listrik rumah")
    agent.page.get_by_label(value, exact=True).check()
    agent.page.locator("input[type=file]").set_input_files(picture)
    agent.page.locator("main form button.button").last.click()
    agent.page.wait_for_load_state()


def uphold(officer: Visitor, reference: str, *, reason: str) -> None:
    officer.open("/petugas/sanggahan/")
    officer.follow(reference)
    officer.page.get_by_label("Terima: data diperbaiki").check()
    officer.page.get_by_label(re.compile("Alasan")).fill(reason)
    officer.press("Simpan putusan")
    expect(officer.page.get_by_text("Putusan tersimpan")).to_be_visible()
    officer.look(f"Sanggahan {reference}")
    officer.page.locator("a[href*='/petugas/kasus/']").first.click()
    officer.look("PSL-")


def enrol_family(agent: Visitor, *, nik: str, name: str, born: tuple[str, str, str], witness: str) -> None:
    """The assisted form from the KTP to the receipt, with the camera of the agent's phone."""
    page = agent.page
    agent.open("/agen/")
    agent.follow("Daftarkan keluarga")
    agent.look("Daftarkan keluarga")
    page.locator("input[name=nik]").fill(nik)
    page.locator("input[name=name]").fill(name)
    for box, part in zip(page.locator("input[name^=birth_date]").all(), born, strict=True):
        box.fill(part)
    agent.press("Lanjut")
    agent.look("Bacakan")
    page.locator("input[name=answer][value=yes]").check()
    page.locator("input[name=reason][value=no_device]").check()
    page.locator("input[name=witness]").fill(witness)
    agent.press("Lanjut")
    agent.look("Foto wajah")
    record(agent)
    expect(page).to_have_url(re.compile("/keluarga/$"), timeout=60_000)
    page.get_by_label("Ya, sudah benar").check()
    agent.press("Lanjut")
    page.get_by_label("450 VA").check()
    agent.press("Lanjut")
    page.get_by_label("Tidak punya HP").check()
    agent.press("Lanjut")
    page.get_by_label("Belum punya rekening").check()
    agent.press("Lanjut")
    page.locator("main input[type=checkbox]").first.check()
    page.locator("main form button.button").last.click()
    page.wait_for_load_state()
