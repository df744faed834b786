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
def test_nobody_is_kept_out(kit: str, page: Page, path: str) -> None:
    """axe finds nothing: as it is, with more contrast, and in the colours of the person."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    response = page.goto(kit + path, wait_until="networkidle")
    assert response
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert complaints == [], "no script error, nothing the content security policy blocks, nothing missing"
    for media in ({}, {"contrast": "more"}, {"contrast": "no-preference", "forced_colors": "active"}):
        page.emulate_media(**media)
        # forced colours are the person's own: contrast is not ours to judge there
        rules = {**RULES, "color-contrast-enhanced": {"enabled": "forced_colors" not in media}}
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": rules})
        assert found.violations_count == 0, f"{media} {found.generate_report()}"


@pytest.mark.parametrize("path", PAGES)
def test_everything_fits_and_can_be_hit(kit: str, page: Page, path: str) -> None:
    page.goto(kit + path)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SMALL_TARGETS) == []
    page.set_viewport_size({"width": 320, "height": 640})
    for size in ("100%", "200%"):
        page.evaluate("(size) => document.documentElement.style.fontSize = size", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(OVERFLOWING)


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
