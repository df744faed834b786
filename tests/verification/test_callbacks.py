"""Answers that come hours later: promised, called back once or twice, refused when nobody waits for them."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from enrollment.enums import ApplicationState
from enrollment.models import Consent
from tests import factories
from tests.verification.cases import consent
from tests.verification.rogue import Rogue
from verification import health, tasks
from verification.enums import RequestState, Source
from verification.models import Fact, SourceRequest

pytestmark = pytest.mark.django_db
KEY = "a-key-that-both-sides-know-and-nobody-else"


@pytest.fixture(autouse=True)
def arranged(settings: Any) -> None:
    settings.SOURCES_CALLBACK, settings.SOURCES_CALLBACK_KEY = ["pln"], KEY


@pytest.fixture
def promised(rogue: Rogue) -> SourceRequest:
    """PLN was asked and said: later."""
    rogue.answers = lambda _path, headers, _asked: (
        202,
        {"request_id": headers["X-Request-ID"], "status": "accepted"},
        {},
    )
    application = factories.ApplicationFactory(matching=True)
    person = factories.PersonFactory(nik="3510161204889001")
    factories.MemberFactory(family=application.family, person=person)
    consent(application, [Source.PLN])
    request = factories.SourceRequestFactory(application=application)
    tasks.ask_source(source_request_id=request.pk)
    request.refresh_from_db()
    return request


def answer(request: SourceRequest, **changes: Any) -> dict[str, Any]:
    said = {"request_id": str(request.public_id), "status": "found", "as_of": "2026-11-01"}
    return {**said, "meters": [{"power_va": 900}], **changes}


def call(body: Any, *, about: Any, source: str = "pln", key: str = KEY, **headers: str) -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = "sha256=" + hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()
    sent = {"X-Signature": signature, "X-Request-ID": str(about), **headers}
    url = f"/api/v1/sources/{source}/callback/"
    return Client().post(url, raw, content_type="application/json", headers=sent).status_code


def state(request: SourceRequest) -> tuple[str, str]:
    request.refresh_from_db()
    return request.state, request.last_error


def test_a_promise_is_a_state_of_its_own_and_says_nothing(promised: SourceRequest, rogue: Rogue, cast: Any) -> None:
    assert rogue.asked[0][1]["X-Callback-URL"].endswith("/api/v1/sources/pln/callback/")
    assert (promised.state, promised.lease_until) == (RequestState.AWAITED, None)
    assert promised.due_at > timezone.now() + timedelta(hours=23)
    assert not Fact.objects.exists()
    assert promised not in SourceRequest.objects.due()
    (line,) = [line for line in health.lines(cast.ani) if line.source == Source.PLN]
    assert (line.queue.awaited, line.queue.waiting, line.queue.oldest) == (1, 0, promised.created_at)


def test_the_answer_is_kept_once_however_often_it_comes(promised: SourceRequest) -> None:
    assert call(answer(promised), about=promised.public_id) == 202
    assert state(promised) == (RequestState.ANSWERED, "")
    again = answer(promised, meters=[{"power_va": 2200}])
    assert call(again, about=promised.public_id) == 202  # "duplicated" to the source, nothing to us
    (fact,) = Fact.objects.all()
    assert (fact.value, fact.request, fact.as_of.isoformat()) == (900, promised, "2026-11-01")


def test_an_answer_that_overtakes_its_promise_counts(promised: SourceRequest) -> None:
    SourceRequest.objects.update(state=RequestState.RUNNING, lease_until=timezone.now() + timedelta(seconds=60))
    assert call(answer(promised), about=promised.public_id) == 202
    assert state(promised)[0] == RequestState.ANSWERED


@pytest.mark.parametrize(
    "change",
    [
        {"key": "another key"},
        {"X-Signature": ""},
        {"X-Signature": "sha256="},
        {"X-Signature": "sha256=é"},
        {"about": "not-an-id"},
        {"source": "bpn"},
        {"source": "kementerian"},
        {"source": "citizen"},
    ],
)
def test_whoever_cannot_prove_it_is_refused_without_a_word(promised: SourceRequest, change: dict[str, str]) -> None:
    assert call(answer(promised), **{"about": promised.public_id, **change}) == 403
    assert state(promised)[0] == RequestState.AWAITED


@pytest.mark.parametrize("late", [RequestState.DUE, RequestState.PARKED])
def test_unknown_foreign_and_late_ids_are_refused_alike(promised: SourceRequest, settings: Any, late: str) -> None:
    settings.SOURCES_CALLBACK = ["pln", "bpn"]
    unknown = answer(promised, request_id=str(uuid4()))
    assert call(unknown, about=unknown["request_id"]) == 403
    foreign = answer(promised, parcels=[])
    assert call(foreign, about=promised.public_id, source="bpn") == 403
    SourceRequest.objects.update(state=late)
    assert call(answer(promised), about=promised.public_id) == 403
    assert not Fact.objects.exists()


def test_a_withdrawn_case_stores_nothing(promised: SourceRequest) -> None:
    Consent.objects.update(withdrawn_at=timezone.now())
    assert call(answer(promised), about=promised.public_id) == 403
    Consent.objects.update(withdrawn_at=None)
    promised.application.__class__.objects.update(state=ApplicationState.WITHDRAWN)
    assert call(answer(promised), about=promised.public_id) == 403
    assert not Fact.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"<html></html>", b"", b"[]", {"meters": None}, {"meters": [{"power_va": "2200"}]}, {"as_of": "2999-01-01"}],
)
def test_what_is_no_answer_leaves_the_question_open_with_the_reason(promised: SourceRequest, body: Any) -> None:
    said = body if isinstance(body, bytes) else answer(promised, **body)
    assert call(said, about=promised.public_id) == 422
    assert state(promised) == (RequestState.AWAITED, "bad_answer")
    assert not Fact.objects.exists()


def test_a_body_of_any_size_is_not_read(promised: SourceRequest) -> None:
    assert call(b" " * (3 * 1024 * 1024), about=promised.public_id) == 400


def test_a_promise_that_is_not_kept_is_asked_again(promised: SourceRequest, rogue: Rogue) -> None:
    SourceRequest.objects.update(due_at=timezone.now())
    rogue.answers = None
    rogue.says({"meters": [{"power_va": 450}]})
    tasks.ask_source(source_request_id=promised.pk)
    assert state(promised)[0] == RequestState.ANSWERED
    assert Fact.objects.get().value == 450


def test_only_who_may_call_back_may_promise(promised: SourceRequest, rogue: Rogue, settings: Any) -> None:
    settings.SOURCES_CALLBACK = ["bpn"]
    SourceRequest.objects.update(due_at=timezone.now())
    tasks.ask_source(source_request_id=promised.pk)
    assert state(promised) == (RequestState.DUE, "bad_answer")
    assert "X-Callback-URL" not in rogue.asked[-1][1]
