"""OpenID Connect relying party: any standard provider, configured by environment.

allauth carries the flow (state, PKCE, token request). On top of it every ID token is checked the
way OpenID Connect Core 1.0 §3.1.3.7 asks also over a trusted channel: signature by an asymmetric
key of the provider, issuer (also against discovery, §4.3 of that document), audience and authorised
party, times with a minute of clock skew, and our own nonce; and the userinfo answer must be about
the same `sub` (§5.3.2). Nothing personal is left in allauth's tables or in the session: claims go
to `IdentityClaims`, sealed.
"""

import re
import secrets
from datetime import UTC, date, datetime
from typing import Any

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from requests import RequestException

from perlinsos.accounts.services import Claims

PROVIDER = "ikd"
CLOCK_SKEW_SECONDS = 60
NIK = re.compile(r"[0-9]{16}")
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "ES512")  # never `none`, never a shared secret


class IdentityAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    nonce: str | None = None

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        asserted = self._verified_id_token(app, kwargs["response"].get("id_token"))
        told = self._fetch_user_info(token.token)
        if not isinstance(told, dict) or told.get("sub") != asserted["sub"]:
            raise OAuth2Error("userinfo is about somebody else")
        # allauth gets the subject only: whatever it knows it would keep in its own tables, unsealed.
        login = self.get_provider().sociallogin_from_response(request, {"userinfo": {"sub": asserted["sub"]}})
        login.account.extra_data = {"acr": asserted.get("acr", "")}
        login.claims = _claims(asserted, told)
        return login

    def _verified_id_token(self, app: Any, id_token: str | None) -> dict[str, Any]:
        issuer = self.openid_config["issuer"]
        if issuer.rstrip("/") != app.settings["server_url"].rstrip("/"):
            raise OAuth2Error("discovery speaks for another issuer")
        try:
            asserted = self._decoded(app, str(id_token), issuer)
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise OAuth2Error("id_token refused") from error
        if isinstance(asserted["aud"], list) and asserted["aud"] != [app.client_id]:
            raise OAuth2Error("id_token is also for somebody else")
        if not self.nonce or not secrets.compare_digest(str(asserted.get("nonce", "")), self.nonce):
            raise OAuth2Error("nonce mismatch")
        return asserted

    def _decoded(self, app: Any, id_token: str, issuer: str) -> dict[str, Any]:
        _algorithm, key = jwtkit.fetch_key(id_token, self.openid_config["jwks_uri"], jwtkit.lookup_kid_jwk)
        decoded: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=list(ALGORITHMS),
            issuer=issuer,
            audience=app.client_id,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
        return decoded


def _claims(asserted: dict[str, Any], told: dict[str, Any]) -> Claims:
    try:
        born = date.fromisoformat(str(told["birthdate"]))
        auth_time = asserted.get("auth_time")
        nik = str(told["nik"])
        if not NIK.fullmatch(nik):
            raise ValueError("nik")
        return Claims(
            nik=nik,
            name=str(told["name"]),
            birth_place=str(told.get("birth_place", "")),
            birth_date=born,
            address=str(told.get("address", "")),
            acr=str(asserted.get("acr", "")),
            authenticated_at=datetime.fromtimestamp(int(auth_time), UTC) if auth_time else None,
        )
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise OAuth2Error("claims incomplete") from error


class IdentityCallbackView(OAuth2CallbackView):  # type: ignore[misc]  # allauth has no types
    adapter: IdentityAdapter

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce")
        return state, response


@login_not_required
@require_POST
@transaction.non_atomic_requests
def login(request: HttpRequest) -> HttpResponse:
    """Send the citizen to the identity provider with state, PKCE and a nonce of our own."""
    provider = IdentityAdapter(request, PROVIDER).get_provider()
    nonce = secrets.token_urlsafe(24)
    auth_params = {"nonce": nonce}
    if acr_values := provider.app.settings.get("acr_values"):
        auth_params["acr_values"] = acr_values
    try:
        response: HttpResponse = provider.redirect(
            request,
            process=AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            auth_params=auth_params,
            nonce=nonce,
        )
    except RequestException as error:  # the provider does not even say where its pages are
        response = render_authentication_error(request, provider, exception=error)
    return response


@login_not_required
@transaction.non_atomic_requests
def callback(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the citizen back; the token is fetched outside any transaction."""
    adapter = IdentityAdapter(request, PROVIDER)
    try:
        response: HttpResponse = IdentityCallbackView.adapter_view(adapter)(request)
    except RequestException as error:
        response = render_authentication_error(request, adapter.get_provider(), exception=error)
    return response
