"""The sandbox's pages in a real browser: accessible, narrow enough for a phone, and the webcam works."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserType, Page

from tests.sandbox.oidc import RelyingParty
from tests.support import camera, faces
from tests.support.sandbox_process import Sandbox

pytestmark = pytest.mark.browser

PAGES = ["/", "/switches/", "/switches/pln/", "/residents/new/", "/residents/1/photo/"]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 320, "height": 640}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DOUBLE_TEXT = "document.documentElement.style.fontSize = '200%'"


def sound(page: Page) -> None:
    """No axe violation, and nothing sticks out at 320 px with text of double size."""
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.evaluate(DOUBLE_TEXT)
    assert page.evaluate(OVERFLOW) <= 0


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound(sandbox: Sandbox, phone: Page, path: str) -> None:
    phone.goto(sandbox.base_url + path)
    sound(phone)


def test_a_mistake_on_a_switch_is_sound(sandbox: Sandbox, phone: Page) -> None:
    phone.goto(f"{sandbox.base_url}/switches/")
    phone.get_by_role("link", name="PLN: daya listrik").click()
    phone.get_by_label("Lambat").fill("90000")
    phone.get_by_role("button", name="Simpan").click()
    assert "60000" in phone.locator(".errorlist").inner_text()
    sound(phone)


def test_the_board_fits_one_screen_and_a_service_is_one_press_away(sandbox: Sandbox, page: Page) -> None:
    page.set_viewport_size(DESK)
    page.goto(f"{sandbox.base_url}/switches/")
    assert page.evaluate("document.documentElement.scrollHeight") <= DESK["height"]
    page.get_by_role("button", name="Hari sibuk").click()
    page.get_by_role("button", name="Matikan PLN: daya listrik").click()
    assert page.locator("#pln").get_by_text("Mati", exact=True).count() == 1
    page.get_by_role("button", name="Normal").click()
    assert page.get_by_text("Ada gangguan").count() == 0


def test_resident_signs_in_and_consents(sandbox: Sandbox, phone: Page) -> None:
    portal = RelyingParty(sandbox, sandbox.client_id, sandbox.client_secret)
    who = sandbox.residents["wrong_meter"]
    phone.route("http://127.0.0.1:8000/**", lambda route: route.fulfill(body="portal"))
    phone.goto(portal.authorization_url(acr_values="urn:ikd:face"))
    sound(phone)
    phone.get_by_label("NIK").fill(" ".join(who.nik[start : start + 4] for start in range(0, 16, 4)))
    phone.get_by_label("PIN").fill(who.pin)
    phone.get_by_role("button", name="Masuk").click()
    assert "Layanan ini minta pindai wajah" in phone.content()
    phone.get_by_label("Wajah saya cocok").check()
    phone.get_by_label("PIN").fill(who.pin)
    phone.get_by_role("button", name="Masuk").click()
    sound(phone)
    phone.get_by_role("button", name="Setuju").click()
    phone.wait_for_url("http://127.0.0.1:8000/akun/**")
    assert f"state={portal.state}" in phone.url


def test_consent_is_not_blocked_by_the_content_policy(sandbox: Sandbox, page: Page) -> None:
    portal = RelyingParty(sandbox, sandbox.client_id, sandbox.client_secret)
    who = sandbox.residents["eligible"]
    page.route("http://127.0.0.1:8000/**", lambda route: route.fulfill(body="portal"))
    page.goto(portal.authorization_url())
    page.get_by_label("NIK").fill(who.nik)
    page.get_by_label("PIN").fill(who.pin)
    page.get_by_role("button", name="Masuk").click()
    page.get_by_role("button", name="Tolak").click()
    page.wait_for_url("http://127.0.0.1:8000/akun/**")
    assert "error=access_denied" in page.url


@pytest.fixture(scope="module")
def webcam(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose camera shows a photograph."""
    film = camera.write_mjpeg(tmp_path_factory.mktemp("camera") / "face.mjpeg", [faces.portrait(faces.OBAMA)])
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    arguments = [*browser_type_launch_args.get("args", []), *fake, f"--use-file-for-fake-video-capture={film}"]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    yield browser
    browser.close()


def test_trainer_takes_a_reference_photograph_with_the_webcam(sandbox: Sandbox, webcam: Browser) -> None:
    page = webcam.new_page()
    page.goto(f"{sandbox.base_url}/")
    page.get_by_role("link", name="Foto Siti Rohmah").click()
    assert "Belum ada foto acuan" in page.content()
    page.get_by_role("button", name="Buka kamera").click()
    page.get_by_role("button", name="Ambil foto sekarang").click()
    page.get_by_text("Foto sudah diambil").wait_for()
    page.get_by_role("button", name="Simpan foto").click()
    page.get_by_alt_text("Foto acuan sekarang").wait_for()
    page.close()
    answer = sandbox.ask("dukcapil/v1/reference-photo", {"nik": sandbox.residents["eligible"].member_niks[1]}).json()
    assert answer["content_type"] == "image/jpeg"


def test_trainer_adds_a_family_in_the_browser(sandbox: Sandbox, page: Page, tmp_path: Path) -> None:
    page.goto(f"{sandbox.base_url}/residents/new/")
    page.get_by_label("Alamat").fill("Dusun Contoh 2")
    page.get_by_label("RT").fill("001")
    page.get_by_label("RW").fill("001")
    head = page.get_by_role("group", name="Kepala keluarga")
    head.get_by_label("Nama").fill("Contoh Peramban")
    head.get_by_label("Jenis kelamin").select_option("P")
    head.get_by_label("Tempat lahir").fill("Banyuwangi")
    head.get_by_label("Tanggal lahir").fill("1979-09-09")
    page.get_by_role("button", name="Simpan, lalu ambil foto").click()
    page.get_by_role("heading", name="Foto acuan Contoh Peramban").wait_for()
