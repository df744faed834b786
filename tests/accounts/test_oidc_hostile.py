"""What a relying party must not believe, told by a provider that lies."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from perlinsos.accounts.models import IdentityClaims, User
from tests.support.hostile_provider import CLAIMS, HostileProvider

pytestmark = pytest.mark.django_db
CLIENT_ID = "portal-test"
SECRET = "portal-test-secret-that-is-long-enough"
CALLBACK = "/akun/oidc/ikd/login/callback/"


@pytest.fixture
def provider(settings: Settings) -> Iterator[HostileProvider]:
    with HostileProvider(CLIENT_ID, SECRET) as provider:
        settings.SOCIALACCOUNT_PROVIDERS = configured(provider.issuer)
        yield provider


def configured(issuer: str) -> dict[str, Any]:
    app = {
        "provider_id": "ikd",
        "name": "IKD",
        "client_id": CLIENT_ID,
        "secret": SECRET,
        "settings": {"server_url": issuer, "scope": ["openid", "profile"], "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def begin(client: Client, **form: str) -> dict[str, str]:
    """Press the sign-in button; the parameters the browser takes to the provider."""
    response = client.post(reverse("citizen-login"), form)
    assert response.status_code == 302, response.content
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def come_back(client: Client, provider: HostileProvider, **changes: str) -> HttpResponse:
    asked = begin(client)
    provider.nonce = asked["nonce"]
    return client.get(CALLBACK, {"code": "code", "state": asked["state"], **changes})


def refused(response: HttpResponse) -> bool:
    """A page that explains, nobody signed in, nothing kept."""
    assert response.status_code in {200, 401}, response
    assert "_auth_user_id" not in response.wsgi_request.session
    return not (User.objects.exists() or SocialAccount.objects.exists() or IdentityClaims.objects.exists())


def test_the_truth_is_believed(client: Client, provider: HostileProvider) -> None:
    response = come_back(client, provider)
    assert response.status_code == 302, response.content
    claims = IdentityClaims.objects.get()
    assert (claims.nik, claims.name, claims.acr) == (CLAIMS["nik"], CLAIMS["name"], "urn:ikd:pin")


def test_the_request_asks_for_code_with_pkce_state_and_nonce(client: Client, provider: HostileProvider) -> None:
    first, second = begin(client), begin(client)
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    for secret in ("state", "nonce", "code_challenge"):
        assert len(first[secret]) >= 16
        assert first[secret] != second[secret]


@pytest.mark.parametrize("way", ["none", "client secret", "other key", "changed", "cut off", "missing"])
def test_an_id_token_without_the_providers_signature_is_refused(
    client: Client, provider: HostileProvider, way: str
) -> None:
    provider.lie = {"signature": way}
    assert refused(come_back(client, provider))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody-else"},
        {"aud": [CLIENT_ID, "somebody-else"]},
        {"iss": "https://ikd.example.invalid"},
        {"nonce": "a-nonce-of-yesterday"},
        {"nonce": None},
        {"nonce": ""},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"aud": None},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    client: Client, provider: HostileProvider, claims: dict[str, Any]
) -> None:
    provider.lie = {"id_token": claims}
    assert refused(come_back(client, provider))


@pytest.mark.parametrize(("claim", "seconds"), [("iat", 50), ("nbf", 50), ("exp", -50)])
def test_a_clock_less_than_a_minute_off_is_forgiven(
    client: Client, provider: HostileProvider, claim: str, seconds: int
) -> None:
    provider.lie = {"id_token": {claim: int(time.time()) + seconds}}
    assert come_back(client, provider).status_code == 302


@pytest.mark.parametrize(("claim", "seconds"), [("iat", 75), ("nbf", 75), ("exp", -75)])
def test_a_clock_more_than_a_minute_off_is_refused(
    client: Client, provider: HostileProvider, claim: str, seconds: int
) -> None:
    provider.lie = {"id_token": {claim: int(time.time()) + seconds}}
    assert refused(come_back(client, provider))


@pytest.mark.parametrize(
    "told",
    [
        {"sub": "somebody-else"},
        {"sub": None},
        {"nik": None},
        {"nik": "351022410190900"},
        {"nik": "35102241019O9001"},
        {"nik": "٣٥١٠٢٢٤١٠١٩٠٩٠٠١"},
        {"birthdate": "1990-02-30"},
        {"birthdate": None},
        {"name": None},
        [],
        "not an object",
        None,
    ],
    ids=str,
)
def test_userinfo_about_somebody_else_or_nobody_is_refused(
    client: Client, provider: HostileProvider, told: Any
) -> None:
    provider.lie = {"userinfo": told}
    assert refused(come_back(client, provider))


def test_a_discovery_that_speaks_for_another_issuer_is_refused(client: Client, provider: HostileProvider) -> None:
    provider.lie = {
        "discovery": {"issuer": "https://ikd.example.invalid"},
        "id_token": {"iss": "https://ikd.example.invalid"},
    }
    assert refused(come_back(client, provider))


@pytest.mark.parametrize("kid", ["key-2", "../keys", 17])
def test_an_unknown_key_is_refused(client: Client, provider: HostileProvider, kid: Any) -> None:
    provider.lie = {"kid": str(kid)}
    assert refused(come_back(client, provider))


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/keys"])
def test_a_provider_that_breaks_in_the_middle_gets_a_page_with_a_way_on(
    client: Client, provider: HostileProvider, path: str
) -> None:
    provider.lie = {"status": {path: 503}}
    assert refused(come_back(client, provider))


def test_a_provider_that_is_down_from_the_start_gets_a_page_too(client: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = configured("http://127.0.0.1:1")
    response = client.post(reverse("citizen-login"))
    assert refused(response)
    assert "IKD" in response.content.decode()


@pytest.mark.parametrize("state", ["", "a-state-of-somebody-else"])
def test_an_unknown_state_is_refused(client: Client, provider: HostileProvider, state: str) -> None:
    assert refused(come_back(client, provider, state=state))


def test_the_state_of_another_browser_is_refused(provider: HostileProvider) -> None:
    """Login forgery: the attacker lets the victim finish the attacker's own sign-in."""
    attacker, victim = Client(), Client()
    asked = begin(attacker)
    provider.nonce = asked["nonce"]
    assert refused(victim.get(CALLBACK, {"code": "code", "state": asked["state"]}))


