"""One HTTP client for all ministry services: bounded in time and size, and silent about people.

The log gets metadata only: path, status, duration, size, request id. NIK and KK numbers travel in
bodies, and bodies are never logged, quoted in an exception or kept.
"""

import logging
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings

from verification.connectors.errors import SourceRefused, SourceUnavailable

logger = logging.getLogger(__name__)

CONNECT_S, READ_S = 3.0, 10.0
# A source that drips a byte a second never runs into READ_S. Shorter than any lease.
WHOLE_ANSWER_S = 30.0
ANSWER_MAX_BYTES = 2 * 1024 * 1024
PHOTO_MAX_BYTES = 8 * 1024 * 1024
# The question itself is wrong: asking again changes nothing. Everything else may be better later,
# a refused token (401, 403) too: that is about us, not about this family.
REFUSALS = frozenset({400, 404, 405, 409, 410, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Body:
    """JSON text as received, and how long the source took."""

    content: bytes
    latency_ms: int


def post(path: str, question: dict[str, Any], *, request_id: UUID, max_bytes: int = ANSWER_MAX_BYTES) -> Body:
    """Ask `path` under SOURCES_URL and return the JSON it answered with.

    Raises SourceUnavailable (ask again later) or SourceRefused (the question is wrong).
    """
    start = time.monotonic()
    try:
        with _client().stream(
            "POST",
            f"{settings.SOURCES_URL}/{path}",
            json=question,
            headers={"Authorization": f"Bearer {settings.SOURCES_TOKEN}", "X-Request-ID": str(request_id)},
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
        ) as response:
            _ensure_answer(response)
            content = _read(response, max_bytes=max_bytes, deadline=start + WHOLE_ANSWER_S)
    except httpx.TimeoutException:
        raise _noted(SourceUnavailable("timeout"), path, start, request_id) from None
    except httpx.HTTPError:
        raise _noted(SourceUnavailable("unreachable"), path, start, request_id) from None
    except (SourceUnavailable, SourceRefused) as error:
        raise _noted(error, path, start, request_id) from None
    logger.info("source %s answered in %d ms, %d bytes, request %s", path, _ms(start), len(content), request_id)
    return Body(content, _ms(start))


@cache
def _client() -> httpx.Client:
    """Made on first use, so that each worker process has its own connections."""
    # Plain bytes only: an answer that unpacks to more than it weighs cannot be limited by weight.
    return httpx.Client(headers={"Accept": "application/json", "Accept-Encoding": "identity"}, follow_redirects=False)


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


def _noted(error: SourceUnavailable | SourceRefused, path: str, start: float, request_id: UUID) -> Exception:
    logger.warning("source %s: %s after %d ms, request %s", path, error.code, _ms(start), request_id)
    return error


def _ms(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
