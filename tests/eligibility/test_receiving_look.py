"""What families that receive, their agents and officers see, in a real browser."""

import os
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from eligibility.rules.periods import months_ended
from perlinsos.accounts.models import User
from tests import factories
from tests.agents.test_look import _picture, look
from tests.cast import Cast
from tests.conftest import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def as_user(page: Page, live_server: LiveServer, user: User) -> None:
    client = Client()
    sign_in_as(client, user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def test_a_family_that_receives(live_server: LiveServer, context: BrowserContext, cast: Cast) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=130)):
        one = factories.participation(cast.application)
    pupil = factories.PupilFactory(family=cast.application.family)
    factories.BabyFactory(family=cast.application.family)
    month = months_ended(timezone.localdate())[0]
    record = factories.DutyRecordFactory(member=pupil, month=month, recorded_by=cast.ani)
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})

    def see(name: str, where: str, *ids: Any) -> None:
        page.goto(live_server.url + reverse(where, args=[*ids]))
        look(page, name)

    as_user(page, live_server, cast.indah)
    see("status", "application-status", cast.application.public_id)
    see("receives", "participation-detail", one.public_id)
    see("leave", "participation-leave", one.public_id)
    see("doubt", "duty-doubt", one.public_id, record.public_id)
    as_user(page, live_server, cast.eko)
    see("families", "duty-families")
    see("family", "duty-family", one.public_id)
    page.get_by_role("button", name=re.compile("^Memenuhi")).first.click()
    assert page.get_by_text("Tercatat.").is_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    as_user(page, live_server, cast.ani)
    for name, where, ids in (
        ("recipients", "participation-queue", []),
        ("differences", "difference-list", []),
        ("case", "participation-case", [one.public_id]),
    ):
        page.goto(live_server.url + reverse(where, args=ids) + ("" if ids else "?bagian=semua"))
        _picture(page, f"desk-{name}")
        assert page.get_by_role("heading", level=1).is_visible()
