"""Both ends of the wire together: the portal as arranged, and the running sandbox in the place of the ministries."""

import time
from typing import Any
from uuid import uuid4

import pytest

from perlinsos.settings import env
from tests.support.sandbox_process import CALLBACK_KEY, CLIENT_ID, CLIENT_SECRET, ENVELOPE_KEYS, Sandbox
from tests.verification.cases import asked
from verification import connectors, tasks
from verification.connectors import Subjects
from verification.connectors.base import Account
from verification.enums import RequestState, Source
from verification.models import Fact, SourceRequest


@pytest.fixture
def arranged(ministries: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """OAuth2 and sealed bodies for all, and answers that may come later."""
    monkeypatch.setenv("SOURCES_ENVELOPE_KEYS", ENVELOPE_KEYS)
    settings.SOURCES_AUTH, settings.SOURCES_TOKEN = {"default": "oauth"}, "nothing"
    settings.SOURCES_CLIENT_ID, settings.SOURCES_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.SOURCES_ENVELOPE = ["default"]
    settings.SOURCES_ENVELOPE_KEYS = env.keyring("SOURCES_ENVELOPE_KEYS")
    settings.SOURCES_CALLBACK, settings.SOURCES_CALLBACK_KEY = ["default"], CALLBACK_KEY
    return ministries


def test_every_source_answers_a_sealed_question_of_a_known_client(arranged: Sandbox) -> None:
    resident = arranged.residents["eligible"]
    account = Account("bri", "009801023456789", "Siti Rohmah")
    about = Subjects(resident.nik, resident.kk_number, resident.member_niks, account)
    for source in connectors.CONNECTORS:
        assert connectors.ask(source, about, request_id=uuid4()).is_found, source
    assert connectors.reference_photograph(resident.nik, request_id=uuid4())


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_is_promised_comes_by_itself_and_twice_changes_nothing(
    arranged: Sandbox, live_server: Any, settings: Any
) -> None:
    settings.BASE_URL = live_server.url.replace("localhost", "127.0.0.1")
    arranged.set("pln", answers_later=True, later_after_s=1, later_twice=True)
    request = asked(arranged, "wrong_meter", Source.PLN)
    tasks.ask_source(source_request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.AWAITED
    deadline = time.monotonic() + 20
    while SourceRequest.objects.unanswered().exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)  # the second copy
    request.refresh_from_db()
    assert (request.state, request.last_error) == (RequestState.ANSWERED, "")
    assert [fact.value for fact in Fact.objects.filter(name="pln.power_va")] == [2200]
