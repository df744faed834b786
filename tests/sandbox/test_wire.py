"""The other ways to speak to the sources: drawn tokens, sealed bodies, answers that come later."""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.support.sandbox_process import CALLBACK_KEY, CLIENT_ID, CLIENT_SECRET, ENVELOPE_KEYS, Sandbox

PLN = "pln/v1/meters"
KEY_ID, _, ENCODED_KEY = ENVELOPE_KEYS.partition(":")
CIPHER = AESGCM(base64.b64decode(ENCODED_KEY))


def question(sandbox: Sandbox) -> dict[str, Any]:
    return {"niks": list(sandbox.residents["eligible"].member_niks)}


# --- tokens -----------------------------------------------------------------------------------


def draw(sandbox: Sandbox, **changes: str) -> Any:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return sandbox.http.post("/sources/oauth/token", data={**form, **changes})


def test_a_client_draws_a_token_and_asks_with_it(sandbox: Sandbox) -> None:
    drawn = draw(sandbox).json()
    assert (drawn["token_type"], drawn["expires_in"]) == ("Bearer", 600)
    bearer = f"Bearer {drawn['access_token']}"
    assert sandbox.ask(PLN, question(sandbox), Authorization=bearer).status_code == 200
    assert sandbox.ask(PLN, question(sandbox), Authorization=bearer[:-1] + "_").status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_id": "guessed"}, 401, "invalid_client"),
        ({"client_id": "", "client_secret": ""}, 401, "invalid_client"),
    ],
)
def test_a_token_is_not_given_to_strangers(sandbox: Sandbox, changes: dict[str, str], status: int, error: str) -> None:
    refused = draw(sandbox, **changes)
    assert (refused.status_code, refused.json()) == (status, {"error": error})


# --- envelopes --------------------------------------------------------------------------------


def seal(body: Any, request_id: str, worker: str = "pln") -> dict[str, str]:
    iv = os.urandom(12)
    text = CIPHER.encrypt(iv, json.dumps(body).encode(), f"{request_id}|{worker}".encode())
    parts = {"data": text[:-16], "iv": iv, "tag": text[-16:]}
    encoded = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return {"request_id": request_id, "worker_name": worker, **encoded}


def unseal(envelope: dict[str, str]) -> dict[str, Any]:
    data, iv, tag = (base64.b64decode(envelope[part]) for part in ("data", "iv", "tag"))
    bound = f"{envelope['request_id']}|{envelope['worker_name']}".encode()
    opened: dict[str, Any] = json.loads(CIPHER.decrypt(iv, data + tag, bound))
    return opened


def ask_sealed(sandbox: Sandbox, envelope: dict[str, str], **headers: str) -> Any:
    labels = {"X-Request-ID": envelope["request_id"], "X-Key-Id": KEY_ID}
    return sandbox.ask(PLN, envelope, **{**labels, **headers})


def test_a_sealed_question_gets_a_sealed_answer(sandbox: Sandbox) -> None:
    request_id = str(uuid4())
    asked = seal(question(sandbox), request_id)
    answer = ask_sealed(sandbox, asked)
    assert answer.status_code == 200
    assert answer.headers["X-Key-Id"] == KEY_ID
    envelope = answer.json()
    assert set(envelope) == set(asked)
    assert (envelope["request_id"], envelope["worker_name"]) == (request_id, "pln")
    assert envelope["iv"] != asked["iv"]
    opened = unseal(envelope)
    assert (opened["request_id"], opened["meters"][0]["power_va"]) == (request_id, 450)


@pytest.mark.parametrize(
    ("changes", "headers", "field"),
    [
        ({"data": "AAAA"}, {}, "data"),
        ({"worker_name": "bpn"}, {}, "data"),
        ({"iv": "AAAA"}, {}, "iv"),
        ({"tag": "AAAA"}, {}, "tag"),
        ({"data": "%%"}, {}, "data"),
        ({"data": 5}, {}, "data"),
        ({}, {"X-Key-Id": "other"}, "X-Key-Id"),
        ({}, {"X-Key-Id": ""}, "X-Key-Id"),
        ({}, {"X-Request-ID": "00000000-0000-4000-8000-000000000001"}, "request_id"),
    ],
)
def test_an_envelope_that_was_touched_does_not_open(
    sandbox: Sandbox, changes: dict[str, Any], headers: dict[str, str], field: str
) -> None:
    refused = ask_sealed(sandbox, {**seal(question(sandbox), str(uuid4())), **changes}, **headers)
    assert (refused.status_code, refused.json()) == (422, {"error": "malformed", "field": field})


