"""Registering again in a real browser: the family on its phone, the agent, the officer at the desk."""

import os

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from eligibility.enums import Placement
from enrollment.models import Application
from tests.agents.test_look import _picture, look
from tests.cast import Cast
from tests.eligibility.test_receiving_look import as_user
from tests.support import again
from tests.support.again import over

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def phone(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    return page


def address(live_server: LiveServer, name: str, application: Application) -> str:
    return live_server.url + reverse(name, args=[application.public_id])


def test_a_family_on_its_phone(live_server: LiveServer, phone: Page, cast: Cast) -> None:
    over(cast.application, Placement.WAITING, position=1)
    again.served()
    as_user(phone, live_server, cast.indah)
    phone.goto(address(live_server, "application-status", cast.application))
    look(phone, "over")
    phone.get_by_role("link", name="Daftar lagi").click()
    look(phone, "again")
    phone.get_by_role("button", name="Mulai pendaftaran baru").click()
    assert phone.get_by_text("Bolehkah kami memeriksa data Anda?").is_visible()
    draft = Application.objects.drafts().get(owner=cast.indah)
    again.answer(draft, cast.application.family, by=cast.indah)
    phone.goto(f"{live_server.url}/daftar/periksa/")
    look(phone, "review-again")
    phone.get_by_label("Isian ini benar").check()
    phone.get_by_role("button", name="Kirim pendaftaran").click()
    assert phone.get_by_text("Pendaftaran terkirim").first.is_visible()
    phone.goto(address(live_server, "application-status", cast.application))
    look(phone, "closed")
    phone.get_by_role("link", name="Pendaftaran baru").click()
    assert phone.get_by_role("link", name=f"Pendaftaran sebelumnya {cast.application.reference}").is_visible()


def test_an_agent_and_an_officer(live_server: LiveServer, phone: Page, cast: Cast) -> None:
    over(cast.eko_application, Placement.WAITING, position=1)
    again.served()
    as_user(phone, live_server, cast.eko)
    phone.goto(address(live_server, "application-status", cast.eko_application))
    phone.get_by_role("button", name="Daftarkan lagi keluarga ini").click()
    look(phone, "consent-again")
    phone.set_viewport_size({"width": 1280, "height": 800})
    as_user(phone, live_server, cast.ani)
    phone.goto(address(live_server, "case-detail", cast.eko_application))
    phone.get_by_role("link", name="Tutup pendaftaran ini").click()
    _picture(phone, "case-close")
    phone.get_by_label("Alasan").fill("Keluarga pindah desa.")
    phone.get_by_role("button", name="Tutup pendaftaran ini").click()
    assert phone.get_by_text("Sudah ditutup").is_visible()
