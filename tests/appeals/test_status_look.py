"""The status page of an announced family on a small phone: everything opened, axe finds nothing, nothing overflows."""

import os

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from eligibility.models import Programme
from tests.agents.test_look import look
from tests.appeals import scenario
from tests.cast import Cast
from tests.eligibility.test_receiving_look import as_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def test_a_family_reads_all_that_decided(live_server: LiveServer, context: BrowserContext, cast: Cast) -> None:
    """One whose sum leaves children out, and one that is refused."""
    pkh = scenario.announce(
        cast, dukcapil__family_size=9, dukcapil__children_0_6=3, dapodik__pupils_sd=2, dukcapil__elderly_60=2
    )
    scenario.announce_also(cast, Programme.objects.get(code="sembako"))
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    for name, application in {"refused": cast.application, "many": pkh.others[0]}.items():
        as_user(page, live_server, application.owner)
        page.goto(f"{live_server.url}/status/{application.public_id}/")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        look(page, f"status-{name}")
