"""Proving to the ministries who asks: a fixed token, OAuth2 client credentials, or a client certificate."""

import ssl
import threading
import time
from collections.abc import Generator
from functools import cache
from typing import Annotated

import httpx
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from verification.connectors.errors import SourceUnavailable

TOKEN_TIMEOUT_S = 10.0
# A token is renewed this long before it ends, or after half its life when that is shorter.
EARLY_S = 30
TOKEN_MAX_BYTES = 64 * 1024


class Token(BaseModel):
    """RFC 6749 section 5.1, as far as it is needed."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)

    access_token: Annotated[str, Field(pattern=r"^[!-~]{1,8192}$")]
    token_type: Annotated[str, Field(pattern=r"^[Bb]earer$")]
    expires_in: Annotated[int, Field(gt=0)]


class _Purse:
    """The token of this process. One thread fetches, the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[str, str] | None = None  # the client it was given to, the token
        self._until = 0.0

    def token(self) -> str:
        client = f"{settings.SOURCES_URL} {settings.SOURCES_CLIENT_ID}"
        with self._lock:
            if self._held is None or self._held[0] != client or time.monotonic() >= self._until:
                token = _fetch()
                self._held = (client, token.access_token)
                self._until = time.monotonic() + token.expires_in - min(EARLY_S, token.expires_in / 2)
            return self._held[1]

    def drop(self, refused: str) -> None:
        """Forget a token a source would not take, unless another thread has a new one already."""
        with self._lock:
            if self._held is not None and self._held[1] == refused:
                self._held = None


purse = _Purse()


class _ClientCredentials(httpx.Auth):
    """A token the source refuses is renewed, and the same request sent once more."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = purse.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            if not 0 <= int(response.headers.get("Content-Length", -1)) <= TOKEN_MAX_BYTES:
                raise SourceUnavailable("http_401")  # httpx reads a refusal to its end before it sends again
            purse.drop(token)
            request.headers["Authorization"] = f"Bearer {purse.token()}"
            yield request


class _FixedToken(httpx.Auth):
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {settings.SOURCES_TOKEN}"
        yield request


_PROOFS: dict[str, httpx.Auth | None] = {"token": _FixedToken(), "oauth": _ClientCredentials(), "mtls": None}


def proof(auth: str) -> httpx.Auth | None:
    """What a request carries besides the connection. Sending may raise SourceUnavailable: no token to be had."""
    return _PROOFS[auth]


def client(auth: str) -> httpx.Client:
    """The connections of this process, made on first use."""
    if auth != "mtls":
        return _client()
    return _client(settings.SOURCES_TLS_CERT, settings.SOURCES_TLS_KEY, settings.SOURCES_TLS_CA)


@cache
def _client(certificate: str = "", key: str = "", authority: str = "") -> httpx.Client:
    # Plain bytes only: an answer that unpacks to more than it weighs cannot be limited by weight.
    accepted = {"Accept": "application/json", "Accept-Encoding": "identity"}
    context = True if not certificate else ssl.create_default_context(cafile=authority)
    if isinstance(context, ssl.SSLContext):
        context.load_cert_chain(certificate, key)
    return httpx.Client(verify=context, headers=accepted, follow_redirects=False)


def _fetch() -> Token:
    """A new token from `{SOURCES_URL}/oauth/token`. Raises SourceUnavailable."""
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.SOURCES_CLIENT_ID,
        "client_secret": settings.SOURCES_CLIENT_SECRET,
    }
    try:
        answer = _client().post(f"{settings.SOURCES_URL}/oauth/token", data=form, timeout=TOKEN_TIMEOUT_S)
    except httpx.HTTPError:
        raise SourceUnavailable("token_unreachable") from None
    if answer.status_code != 200:
        raise SourceUnavailable(f"token_http_{answer.status_code}")
    try:
        return Token.model_validate_json(answer.content[:TOKEN_MAX_BYTES])
    except ValidationError:
        raise SourceUnavailable("token_bad_answer") from None
