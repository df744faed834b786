from typing import Any
from urllib.parse import parse_qs, urlsplit

from allauth.core.internal.httpkit import add_query_params, del_query_params
from allauth.idp.oidc.internal.oauthlib.server import get_server
from allauth.idp.oidc.internal.oauthlib.utils import extract_params
from allauth.idp.oidc.views import AuthorizationView as AllauthAuthorizationView
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from oauthlib.oauth2.rfc6749 import errors  # type: ignore[import-untyped]  # oauthlib has no types

from sandbox.identity import sign_in
from sandbox.identity.forms import SignInForm


class AuthorizationView(AllauthAuthorizationView):  # type: ignore[misc]  # allauth has no types
    """The authorization endpoint: PKCE for everyone, `acr_values` honoured, one sign-in per consent."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _, asked = get_server().validate_authorization_request(*extract_params(request))
        except errors.FatalClientError as exc:
            return _refuse(request, exc.description or exc.error)
        except errors.OAuth2Error as exc:
            return _to_client(exc.in_uri(exc.redirect_uri))
        if asked.get("code_challenge_method") != "S256":
            answer = {"error": "invalid_request", "error_description": "PKCE with S256 is required"}
            if asked["state"]:
                answer["state"] = asked["state"]
            return _to_client(add_query_params(asked["redirect_uri"], answer))
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        signed_in = sign_in.current(request)
        if signed_in is None:
            return _refuse(request, "Persetujuan ini sudah selesai atau sudah lewat waktunya.")
        response: HttpResponse = super().post(request, *args, **kwargs)
        if code := parse_qs(urlsplit(response.get("Location", "")).query).get("code"):
            sign_in.remember_for_code(code[0], signed_in)
        if response.status_code == 302:
            logout(request)  # like the app: the next request asks for the PIN again
        return response

    def _login_required(self, request: HttpRequest) -> HttpResponse | None:
        prompt = request.GET.get("prompt", "").split()
        enough = sign_in.is_enough(sign_in.current(request), sign_in.requested_acr(request.GET))
        if "none" in prompt or (enough and "login" not in prompt):
            return None
        return redirect_to_login(del_query_params(request.get_full_path(), "prompt"))


def sign_in_page(request: HttpRequest) -> HttpResponse:
    """NIK and PIN, on the way to the consent page of the service that sent the resident here."""
    params = request.POST if request.method == "POST" else request.GET
    target = params.get(REDIRECT_FIELD_NAME, "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return redirect("training:start")
    acr = sign_in.requested_acr(QueryDict(urlsplit(target).query))
    form = SignInForm(request.POST or None, acr=acr)
    if request.method == "POST" and form.is_valid() and form.resident is not None:
        sign_in.begin(request, form.resident, acr=acr)
        return redirect(target)
    context = {"form": form, "next": target, "next_field": REDIRECT_FIELD_NAME}
    return render(request, "identity/sign_in.html", context)


def _refuse(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "identity/refused.html", {"reason": reason}, status=400)


def _to_client(uri: str) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": uri})