def test_a_callback_works_once(client: Client, provider: HostileProvider) -> None:
    asked = begin(client)
    provider.nonce = asked["nonce"]
    back = {"code": "code", "state": asked["state"]}
    assert client.get(CALLBACK, back).status_code == 302
    client.logout()
    again = client.get(CALLBACK, back)
    assert "_auth_user_id" not in client.session
    assert again.status_code in {200, 401}


def test_an_email_the_provider_tells_is_not_kept(client: Client, provider: HostileProvider) -> None:
    provider.lie = {"userinfo": {"email": "sutini@example.id", "email_verified": True, "preferred_username": "sutini"}}
    assert come_back(client, provider).status_code == 302
    assert User.objects.get().email is None
    assert not EmailAddress.objects.exists()
    assert not SocialToken.objects.exists()
    assert SocialAccount.objects.get().extra_data == {"acr": "urn:ikd:pin"}


def test_who_was_sent_to_sign_in_comes_back_to_the_same_page(client: Client, provider: HostileProvider) -> None:
    asked = begin(client, next="/data-saya/")
    provider.nonce = asked["nonce"]
    response = client.get(CALLBACK, {"code": "code", "state": asked["state"]})
    assert response["Location"] == "/data-saya/"


def test_nobody_is_sent_to_another_site(client: Client, provider: HostileProvider) -> None:
    asked = begin(client, next="https://evil.example/")
    provider.nonce = asked["nonce"]
    response = client.get(CALLBACK, {"code": "code", "state": asked["state"]})
    assert response["Location"].startswith("/")


def test_signing_in_needs_a_button_not_a_link(client: Client, provider: HostileProvider) -> None:
    assert client.get(reverse("citizen-login")).status_code == 405
