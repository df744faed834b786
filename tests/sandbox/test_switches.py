"""What a trainer, a test or a benchmark can make the services do."""

import itertools
import json
import re
import time
from typing import Any

import httpx
import pytest

from sandbox.switches import chance
from tests.support.sandbox_process import Sandbox

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PLN = "pln/v1/meters"


@pytest.fixture
def trainer(sandbox: Sandbox) -> httpx.Client:
    return httpx.Client(base_url=sandbox.base_url, timeout=20, follow_redirects=True)


def press(trainer: httpx.Client, address: str, **data: str) -> httpx.Response:
    """Send a form of the sandbox as a browser would."""
    token = TOKEN.search(trainer.get("/switches/pln/").text)
    assert token is not None
    return trainer.post(address, data={"csrfmiddlewaretoken": token[1], **data})


def ask(sandbox: Sandbox) -> httpx.Response:
    return sandbox.ask(PLN, {"niks": [sandbox.residents["eligible"].nik]})


def state(sandbox: Sandbox, service: str = "pln") -> dict[str, Any]:
    return sandbox.http.post(f"/switches/api/{service}", json={}).json()


# --- for a trainer ----------------------------------------------------------------------------


def test_a_trainer_turns_a_service_off_and_on(sandbox: Sandbox, trainer: httpx.Client) -> None:
    assert "Mati</span>" in press(trainer, "/switches/pln/turn/", down="").text
    assert ask(sandbox).status_code == 503
    assert "Mati</span>" not in press(trainer, "/switches/pln/turn/").text
    assert ask(sandbox).status_code == 200


def test_a_trainer_sets_every_switch_of_one_service(sandbox: Sandbox, trainer: httpx.Client) -> None:
    filled = {**state(sandbox), "error_rate": 100}
    fields = {name: str(value) for name, value in filled.items() if value is not False}
    assert "Ada gangguan" in press(trainer, "/switches/pln/", **fields).text
    assert ask(sandbox).status_code == 500
    refused = press(trainer, "/switches/pln/", **{**fields, "latency_ms": "90000"})
    assert (refused.status_code, "60000" in refused.text) == (422, True)
    too_many = press(trainer, "/switches/pln/", **{**fields, "busy_rate": "1"})
    assert (too_many.status_code, "paling banyak 100" in too_many.text) == (422, True)


def test_a_preset_is_one_press_and_normal_ends_it(sandbox: Sandbox, trainer: httpx.Client) -> None:
    sandbox.set("bpn", latency_ms=7)
    press(trainer, "/switches/preset/pln-down/")
    assert (state(sandbox)["down"], state(sandbox, "bpn")["latency_ms"]) == (True, 0)
    page = press(trainer, "/switches/preset/normal/").text
    assert "Mati</span>" not in page
    assert "Ada gangguan" not in page


PRESETS = re.compile(r"/switches/preset/([\w-]+)/")


def test_every_preset_of_the_board_says_something(sandbox: Sandbox, trainer: httpx.Client) -> None:
    keys = PRESETS.findall(trainer.get("/switches/").text)
    assert keys[0] == "normal"
    for key in keys:
        answer = sandbox.http.post(f"/switches/api/presets/{key}", json={})
        assert answer.status_code == 200, answer.text
        assert (answer.json()["services"] == {}) == (key == "normal")


# --- the API ----------------------------------------------------------------------------------


def test_the_api_takes_only_known_json(sandbox: Sandbox) -> None:
    post = sandbox.http.post
    assert post("/switches/api/pln", data={"down": "true"}).status_code == 415
    assert post("/switches/api/reset", data={}).status_code == 415
    assert post("/switches/api/nobody", json={}).status_code == 404
    assert post("/switches/api/presets/nothing", json={}).status_code == 404
    for wrong in ({"wrong_nonce": True}, ["down"], {"latency_ms": -1}, {"latency_p50_ms": 9}, {"hang_rate": 101}):
        assert post("/switches/api/pln", json=wrong).status_code == 422
    assert post("/switches/api/pln", json={"latency_ms": 5}).json()["latency_ms"] == 5
    assert post("/switches/api/pln", json={"down": True}).json().items() >= {"latency_ms": 5, "down": True}.items()


