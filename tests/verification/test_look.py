"""The pages of verification in a real browser: axe finds nothing, nothing overflows, everything can be hit."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as portal
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from perlinsos.accounts.models import User
from perlinsos.core import files
from tests import factories
from tests.support import faces as photographs
from tests.ui.test_look import OVERFLOWING, RULES, SMALL_TARGETS, TAGS
from verification.enums import RequestState
from verification.models import FaceCheck, FairnessAlarm
from verification.services import breaker

# The sync API of playwright keeps an event loop in this thread; Django would then refuse its own tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[[User, str], Page]


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "id-ID"}


@pytest.fixture
def visit(live_server: Any, page: Page, sign_in: Any) -> Visit:
    """Open an address as somebody who is signed in."""

    def go(user: User, path: str) -> Page:
        client = Client()
        sign_in(client, user)
        session = client.cookies[portal.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": portal.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page.goto(live_server.url + path, wait_until="networkidle")
        return page

    return go


def inspect(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": RULES})
    assert found.violations_count == 0, found.generate_report()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SMALL_TARGETS) == []
    page.set_viewport_size({"width": 320, "height": 640})
    for size in ("100%", "200%"):
        page.evaluate("(size) => document.documentElement.style.fontSize = size", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(OVERFLOWING)


@pytest.mark.parametrize(
    ("age_s", "check", "words"),
    [
        (61, {}, "Lanjut dulu"),
        (0, {"state": "retry", "reason": "dark"}, "Kurang terang"),
        (0, {"state": "review"}, "Tidak apa-apa"),
    ],
)
def test_the_waiting_page(visit: Visit, age_s: int, check: dict[str, str], words: str) -> None:
    application = factories.ApplicationFactory()
    document = factories.DocumentFactory(application=application, created_at=timezone.now() - timedelta(seconds=age_s))
    if check:
        factories.FaceCheckFactory(application=application, selfie=document, **check)
    page = visit(application.owner, reverse("selfie-check", args=[document.public_id]))
    assert page.get_by_text(words).first.is_visible()
    inspect(page)


def test_the_waiting_page_goes_on_by_itself(visit: Visit) -> None:
    """Without a line of JavaScript: the answer asks the browser to look again."""
    application = factories.ApplicationFactory()
    document = factories.DocumentFactory(application=application)
    check = factories.FaceCheckFactory(application=application, selfie=document)
    page = visit(application.owner, reverse("selfie-check", args=[document.public_id]))
    FaceCheck.objects.filter(pk=check.pk).update(state="retry", reason="blurry")
    page.get_by_text("Lap kamera").wait_for(timeout=10_000)


@pytest.fixture
def check(cast: Any) -> FaceCheck:
    selfie = files.store_photo(photographs.portrait(photographs.OBAMA_AGAIN))
    reference = files.store_photo(photographs.portrait(photographs.OBAMA))
    document = factories.DocumentFactory(application=cast.application, file=selfie)
    return factories.FaceCheckFactory(
        application=cast.application, selfie=document, reference=reference, review=True, reason="mismatch"
    )


def test_the_face_queue(visit: Visit, cast: Any, check: FaceCheck) -> None:
    factories.FaceCheckFactory(application=cast.joko_application, manual=True)
    inspect(visit(cast.ani, "/petugas/wajah/"))


def test_the_comparison_and_its_confirmation(visit: Visit, cast: Any, check: FaceCheck) -> None:
    page = visit(cast.ani, reverse("face-review", args=[check.public_id]))
    broken = "() => [...document.images].filter((i) => !i.naturalWidth).map((i) => i.src)"
    assert page.evaluate(broken) == []
    page.get_by_text("Wajah di kedua foto sama").click()
    page.get_by_role("button", name="Lanjut").click()
    page.get_by_text("Lihat sekali lagi").wait_for()
    inspect(page)
    page.get_by_role("button", name="Simpan jawaban").click()
    page.get_by_text("Petugas kedua ikut melihat").wait_for()
    check.refresh_from_db()
    assert check.disputed_by == cast.ani
    inspect(visit(cast.budi, "/petugas/wajah/?jenis=kedua"))


def test_a_closed_comparison(visit: Visit, cast: Any, check: FaceCheck) -> None:
    settled = {"state": "rejected", "settled_by": cast.budi, "judgement": "different_person"}
    FaceCheck.objects.filter(pk=check.pk).update(settled_at=timezone.now(), **settled)
    page = visit(cast.ani, reverse("face-review", args=[check.public_id]))
    inspect(page)
    inspect(visit(cast.indah, reverse("application-status", args=[check.application.public_id])))


def test_the_fairness_page(visit: Visit, cast: Any, check: FaceCheck) -> None:
    FairnessAlarm.objects.create(
        area=cast.application.village.parent.parent, measure="manual", dimension="phone", group="android_old",
        against="rest", hits=20, people=40, base_hits=3, base_people=60,
    )  # fmt: skip
    for application in (cast.joko_application, *factories.ApplicationFactory.create_batch(11, submitted=True)):
        factories.FaceCheckFactory(application=application, accepted=True, light=90)
    page = visit(cast.hadi, "/petugas/wajah/keadilan/")
    assert page.get_by_text("lebih buruk dari semua yang lain").is_visible()
    inspect(page)


def test_the_comparison_page(visit: Visit, cast: Any, check: FaceCheck) -> None:
    inspect(visit(cast.ani, reverse("face-review", args=[check.public_id])))


def test_the_sources(visit: Visit, cast: Any) -> None:
    breaker.record_success("dtsen", latency_ms=41)
    for _ in range(5):
        breaker.record_failure("pln")
    factories.SourceRequestFactory(application=cast.application, state=RequestState.PARKED)
    inspect(visit(cast.ani, "/petugas/sumber/"))
