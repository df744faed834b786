"""Registering again in a real browser: the family on its phone, the agent, the officer at the desk."""

import os

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from eligibility.enums import Placement
from enrollment.models import Application
from tests.agents.test_look import _picture, look
from tests.appeals.test_register_again import over
from tests.cast import Cast
from tests.eligibility.test_receiving_look import as_user
from tests.support import again

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def test_a_family_an_agent_and_an_officer(live_server: LiveServer, context: BrowserContext, cast: Cast) -> None:
    over(cast.application, Placement.WAITING, position=1)
    over(cast.eko_application, Placement.WAITING, position=2)
    again.served()
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})

    def status_of(application: Application) -> str:
        return live_server.url + reverse("application-status", args=[application.public_id])

    as_user(page, live_server, cast.indah)
    page.goto(status_of(cast.application))
    look(page, "over")
    page.get_by_role("link", name="Daftar lagi").click()
    look(page, "again")
    page.get_by_role("button", name="Mulai pendaftaran baru").click()
    assert page.get_by_text("Bolehkah kami memeriksa data Anda?").is_visible()
    draft = Application.objects.drafts().get(owner=cast.indah)
    again.answer(draft, cast.application.family, by=cast.indah)
    page.goto(f"{live_server.url}/daftar/periksa/")
    look(page, "review-again")
    page.get_by_label("Isian ini benar").check()
    page.get_by_role("button", name="Kirim pendaftaran").click()
    assert page.get_by_text("Pendaftaran terkirim").first.is_visible()
    page.goto(status_of(cast.application))
    look(page, "closed")
    page.get_by_role("link", name="Pendaftaran baru").click()
    assert page.get_by_role("link", name=f"Pendaftaran sebelumnya {cast.application.reference}").is_visible()

    as_user(page, live_server, cast.eko)
    page.goto(status_of(cast.eko_application))
    page.get_by_role("button", name="Daftarkan lagi keluarga ini").click()
    look(page, "consent-again")

    page.set_viewport_size({"width": 1280, "height": 800})
    as_user(page, live_server, cast.ani)
    page.goto(live_server.url + reverse("case-detail", args=[cast.eko_application.public_id]))
    page.get_by_role("link", name="Tutup pendaftaran ini").click()
    _picture(page, "case-close")
    page.get_by_label("Alasan").fill("Keluarga pindah desa.")
    page.get_by_role("button", name="Tutup pendaftaran ini").click()
    assert page.get_by_text("Sudah ditutup").is_visible()
