"""What a family says again, on a small phone, and what officers read of its sources: axe finds nothing to mend."""

import os
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from enrollment.models import Application
from tests import factories
from tests.agents.test_look import look
from tests.appeals import scenario
from tests.cast import Cast
from tests.eligibility.test_receiving_look import as_user
from tests.support.rules import load_shipped_rules
from verification.enums import RequestState, Source
from verification.models import SourceRequest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def test_what_is_asked_again(live_server: LiveServer, context: BrowserContext, cast: Cast) -> None:
    load_shipped_rules()
    application = scenario.decided(cast.application, {})
    factories.MemberFactory(family=application.family)
    sent = Application.objects.filter(pk=application.pk)
    sent.update(submitted_at=application.submitted_at - timedelta(days=250))
    SourceRequest.objects.filter(source=Source.DTSEN).update(state=RequestState.NOT_FOUND)
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    as_user(page, live_server, cast.indah)
    for name in ("application-status", "application-tell-again"):
        page.goto(live_server.url + reverse(name, args=[application.public_id]))
        look(page, name)
    as_user(page, live_server, cast.ani)
    page.goto(live_server.url + reverse("case-detail", args=[application.public_id]))
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    look(page, "case-with-sources")
