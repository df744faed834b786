"""Tokens of other systems: shown once, kept as a digest, gone when revoked."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed

from perlinsos.accounts import services
from perlinsos.accounts.api import TokenAuthentication
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import ApiClient, User
from perlinsos.accounts.scoping import area_codes
from perlinsos.core.models import AuditEvent
from tests.cast import Cast
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def authenticate(header: str) -> User | None:
    request = RequestFactory().get("/api/v1/", headers={"Authorization": header})
    answer = TokenAuthentication().authenticate(request)
    return answer[0] if answer else None


@pytest.fixture
def registered(cast: Cast) -> tuple[ApiClient, str]:
    return services.register_api_client(
        "Dashboard of the regency",
        area_code="35.10",
        organisation=OrganisationFactory(),
        valid_from=timezone.localdate(),
        by=cast.laras,
    )


def test_the_token_opens_one_area_for_a_system(registered: tuple[ApiClient, str]) -> None:
    client, token = registered
    user = authenticate(f"Bearer {token}")
    assert user == client.user
    assert user.kind == UserKind.SERVICE
    assert not user.has_usable_password()
    assert area_codes(user, roles=[Role.SYSTEM]) == ["35.10"]
    assert area_codes(user, roles=[Role.OFFICER]) == []


def test_only_a_digest_is_kept(registered: tuple[ApiClient, str]) -> None:
    client, token = registered
    assert len(token) >= 40
    assert token not in str(ApiClient.objects.filter(pk=client.pk).values())
    assert token not in str(AuditEvent.objects.values())


@pytest.mark.parametrize("header", ["", "Basic abc", "Token abc", "Digest username=a"])
def test_without_a_bearer_token_nobody_is_there(header: str) -> None:
    assert authenticate(header) is None


@pytest.mark.parametrize("token", ["", "wrong", "' OR 1=1 --", "\xff", "a" * 5000])
def test_a_wrong_token_is_refused(registered: tuple[ApiClient, str], token: str) -> None:
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {token}")


def test_the_digest_is_not_a_token(registered: tuple[ApiClient, str]) -> None:
    client, _token = registered
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {client.token_digest}")


def test_a_revoked_token_is_refused_at_once(registered: tuple[ApiClient, str], cast: Cast) -> None:
    client, token = registered
    services.revoke_api_client(client, by=cast.laras)
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {token}")
    assert AuditEvent.objects.filter(action="accounts.api_client.revoked", actor=cast.laras).count() == 1


def test_revoking_twice_keeps_the_first_time(registered: tuple[ApiClient, str], cast: Cast) -> None:
    client, _token = registered
    services.revoke_api_client(client, by=cast.laras)
    first = ApiClient.objects.get(pk=client.pk).revoked_at
    services.revoke_api_client(client, by=cast.laras)
    assert ApiClient.objects.get(pk=client.pk).revoked_at == first


def test_the_token_of_a_system_that_was_switched_off_is_refused(registered: tuple[ApiClient, str]) -> None:
    client, token = registered
    User.objects.filter(pk=client.user_id).update(is_active=False)
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {token}")


def test_a_system_that_is_not_yet_allowed_sees_nothing(cast: Cast) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    client, token = services.register_api_client(
        "Later", area_code="35.10", organisation=OrganisationFactory(), valid_from=tomorrow, by=cast.laras
    )
    assert authenticate(f"Bearer {token}") == client.user
    assert area_codes(client.user, roles=[Role.SYSTEM]) == []


def test_a_service_account_is_made_once_and_cannot_sign_in() -> None:
    account = services.service_account("eligibility")
    assert services.service_account("eligibility") == account
    assert (account.kind, account.has_usable_password()) == (UserKind.SERVICE, False)
