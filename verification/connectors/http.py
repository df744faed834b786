"""One way to ask a ministry service: bounded in time and size, sealed where agreed, silent about people.

The log gets metadata only: path, status, duration, size, request id. NIK and KK numbers travel in
bodies, and bodies are never logged, quoted in an exception or kept.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from django.urls import reverse

from verification.connectors import arrangements, credentials, envelope
from verification.connectors.errors import SourceError, SourceRefused, SourceUnavailable

logger = logging.getLogger(__name__)

CONNECT_S = 3.0
# A source that drips a byte a second never runs into its time-out. Shorter than any lease.
WHOLE_ANSWER_S = 30.0
ANSWER_MAX_BYTES = 2 * 1024 * 1024
PHOTO_MAX_BYTES = 8 * 1024 * 1024
# The question itself is wrong: asking again changes nothing. Everything else may be better later,
# a refused token (401, 403) too: that is about us, not about this family.
REFUSALS = frozenset({400, 404, 405, 409, 410, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Body:
    """JSON text as received and taken out of its envelope, and how long the source took."""

    content: bytes
    latency_ms: int
    is_promise: bool = False  # 202 with the answer to follow by callback


def post(
    path: str,
    question: dict[str, Any],
    *,
    source: str,
    request_id: UUID,
    max_bytes: int = ANSWER_MAX_BYTES,
    may_call_back: bool = False,
) -> Body:
    """Ask `path` under SOURCES_URL as arranged with `source`, and return the JSON it answered with.

    `may_call_back`: the answer may come hours later, if the arrangement says so too. Raises
    SourceUnavailable (ask again later) or SourceRefused (the question is wrong).
    """
    start = time.monotonic()
    arrangement = arrangements.of(source)
    headers = {"X-Request-ID": str(request_id)}
    body: dict[str, Any] = question
    if arrangement.is_sealed:
        body, headers["X-Key-Id"] = envelope.seal(question, request_id=request_id, source=source)
    if may_call_back and arrangement.may_call_back:
        headers["X-Callback-URL"] = settings.BASE_URL + reverse("api-source-callback", args=[source])
    try:
        with credentials.client(arrangement.auth).stream(
            "POST",
            f"{settings.SOURCES_URL}/{path}",
            json=body,
            headers=headers,
            auth=credentials.proof(arrangement.auth),
            timeout=httpx.Timeout(arrangement.timeout_s, connect=CONNECT_S),
        ) as response:
            _ensure_answer(response)
            content = _read(response, max_bytes=max_bytes, deadline=start + WHOLE_ANSWER_S)
        is_promise = "X-Callback-URL" in headers and response.status_code == 202
        if arrangement.is_sealed and not is_promise:
            key_id = response.headers.get("X-Key-Id", "")
            content = envelope.open_(content, key_id=key_id, request_id=request_id, source=source)
    except (httpx.HTTPError, SourceError) as error:
        raise _noted(_meaning(error), path, start, request_id) from None
    logger.info("source %s answered in %d ms, %d bytes, request %s", path, _ms(start), len(content), request_id)
    return Body(content, _ms(start), is_promise)


def _ensure_answer(response: httpx.Response) -> None:
    """A page of HTML with status 200 is an outage with good manners, not an answer."""
    status = response.status_code
    if status in REFUSALS:
        raise SourceRefused(f"http_{status}")
    if status not in (200, 202):
        raise SourceUnavailable(f"http_{status}")
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise SourceUnavailable("not_json")


def _read(response: httpx.Response, *, max_bytes: int, deadline: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > max_bytes:
            raise SourceUnavailable("too_big")
        if time.monotonic() > deadline:
            raise SourceUnavailable("timeout")
    return bytes(content)


def _meaning(error: httpx.HTTPError | SourceError) -> SourceError:
    """`timeout` says that the source may still be at work on the question; `unreachable` that it never got it."""
    if isinstance(error, SourceError):
        return error
    has_it = isinstance(error, (httpx.ReadTimeout, httpx.WriteTimeout))
    return SourceUnavailable("timeout" if has_it else "unreachable")


def _noted(error: SourceError, path: str, start: float, request_id: UUID) -> SourceError:
    logger.warning("source %s: %s after %d ms, request %s", path, error.code, _ms(start), request_id)
    return error


def _ms(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
