"""The citizen's sign-in against the real provider of the sandbox, in its own process."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import IdentityClaims, User
from perlinsos.core.models import AuditEvent
from tests.sandbox.oidc import RelyingParty
from tests.support.sandbox_process import DemoResident, Sandbox

pytestmark = pytest.mark.django_db
CALLBACK = "/akun/oidc/ikd/login/callback/"


@pytest.fixture
def portal(settings: Settings, sandbox: Sandbox) -> Client:
    """A browser on the portal, which trusts the sandbox as its identity provider."""
    providers: Any = settings.SOCIALACCOUNT_PROVIDERS
    [app] = providers["openid_connect"]["APPS"]
    ours = {"client_id": sandbox.client_id, "secret": sandbox.client_secret}
    ours["settings"] = {**app["settings"], "server_url": sandbox.issuer}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**providers["openid_connect"], "APPS": [{**app, **ours}]}}
    sandbox.reset()
    return Client(headers={"host": "127.0.0.1:8000"})


def at_the_provider(portal: Client, sandbox: Sandbox, who: DemoResident, action: str = "grant") -> dict[str, str]:
    """Sign in there as `who` and answer the consent page; what the browser brings back."""
    asked = portal.post(reverse("citizen-login"))["Location"]
    state, nonce = (parse_qs(urlsplit(asked).query)[name][0] for name in ("state", "nonce"))
    browser = RelyingParty(sandbox, sandbox.client_id, sandbox.client_secret, state=state, nonce=nonce)
    browser.authorization_url = lambda **_changes: asked  # type: ignore[method-assign]  # the one step that is turned
    return browser.answer(browser.sign_in(who), action)


def signed_in(portal: Client) -> bool:
    return "_auth_user_id" in portal.session


@pytest.fixture
def who(sandbox: Sandbox) -> DemoResident:
    return sandbox.residents["eligible"]


def come_back(portal: Client, back: dict[str, str]) -> HttpResponse:
    return portal.get(CALLBACK, back)


def test_a_citizen_signs_in(portal: Client, sandbox: Sandbox, who: DemoResident) -> None:
    response = come_back(portal, at_the_provider(portal, sandbox, who))
    assert response.status_code == 302
    assert response["Location"] == reverse("home")
    user = User.objects.get()
    assert (user.kind, user.email, user.name, user.has_usable_password()) == (UserKind.CITIZEN, None, "", False)
    assert (user.identity.nik, user.identity.name) == (who.nik, who.name)
    assert date.fromisoformat(user.identity.birth_date).year == 1988
    assert user.identity.acr == "urn:ikd:pin"
    assert user.identity.authenticated_at > timezone.now() - timedelta(minutes=1)
    assert AuditEvent.objects.filter(action="accounts.identity.received", actor=user).count() == 1


def test_nothing_personal_is_kept_outside_the_sealed_claims(
    portal: Client, sandbox: Sandbox, who: DemoResident
) -> None:
    come_back(portal, at_the_provider(portal, sandbox, who))
    kept = [str(Session.objects.get().get_decoded()), str(SocialAccount.objects.values()), str(User.objects.values())]
    kept += [str(AuditEvent.objects.values())]
    for value in (who.nik, who.name, "1988", "Lateng", who.kk_number):
        assert not [place for place in kept if value in place]
    assert not SocialToken.objects.exists()
    assert not EmailAddress.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik, name, birth_date FROM accounts_identityclaims")
        assert who.nik.encode() not in b"".join(bytes(value) for value in cursor.fetchone())


def test_the_same_citizen_is_the_same_user_with_fresh_claims(
    portal: Client, sandbox: Sandbox, who: DemoResident
) -> None:
    come_back(portal, at_the_provider(portal, sandbox, who))
    IdentityClaims.objects.update(name="An old name")
    portal.post(reverse("account_logout"))
    come_back(portal, at_the_provider(portal, sandbox, who))
    assert User.objects.get().identity.name == who.name


def test_two_citizens_are_two_users(portal: Client, sandbox: Sandbox, who: DemoResident) -> None:
    come_back(portal, at_the_provider(portal, sandbox, who))
    portal.post(reverse("account_logout"))
    come_back(portal, at_the_provider(portal, sandbox, sandbox.residents["wrong_meter"]))
    assert User.objects.count() == 2
    assert SocialAccount.objects.values("uid").distinct().count() == 2


def test_the_sign_in_key_is_not_the_nik(portal: Client, sandbox: Sandbox, who: DemoResident) -> None:
    come_back(portal, at_the_provider(portal, sandbox, who))
    assert who.nik not in SocialAccount.objects.get().uid


def test_denied_consent_is_a_friendly_page(portal: Client, sandbox: Sandbox, who: DemoResident) -> None:
    response = portal.get(CALLBACK, at_the_provider(portal, sandbox, who, "deny"), follow=True)
    assert response.status_code == 200
    assert reverse("start") in response.content.decode()
    assert not signed_in(portal)
    assert not User.objects.exists()


@pytest.mark.parametrize("changes", [{"state": "wrong"}, {"state": ""}, {"code": "wrong"}, {"code": ""}], ids=str)
def test_a_wrong_answer_is_refused(
    portal: Client, sandbox: Sandbox, who: DemoResident, changes: dict[str, str]
) -> None:
    response = come_back(portal, {**at_the_provider(portal, sandbox, who), **changes})
    assert response.status_code in {200, 401}
    assert not signed_in(portal)
    assert not User.objects.exists()


def test_a_wrong_nonce_is_refused(portal: Client, sandbox: Sandbox, who: DemoResident) -> None:
    """An ID token made for another sign-in is slipped into this one: state and code fit, the nonce does not."""
    back = at_the_provider(portal, sandbox, who)
    session = portal.session
    session["socialaccount_states"][back["state"]][0]["nonce"] = "of-another-sign-in"
    session.save()
    come_back(portal, back)
    assert not signed_in(portal)


def test_a_code_is_used_once(portal: Client, sandbox: Sandbox, who: DemoResident) -> None:
    used = at_the_provider(portal, sandbox, who)
    come_back(portal, used)
    portal.post(reverse("account_logout"))
    fresh = at_the_provider(portal, sandbox, who)
    come_back(portal, {**fresh, "code": used["code"]})
    assert not signed_in(portal)


@pytest.mark.parametrize(("seconds", "accepted"), [(-50, True), (-75, False), (50, True)])
def test_a_clock_that_differs_by_less_than_a_minute_is_forgiven(
    portal: Client, sandbox: Sandbox, who: DemoResident, seconds: int, accepted: bool
) -> None:
    """The portal's clock is off; the provider, a process of its own, keeps the right time."""
    back = at_the_provider(portal, sandbox, who)
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=True):
        come_back(portal, back)
    assert signed_in(portal) is accepted


def test_a_service_that_is_down_is_said_so(portal: Client, sandbox: Sandbox, who: DemoResident) -> None:
    back = at_the_provider(portal, sandbox, who)
    sandbox.set("ikd", down=True)
    try:
        response = come_back(portal, back)
        assert response.status_code in {200, 401}
        assert portal.post(reverse("citizen-login")).status_code in {200, 302, 401}
    finally:
        sandbox.reset()
    assert not signed_in(portal)
