"""How and when a resident signed in: kept in the session, then with the authorization code."""

import hashlib
import time
from dataclasses import asdict, dataclass

from django.conf import settings
from django.contrib.auth import login
from django.core.cache import cache
from django.http import HttpRequest, QueryDict

from sandbox.residents.models import Resident

PIN = "urn:ikd:pin"
FACE = "urn:ikd:face"
ACR_VALUES = [FACE, PIN]
SESSION_KEY = "sign_in"


@dataclass(frozen=True)
class SignIn:
    """`auth_time` in seconds since 1970, `acr` one of ACR_VALUES."""

    acr: str
    auth_time: int


def requested_acr(params: QueryDict) -> str:
    """The first known value of `acr_values` (in order of preference), else the PIN alone."""
    wanted = params.get("acr_values", "").split()
    return next((acr for acr in wanted if acr in ACR_VALUES), PIN)


def begin(request: HttpRequest, resident: Resident, *, acr: str) -> None:
    login(request, resident, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[SESSION_KEY] = asdict(SignIn(acr=acr, auth_time=int(time.time())))


def current(request: HttpRequest) -> SignIn | None:
    stored = request.session.get(SESSION_KEY)
    return SignIn(**stored) if stored and request.user.is_authenticated else None


def is_enough(sign_in: SignIn | None, acr: str) -> bool:
    return sign_in is not None and (acr == PIN or sign_in.acr == FACE)


def remember_for_code(code: str, sign_in: SignIn) -> None:
    cache.set(_key(code), asdict(sign_in), timeout=settings.IDP_OIDC_AUTHORIZATION_CODE_EXPIRES_IN)


def recall_for_code(code: str) -> SignIn | None:
    stored = cache.get(_key(code))
    return SignIn(**stored) if stored else None


def _key(code: str) -> str:
    return f"sandbox.sign-in:{hashlib.sha256(code.encode()).hexdigest()}"
