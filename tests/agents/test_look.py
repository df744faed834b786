"""The agents' pages in a real browser: axe finds nothing, nothing overflows a small phone, everything can be hit."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page
from pytest_django.live_server_helper import LiveServer

from agents import services
from appeals.enums import AppealState
from enrollment import services as enrollment
from enrollment.answers import AccountAnswers, ContactAnswers, FamilyAnswers, HomeAnswers, MemberAnswers, Proxy
from enrollment.enums import Bank, PhoneOwner
from enrollment.models import Application
from perlinsos.accounts.models import User
from tests import factories
from tests.agents.conftest import SULASTRI
from tests.cast import KESILIR, Cast
from tests.enrollment import factories as make
from tests.ui.test_look import OVERFLOWING, RULES, SMALL_TARGETS, TAGS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Where to leave pictures of every page, for eyes; nothing is kept without it.
PICTURES = os.environ.get("PORTAL_PICTURES", "")
# Playwright's loop runs in this thread; the queries of a test are still its own.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "id-ID"}


@pytest.fixture
def phone(live_server: LiveServer, eko: User, client: Client, context: BrowserContext) -> Page:
    """Eko's phone, signed in."""
    cookie = {"name": "sessionid", "value": client.session.session_key or "", "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    return page


def look(page: Page, name: str) -> None:
    """Everything a page must bear: assistive technology, 320 pixels, text twice as large, a thumb."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": RULES})
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate(SMALL_TARGETS) == [], name
    _picture(page, name)
    page.set_viewport_size({"width": 320, "height": 640})
    for size in ("100%", "200%"):
        page.evaluate("(size) => document.documentElement.style.fontSize = size", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, (name, page.evaluate(OVERFLOWING))
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 360, "height": 640})


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_the_pages_of_an_enrolment(phone: Page, live_server: LiveServer, eko: User, cast: Cast) -> None:
    phone.goto(f"{live_server.url}/agen/")
    look(phone, "home-empty")
    follow(phone, phone.get_by_role("link", name="Daftarkan keluarga"))
    look(phone, "new")
    follow(phone, phone.get_by_role("button", name="Lanjut"))
    look(phone, "new-errors")
    phone.get_by_label("NIK").fill(SULASTRI.nik)
    phone.get_by_label("Nama lengkap").fill(SULASTRI.name)
    for box, value in (("Tanggal", "27"), ("Bulan", "Feb"), ("Tahun", "1979")):
        phone.get_by_label(box, exact=True).fill(value)
    follow(phone, phone.get_by_role("button", name="Lanjut"))
    application = Application.objects.get()
    for name in ADDRESSES:
        path = advance(application, name, by=eko)
        phone.goto(f"{live_server.url}/agen/keluarga/{application.public_id}/{path}/")
        look(phone, f"form-{name}")
        if name == "photo":
            phone.get_by_text("Tidak bisa difoto", exact=True).click()
            follow(phone, phone.get_by_role("button", name="Lanjut tanpa foto"))
            look(phone, "photo-errors")
    services.finish_visit(Application.objects.get(), by=eko)
    phone.goto(f"{live_server.url}/agen/keluarga/{application.public_id}/selesai/")
    look(phone, "receipt")


def follow(phone: Page, what: Locator) -> None:
    """Press it, and wait for the page it leads to: what is looked at must not be the one before."""
    with phone.expect_navigation():
        what.click()


def advance(application: Application, page: str, *, by: User) -> str:
    """Answer what comes before `page` as Eko would; returns the page's address."""
    application.refresh_from_db()
    if page in BEFORE:
        BEFORE[page](application, by)
    return ADDRESSES[page]


def _without_photo_or_card(application: Application, by: User) -> None:
    services.skip_photo(application, obstacle="ill", by=by)
    make.receive(application, None, "unavailable")


def _home(application: Application, by: User) -> None:
    members = {member.pk: MemberAnswers() for member in application.family.members.all()}
    enrollment.answer_home(application, answers=HomeAnswers(members, 900), by=by)


BEFORE: dict[str, Callable[[Application, User], object]] = {
    "photo": lambda a, by: services.give_proxy_consent(a, proxy=Proxy("elderly", ""), by=by),
    "village": _without_photo_or_card,
    "typed": lambda a, by: enrollment.choose_village(a, village_code=KESILIR, by=by),
    "family": lambda a, by: make.receive(a, make.card()),
    "home": lambda a, by: services.confirm_family(a, answers=FamilyAnswers(), by=by),
    "contact": _home,
    "account": lambda a, by: enrollment.answer_contact(a, answers=ContactAnswers("", PhoneOwner.NONE), by=by),
    "review": lambda a, by: enrollment.answer_account(a, answers=AccountAnswers(Bank.NONE), by=by),
}
ADDRESSES = {
    "consent": "persetujuan",
    "photo": "foto",
    "village": "keluarga/desa",
    "typed": "keluarga/isi",
    "family": "keluarga",
    "home": "rumah",
    "contact": "hp",
    "account": "rekening",
    "review": "periksa",
}


def test_the_first_page_and_the_errands(phone: Page, live_server: LiveServer, eko: User, cast: Cast) -> None:
    check = busy_day(eko, cast)
    phone.goto(f"{live_server.url}/agen/")
    look(phone, "home")
    phone.get_by_role("link", name="Daya listrik rumah").first.click()
    look(phone, "ground-check")
    phone.get_by_role("button", name="Kirim catatan").click()
    look(phone, "ground-check-errors")
    photo = {"name": "meteran.jpg", "mimeType": "image/jpeg", "buffer": factories.photo((640, 480))}
    phone.get_by_label("900 VA", exact=True).check()
    phone.get_by_label("Foto", exact=False).set_input_files(photo)
    phone.get_by_role("button", name="Kirim catatan").click()
    assert phone.get_by_text("Terima kasih").is_visible()
    look(phone, "ground-check-closed")
    check.refresh_from_db()
    assert check.observed_value == 900


def busy_day(eko: User, cast: Cast) -> object:
    """One family in every state, a late visit and one to come."""
    own = {"assisted": True, "assisted_by": eko, "village": factories.area(KESILIR)}
    for state in ("submitted", "matching", "decided", "announced", "withdrawn"):
        factories.AssistedVisitFactory(application=factories.ApplicationFactory(**{state: True}, **own))
    factories.ApplicationFactory(step="home", **own)
    retry = factories.ApplicationFactory(submitted=True, **own)
    factories.FaceCheckFactory(application=retry, state="retry")
    appeal = factories.AppealFactory(application=cast.application, state=AppealState.GROUND_CHECK)
    return factories.GroundCheckFactory(
        appeal=appeal, requested_by=cast.dewi, due_on="2026-01-05", instructions="Lihat stiker pada meteran listrik."
    )


def test_a_face_compared_in_person(phone: Page, live_server: LiveServer, eko: User, cast: Cast) -> None:
    check = factories.FaceCheckFactory(application=cast.application, manual=True)
    phone.goto(f"{live_server.url}/agen/")
    look(phone, "home-face-visits")
    phone.locator(f"a[href='/agen/wajah/{check.public_id}/']").click()
    look(phone, "face-visit")
    phone.get_by_label("Orangnya, didampingi wakil").check()
    phone.get_by_label("Sudah ditemui: wajah cocok dengan KTP").check()
    phone.get_by_role("button", name="Kirim catatan").click()
    look(phone, "face-visit-errors")
    assert phone.get_by_label("Orangnya, didampingi wakil").is_checked()
    phone.get_by_label("Nama wakil").fill("Bu Karsih")
    phone.get_by_label("KTP", exact=True).check()
    phone.get_by_role("button", name="Kirim catatan").click()
    assert phone.get_by_text("Orangnya sudah pasti").is_visible()
    look(phone, "face-visit-closed")


def test_a_family_from_elsewhere(phone: Page, live_server: LiveServer, eko: User) -> None:
    application = services.begin_visit(SULASTRI, by=eko)
    advance(application, "photo", by=eko)
    services.skip_photo(application, obstacle="ill", by=eko)
    make.receive(application, make.card(village_code="35.10.07.2002"))
    phone.goto(f"{live_server.url}/agen/keluarga/{application.public_id}/keluarga/")
    look(phone, "not-assigned")
