"""The in-page camera with a camera made of a photograph, and without any."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.support.camera import write_y4m

pytestmark = pytest.mark.browser

SAYS = "[data-ps-say]"
FACE_AT = (320, 240)


def drawing(background: str, middle: str) -> bytes:
    """No face is needed here: a disc in the middle shows where the picture was cut."""
    image = Image.new("RGB", (640, 480), background)
    ImageDraw.Draw(image).ellipse((FACE_AT[0] - 90, FACE_AT[1] - 120, FACE_AT[0] + 90, FACE_AT[1] + 120), fill=middle)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def launch(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Any]:
    """A browser of its own for each camera: Chromium takes the picture from its command line."""
    open_now: list[Browser] = []

    def start(picture: Path | None, *extra: str) -> Page:
        flags = ["--use-fake-ui-for-media-stream", *extra]
        if picture:
            flags += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={picture}"]
        arguments = {**browser_type_launch_args, "args": [*browser_type_launch_args["args"], *flags]}
        open_now.append(browser_type.launch(**arguments))
        return open_now[-1].new_context(locale="id-ID", viewport={"width": 360, "height": 640}).new_page()

    yield start
    for browser in open_now:
        browser.close()


@pytest.fixture
def bright(launch: Any, tmp_path: Path) -> Page:
    return launch(write_y4m(tmp_path / "camera.y4m", [drawing("#c8c0b4", "#e0b090")]))


def test_a_selfie_is_taken_looked_at_and_sent(kit: str, bright: Page) -> None:
    page = bright
    page.goto(kit + "/face/")
    use = page.get_by_role("button", name="Pakai foto ini")
    expect(use).to_be_hidden()
    page.get_by_role("button", name="Buka kamera").click()
    expect(page.locator(SAYS)).to_have_text("Letakkan wajah di dalam garis. Tahan sebentar.")
    shutter = page.get_by_role("button", name="Ambil foto")
    expect(shutter).to_be_focused()
    assert shutter.bounding_box()["height"] >= 72  # type: ignore[index]  # it is on the page
    shutter.click()
    expect(page.locator(SAYS)).to_have_text("Foto sudah diambil. Apakah sudah jelas?")
    expect(page.get_by_role("img", name="Foto Anda")).to_be_visible()
    expect(use).to_be_focused()
    use.click()
    page.wait_for_load_state()
    sent = json.loads(page.locator("body").inner_text())
    assert sent["name"] == "foto.jpg"
    assert sent["type"] == "image/jpeg"
    assert 1_000 < sent["size"] < 100_000


def test_the_photo_is_cut_to_what_the_screen_showed(kit: str, bright: Page) -> None:
    page = bright
    page.goto(kit + "/face/")
    page.get_by_role("button", name="Buka kamera").click()
    page.get_by_role("button", name="Ambil foto").click()
    expect(page.get_by_role("img", name="Foto Anda")).to_be_visible()
    data = page.evaluate(
        """async () => { const file = document.querySelector('[name=face]').files[0];
        return [...new Uint8Array(await file.arrayBuffer())]; }"""
    )
    photo = Image.open(BytesIO(bytes(data)))
    assert photo.size == (360, 480), "3:4 out of the middle of 640×480"
    red, _green, blue = photo.getpixel((180, 240))  # type: ignore[misc]  # RGB
    assert red - blue > 40, "the disc is in the middle"
    assert not photo.getexif()


def test_taking_it_again_drops_the_first_photo(kit: str, bright: Page) -> None:
    page = bright
    page.goto(kit + "/face/")
    page.get_by_role("button", name="Buka kamera").click()
    page.get_by_role("button", name="Ambil foto").click()
    page.get_by_role("button", name="Foto ulang").click()
    expect(page.get_by_role("button", name="Ambil foto")).to_be_visible()
    assert page.evaluate("document.querySelector('[name=face]').files.length") == 0
    expect(page.get_by_role("button", name="Pakai foto ini")).to_be_hidden()


@pytest.mark.parametrize(
    ("background", "middle", "words"),
    [
        ("#181818", "#101010", "Kurang terang. Hadap ke jendela."),
        ("#ffffff", "#101010", "Cahaya ada di belakang Anda. Berbaliklah."),
    ],
)
def test_bad_light_is_said_in_time(
    kit: str, launch: Any, tmp_path: Path, background: str, middle: str, words: str
) -> None:
    page = launch(write_y4m(tmp_path / "camera.y4m", [drawing(background, middle)]))
    page.goto(kit + "/face/")
    page.get_by_role("button", name="Buka kamera").click()
    expect(page.locator(SAYS)).to_have_text(words)


def refuse(page: Page, name: str) -> None:
    page.add_init_script(f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{name}'));")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NotAllowedError", "Kamera belum diizinkan."),
        ("NotFoundError", "Kamera tidak ditemukan."),
        ("NotReadableError", "Kamera sedang dipakai."),
        ("OverconstrainedError", "Kamera tidak ditemukan."),
    ],
)
def test_a_camera_that_cannot_open_says_why_and_leaves_another_way(kit: str, page: Page, name: str, words: str) -> None:
    refuse(page, name)
    page.goto(kit + "/face/")
    page.get_by_role("button", name="Buka kamera").click()
    expect(page.locator(SAYS)).to_contain_text(words)
    expect(page.locator("input[type=file]")).to_be_visible()
    expect(page.get_by_role("button", name="Buka kamera")).to_be_visible()


def test_inside_another_app_the_way_out_is_told(kit: str, browser: Browser) -> None:
    agent = "Mozilla/5.0 (Linux; Android 13; SM-A045F; wv) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"
    page = browser.new_context(user_agent=agent, locale="id-ID").new_page()
    refuse(page, "NotAllowedError")
    page.goto(kit + "/face/")
    page.get_by_role("button", name="Buka kamera").click()
    expect(page.locator(SAYS)).to_contain_text("Buka di browser")
    page.context.close()


def test_a_photo_from_the_phone_takes_the_same_way(kit: str, page: Page, tmp_path: Path) -> None:
    (tmp_path / "wajah.png").write_bytes(drawing("#c8c0b4", "#e0b090"))
    page.goto(kit + "/face/")
    assert page.locator("input[type=file]").get_attribute("capture") == "user"
    page.locator("input[type=file]").set_input_files(tmp_path / "wajah.png")
    expect(page.get_by_role("img", name="Foto Anda")).to_be_visible()
    expect(page.get_by_role("button", name="Pakai foto ini")).to_be_visible()
    expect(page.get_by_role("button", name="Foto ulang")).to_be_visible()


def test_the_gallery_is_offered_beside_the_camera_of_the_phone(kit: str, page: Page) -> None:
    page.goto(kit + "/face/")
    with page.expect_file_chooser():
        page.get_by_role("button", name="Pilih dari galeri").click()
    assert page.locator("input[type=file]").get_attribute("capture") is None