def counts(sandbox: Sandbox, since: int) -> dict[str, int]:
    told = sandbox.http.get(f"/switches/api/counts?since={since}").json()
    found: dict[str, int] = told["services"].get("pln", {})
    return found


def test_requests_are_counted_by_second(sandbox: Sandbox) -> None:
    start = int(time.time())
    before = sum(counts(sandbox, start).values())
    sandbox.set("pln", down=True)
    for _ in range(3):
        ask(sandbox)
    by_second = counts(sandbox, start)
    assert sum(by_second.values()) == before + 3  # those it refused, too
    assert all(start <= int(second) <= time.time() for second in by_second)
    assert sandbox.http.get(f"/switches/api/counts?since={start + 60}").json()["services"] == {}
    assert sandbox.http.get("/switches/api/counts?since=yesterday").status_code == 422


# --- how long, and what instead ---------------------------------------------------------------


def test_half_the_answers_are_faster_than_the_middle_and_five_in_a_hundred_slower_than_the_limit() -> None:
    draws = [chance.lognormal(300, 1_500, number / 1_000) for number in range(1, 1_000)]
    assert draws == sorted(draws)
    assert sum(draw < 300 for draw in draws) == pytest.approx(499, abs=1)
    assert sum(draw > 1_500 for draw in draws) == pytest.approx(50, abs=1)
    assert chance.lognormal(300, 300, 0.99) == pytest.approx(300)
    assert chance.lognormal(0, 0, 0.99) == 0
    assert all(0 < chance.lognormal(300, 1_500, luck) < 1e6 for luck in (0.0, 1.0))


def test_a_hundred_requests_are_shared_out_as_the_rates_say() -> None:
    rates = {"a": 2, "b": 0, "c": 5}
    drawn = [chance.drawn(rates, luck + 0.5) for luck in range(100)]
    assert [(name, len(list(several))) for name, several in itertools.groupby(drawn)] == [("a", 2), ("c", 5), ("", 93)]


def test_the_random_part_comes_on_top_of_the_fixed_one(sandbox: Sandbox) -> None:
    sandbox.set("pln", latency_ms=100, latency_p50_ms=150, latency_p95_ms=150)
    started = time.monotonic()
    assert ask(sandbox).status_code == 200
    assert 0.25 <= time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("rate", "status", "headers"),
    [
        ("error_rate", 500, {}),
        ("unavailable_rate", 503, {"Retry-After": "30"}),
        ("busy_rate", 429, {"Retry-After": "5"}),
        ("html_rate", 200, {"Content-Type": "text/html; charset=utf-8"}),
        ("broken_rate", 200, {"Content-Type": "application/json"}),
    ],
)
def test_kinds_of_failure(sandbox: Sandbox, rate: str, status: int, headers: dict[str, str]) -> None:
    sandbox.set("pln", **{rate: 100})
    answer = ask(sandbox)
    assert answer.status_code == status
    assert headers.items() <= {name: answer.headers.get(name) for name in headers}.items()
    if status == 200:
        with pytest.raises(json.JSONDecodeError):
            answer.json()


@pytest.mark.parametrize(("rate", "at_most"), [("hang_rate", 0), ("drip_rate", 4)])
def test_an_answer_that_does_not_end_outlasts_the_asker(sandbox: Sandbox, rate: str, at_most: int) -> None:
    sandbox.set("pln", **{rate: 100})
    assert len(_received_within(1.2, sandbox)) <= at_most  # of an answer of more than a hundred bytes
    sandbox.reset()
    assert ask(sandbox).status_code == 200  # others are served meanwhile


def _received_within(seconds: float, sandbox: Sandbox) -> bytes:
    headers = {"Authorization": f"Bearer {sandbox.token}", "X-Request-ID": "00000000-0000-4000-8000-000000000001"}
    received, deadline = b"", time.monotonic() + seconds
    try:
        with sandbox.http.stream("POST", f"/sources/{PLN}", headers=headers, json={}, timeout=seconds) as answer:
            for chunk in answer.iter_raw():
                received += chunk
                if time.monotonic() > deadline:
                    break
    except httpx.ReadTimeout:
        pass
    return received
