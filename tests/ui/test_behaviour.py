"""What the scripts do for a person, in a real browser."""

import threading
import time
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

SIZE = "document.querySelector('[name=meter_photo]').files[0].size"
COUNT = "[data-ps-count=id_nik]"


def test_the_count_of_digits_follows_the_typing(kit: str, page: Page) -> None:
    page.goto(kit + "/form/")
    box = page.get_by_label("NIK")
    box.press_sequentially("3510 1141 0362")
    expect(page.locator(COUNT)).to_have_text("Baru 12 angka. Harus 16 angka.")
    box.press_sequentially(" 9004")
    expect(page.locator(COUNT)).to_have_text("16 angka. Sudah pas.")
    box.press_sequentially("5")
    expect(page.locator(COUNT)).to_have_text("Sudah 17 angka. Paling banyak 16 angka.")
    assert box.input_value() == "3510 1141 0362 90045", "what is typed stays as it was typed"
    box.fill("")
    expect(page.locator(COUNT)).to_have_text("")


def test_mistakes_come_back_with_the_focus_on_their_summary(kit: str, page: Page) -> None:
    page.goto(kit + "/form/")
    page.get_by_label("NIK").fill("351011410362900")
    page.get_by_role("button", name="Lanjut").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page).to_have_title("Kesalahan: Coba – Portal Perlinsos")
    summary.get_by_role("link", name="NIK harus 16 angka.").click()
    expect(page.get_by_label("NIK")).to_be_focused()
    assert page.get_by_label("NIK").input_value() == "351011410362900"


def test_a_form_is_sent_once_however_often_it_is_pressed(kit: str, page: Page) -> None:
    sent: list[str] = []
    answer = threading.Event()

    def slow(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
            answer.wait(1.5)
        route.continue_()

    page.goto(kit + "/form/")
    page.route("**/form/", slow)
    button = page.get_by_role("button", name="Lanjut")
    button.dblclick(no_wait_after=True)
    page.wait_for_url("**/form/")
    expect(page.get_by_role("alert")).to_be_visible()
    assert len(sent) == 1
    assert button.get_attribute("aria-disabled") is None, "after the answer the button works again"


def test_a_failed_sending_leaves_a_button_that_works(kit: str, page: Page) -> None:
    page.goto(kit + "/form/")
    button = page.get_by_role("button", name="Lanjut")
    page.route("**/form/", lambda route: route.abort())
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")  # stay, as a stopped load does
    page.clock.install()
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    page.clock.run_for(16000)
    expect(button).not_to_have_attribute("aria-disabled", "true")


def test_without_signal_the_page_stays_and_says_so(kit: str, page: Page) -> None:
    page.goto(kit + "/form/")
    page.get_by_label("NIK").fill("3510114103629004")
    page.context.set_offline(True)
    line = page.get_by_text("Tidak ada sinyal.")
    expect(line).to_be_visible()
    page.get_by_role("button", name="Lanjut").click()
    assert page.get_by_label("NIK").input_value() == "3510114103629004"
    page.context.set_offline(False)
    expect(line).to_be_hidden()
    page.get_by_role("button", name="Lanjut").click()
    expect(page.get_by_role("alert")).to_be_visible()


def test_the_back_button_finds_the_form_ready(kit: str, page: Page) -> None:
    page.goto(kit + "/form/")
    page.get_by_role("button", name="Lanjut").click()
    expect(page.get_by_role("alert")).to_be_visible()  # the answer is there: there is a page to go back from
    page.go_back()
    expect(page.get_by_role("button", name="Lanjut")).not_to_have_attribute("aria-disabled", "true")


def test_the_whole_form_can_be_filled_from_the_keyboard(kit: str, page: Page) -> None:
    page.goto(kit + "/form/")
    page.get_by_label("NIK").focus()
    for keys in ("3510 1141 0362 9004", "27", "mrt", "1962"):
        page.keyboard.type(keys)
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # the second answer
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Sebelah musala")
    page.get_by_label("Isian ini benar.").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Lanjut").focus()
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text('{"sent": true}')


def chosen_file(page: Page) -> bytes:
    return bytes(
        page.evaluate(
            """async () => { const file = document.querySelector('[name=meter_photo]').files[0];
            return [...new Uint8Array(await file.arrayBuffer())]; }"""
        )
    )


def test_a_big_picture_is_made_smaller_before_it_is_sent(kit: str, page: Page, tmp_path: Path) -> None:
    noise = Image.frombytes("RGB", (400, 300), Random(1).randbytes(400 * 300 * 3)).resize((2000, 1500))
    noise.save(tmp_path / "besar.jpg", quality=95)
    page.goto(kit + "/form/")
    page.get_by_label("Foto meteran").set_input_files(tmp_path / "besar.jpg")
    until = time.monotonic() + 10
    while page.evaluate(SIZE) > 600_000 and time.monotonic() < until:
        page.wait_for_timeout(100)
    sent = chosen_file(page)
    assert len(sent) < (tmp_path / "besar.jpg").stat().st_size / 2
    assert Image.open(BytesIO(sent)).size == (1280, 960)


def test_what_is_no_picture_is_left_for_the_server_to_refuse(kit: str, page: Page, tmp_path: Path) -> None:
    (tmp_path / "surat.jpg").write_bytes(b"%PDF-1.7 not a picture")
    page.goto(kit + "/form/")
    page.get_by_label("Foto meteran").set_input_files(tmp_path / "surat.jpg")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('[name=meter_photo]').files[0].name") == "surat.jpg"