def test_what_is_inside_is_checked_like_any_question(sandbox: Sandbox) -> None:
    for inside in ([], {"niks": []}):
        assert ask_sealed(sandbox, seal(inside, str(uuid4()))).status_code == 422


# --- later ------------------------------------------------------------------------------------


class Portal:
    """The portal's callback: refuses the first `busy` messages, keeps the rest."""

    def __init__(self) -> None:
        self.busy = 0
        self.took: list[tuple[dict[str, str], bytes]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v1/sources/pln/callback"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                portal.busy -= 1
                if portal.busy < 0:
                    portal.took.append((dict(self.headers), body))
                self.send_response(503 if portal.busy >= 0 else 204)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        return Handler

    def has(self, count: int, *, within: float = 8.0) -> bool:
        deadline = time.monotonic() + within
        while len(self.took) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return len(self.took) == count


@pytest.fixture
def portal() -> Iterator[Portal]:
    listening = Portal()
    threading.Thread(target=listening.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


def test_an_answer_comes_later_signed(sandbox: Sandbox, portal: Portal) -> None:
    sandbox.set("pln", answers_later=True, later_after_s=0)
    request_id = str(uuid4())
    headers = {"X-Request-ID": request_id, "X-Callback-URL": portal.url}
    promised = sandbox.ask(PLN, question(sandbox), **headers)
    assert (promised.status_code, promised.json()) == (202, {"request_id": request_id, "status": "accepted"})
    assert portal.has(1)
    told, body = portal.took[0]
    signature = hmac.new(CALLBACK_KEY.encode(), body, hashlib.sha256).hexdigest()
    assert (told["X-Request-ID"], told["X-Signature"]) == (request_id, f"sha256={signature}")
    assert json.loads(body)["meters"][0]["power_va"] == 450


def test_a_later_answer_is_tried_again_and_may_come_twice_in_its_envelope(sandbox: Sandbox, portal: Portal) -> None:
    portal.busy = 1
    sandbox.set("pln", answers_later=True, later_after_s=0, later_twice=True)
    envelope = seal(question(sandbox), str(uuid4()))
    assert ask_sealed(sandbox, envelope, **{"X-Callback-URL": portal.url}).status_code == 202
    assert portal.has(2)
    (told, first), (_again, second) = portal.took
    assert first == second
    assert told["X-Key-Id"] == KEY_ID
    assert unseal(json.loads(first))["status"] == "found"


def test_who_cannot_be_called_back_is_answered_at_once(sandbox: Sandbox) -> None:
    sandbox.set("pln", answers_later=True)
    assert sandbox.ask(PLN, question(sandbox)).status_code == 200


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/x", "https://127.0.0.1:8000/x", "http://localhost/x", "http://a@127.0.0.1/x", "file:///x"]
)
def test_nobody_but_the_portal_is_called_back(sandbox: Sandbox, url: str) -> None:
    sandbox.set("pln", answers_later=True)
    refused = sandbox.ask(PLN, question(sandbox), **{"X-Callback-URL": url})
    assert (refused.status_code, refused.json()) == (422, {"error": "malformed", "field": "X-Callback-URL"})


def test_an_answer_survives_a_sandbox_that_stops(sandbox: Sandbox, portal: Portal) -> None:
    """What was promised lies in a table: whoever serves next sends it."""
    sandbox.set("pln", answers_later=True, later_after_s=60)
    sandbox.ask(PLN, question(sandbox), **{"X-Callback-URL": portal.url})
    sandbox.manage("shell", "-c", PRETEND_A_MINUTE_LATER)
    assert portal.has(1)


PRETEND_A_MINUTE_LATER = """
from django.utils import timezone
from sandbox.sources import later
from sandbox.sources.models import Delivery
Delivery.objects.update(due_at=timezone.now())
later.deliver_next()
"""
