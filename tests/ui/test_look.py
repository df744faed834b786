"""Every part of the kit in a real browser: axe finds nothing, nothing overflows, everything can be hit."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

PAGES = (
    "/", "/gaya/", "/gaya/meja/", "/form/", "/face/", "/404/", "/500/",
    "/cancelled/", "/failed/", "/login/", "/code/", "/totp/", "/codes/",
)  # fmt: skip
RULES = {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Inline links in running text may be smaller (WCAG 2.2, 2.5.8); what is a control of its own may not.
SMALL_TARGETS = """() => [...document.querySelectorAll(
    'button, .button, .card, .back, .brand, .foot a, .nav a, .tabs a, .change a, .contest, summary, select, textarea,'
    + ' input:not([type=hidden]):not([type=checkbox]):not([type=radio])')]
    .filter((e) => e.checkVisibility()).map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
    .filter(([_, box]) => box.height < 47.5 || box.width < 47.5)
    .map(([html, box]) => `${html} ${box.width}×${box.height}`)"""
OVERFLOWING = """() => [...document.querySelectorAll('body *')].filter((e) => e.checkVisibility()
    && !e.closest('.away, .skip, thead, [hidden]') && e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => e.outerHTML.slice(0, 120))"""

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("media", ["plain", "contrast", "forced"])
def test_axe_finds_nothing(kit: str, page: Page, path: str, media: str) -> None:
    if media == "contrast":
        page.emulate_media(contrast="more")
    if media == "forced":
        page.emulate_media(forced_colors="active")
    page.goto(kit + path)
    # forced colours are the person's own: contrast is not ours to judge there
    rules = {**RULES, "color-contrast-enhanced": {"enabled": False}} if media == "forced" else RULES
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": rules})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", ["100%", "200%"])
def test_nothing_overflows_a_small_phone(kit: str, page: Page, path: str, size: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(kit + path)
    page.evaluate("(size) => document.documentElement.style.fontSize = size", size)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(OVERFLOWING)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_every_control_can_be_hit(kit: str, page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(kit + path)
    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_browser_has_nothing_to_complain_about(kit: str, page: Page, path: str) -> None:
    """No script error, no blocked inline style or script (the content security policy is on), nothing missing."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    response = page.goto(kit + path)
    page.wait_for_load_state("networkidle")
    assert response
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert complaints == []


def test_a_citizen_page_is_three_requests(kit: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(kit + "/form/", wait_until="networkidle")
    assert len(asked) == 3, asked


def test_the_camera_page_is_four_requests(kit: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(kit + "/face/", wait_until="networkidle")
    assert len(asked) == 4, asked


def test_every_page_works_without_scripts(kit: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(kit + "/face/")
    assert page.locator("input[type=file]").is_visible()
    assert page.get_by_role("button", name="Pakai foto ini").is_visible()
    assert not page.get_by_role("button", name="Buka kamera").is_visible()
    context.close()


def test_the_skip_link_leads_to_the_content(kit: str, page: Page) -> None:
    page.goto(kit + "/form/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Langsung ke isi"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
