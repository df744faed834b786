"""What a switch does to one request: how long it takes, and what comes instead of the answer."""

import random
import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from sandbox.switches import chance
from sandbox.switches.models import LONGEST_MS, RATES, Switch
from sandbox.switches.profiles import profile_of

# Longer than the portal waits for a byte (10 s) and for a whole answer (30 s), and never for ever:
# the thread is needed again.
HANG_S = 15.0
DRIP_FOR_S = 40.0
DRIP_EVERY_S = 0.5
Answer = Callable[[], HttpResponseBase]


def serve(switch: Switch, answer: Answer) -> HttpResponseBase:
    """The answer, after as long as the switch says, or the failure it asks for."""
    if wait_ms := _delay_ms(switch):
        connection.close()  # back to the pool: whoever sleeps needs none
        time.sleep(wait_ms / 1000)
    if switch.down:
        return _unavailable(answer)
    fault = chance.drawn({name: getattr(switch, name) for name in RATES}, random.random() * 100)  # noqa: S311 - drawing a fault, no secret
    return FAULTS[fault](answer) if fault else answer()


def _delay_ms(switch: Switch) -> float:
    p50, p95 = profile_of(switch.service) if switch.realistic else (switch.latency_p50_ms, switch.latency_p95_ms)
    drawn_ms = chance.lognormal(p50, p95, random.random())  # noqa: S311 - not a secret
    return min(switch.latency_ms + drawn_ms, LONGEST_MS)


def _internal(_answer: Answer) -> HttpResponseBase:
    return JsonResponse({"error": "internal"}, status=500)


def _unavailable(_answer: Answer) -> HttpResponseBase:
    return JsonResponse({"error": "unavailable"}, status=503, headers={"Retry-After": "30"})


def _busy(_answer: Answer) -> HttpResponseBase:
    return JsonResponse({"error": "too_many_requests"}, status=429, headers={"Retry-After": "5"})


def _hang(_answer: Answer) -> HttpResponseBase:
    connection.close()
    time.sleep(HANG_S)
    return JsonResponse({"error": "gateway_timeout"}, status=504)


def _drip(answer: Answer) -> HttpResponseBase:
    right = answer()
    if not isinstance(right, HttpResponse):
        return right
    return StreamingHttpResponse(_drops(right.content), content_type=right.headers["Content-Type"])


def _drops(content: bytes) -> Iterator[bytes]:
    """Byte by byte, until nobody can be waiting any more."""
    connection.close()
    last = int(DRIP_FOR_S / DRIP_EVERY_S)
    for start in range(min(last, len(content))):
        yield content[start : start + 1]
        time.sleep(DRIP_EVERY_S)
    yield content[last:]


def _html(_answer: Answer) -> HttpResponseBase:
    return HttpResponse("<!DOCTYPE html><title>Info</title><h1>Sistem sedang dalam pemeliharaan</h1>")


def _broken(answer: Answer) -> HttpResponseBase:
    right = answer()
    if not isinstance(right, HttpResponse):
        return right
    return HttpResponse(right.content[: len(right.content) // 2], content_type="application/json")


FAULTS: dict[str, Callable[[Answer], HttpResponseBase]] = {
    "error_rate": _internal,
    "unavailable_rate": _unavailable,
    "busy_rate": _busy,
    "hang_rate": _hang,
    "drip_rate": _drip,
    "html_rate": _html,
    "broken_rate": _broken,
}
