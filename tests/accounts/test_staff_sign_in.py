"""Staff: invited, with a password and a second factor, and nothing before that."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from perlinsos.accounts.models import User
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def password_page(client: Client, user: User, password: str = PASSWORD) -> HttpResponse:
    return client.post(reverse("account_login"), {"login": user.email, "password": password})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def ani_and_secret(cast: Cast) -> tuple[User, str]:
    secret = generate_totp_secret()
    TOTP.activate(cast.ani, secret)
    return cast.ani, secret


def test_password_and_code_open_the_desk(client: Client, ani_and_secret: tuple[User, str]) -> None:
    ani, secret = ani_and_secret
    response = password_page(client, ani)
    assert response["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)
    response = client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert response["Location"] == reverse("home")
    assert client.get(reverse("home"))["Location"] == reverse("officer-home")


@pytest.mark.parametrize("code", ["000000", "", "123", "abcdef"])
def test_a_wrong_code_opens_nothing(client: Client, ani_and_secret: tuple[User, str], code: str) -> None:
    ani, _secret = ani_and_secret
    password_page(client, ani)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert not signed_in(client)


def test_a_code_works_once(client: Client, ani_and_secret: tuple[User, str]) -> None:
    ani, secret = ani_and_secret
    code = code_for(secret)
    password_page(client, ani)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert signed_in(client)
    other = Client()
    password_page(other, ani)
    other.post(reverse("mfa_authenticate"), {"code": code})
    assert not signed_in(other)


def test_a_wrong_password_says_nothing_about_who_exists(client: Client, cast: Cast) -> None:
    known = password_page(client, cast.ani, "wrong-password")
    unknown = client.post(reverse("account_login"), {"login": "nobody@example.id", "password": "wrong-password"})
    assert known.status_code == unknown.status_code == 200
    said = [page.context["form"].errors.get_json_data() for page in (known, unknown)]
    assert said[0] == said[1]


def test_without_a_second_factor_there_is_one_page_only(client: Client, cast: Cast) -> None:
    client.force_login(cast.ani)
    for name in ("home", "officer-home", "admin:index", "start"):
        response = client.get(reverse(name))
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_activate_totp")), name


def test_nobody_signs_up_with_a_password(client: Client) -> None:
    response = client.post(
        reverse("account_signup"), {"email": "new@example.id", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert response.status_code == 200
    assert not User.objects.exists()


def test_somebody_switched_off_is_out_at_once(client: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.ani)
    assert client.get(reverse("home")).status_code == 302
    User.objects.filter(pk=cast.ani.pk).update(is_active=False)
    assert "next=" in client.get(reverse("home"))["Location"]


# --- administration ---------------------------------------------------------------------------


def test_the_administration_has_no_sign_in_of_its_own(client: Client, cast: Cast) -> None:
    """Django's form knows no second factor, so it is replaced by the portal's."""
    response = client.post(
        reverse("admin:login"), {"username": cast.laras.email, "password": PASSWORD, "next": reverse("admin:index")}
    )
    assert not signed_in(client)
    assert response.status_code in {302, 403}


def test_an_administrator_works_with_a_second_factor(client: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.laras)
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("who", ["ani", "hadi", "eko", "indah"])
def test_nobody_else_sees_the_administration(client: Client, cast: Cast, sign_in: SignIn, who: str) -> None:
    sign_in(client, cast[who])
    assert client.get(reverse("admin:index")).status_code in {302, 403}


def test_a_citizen_needs_no_second_factor(client: Client, cast: Cast) -> None:
    client.force_login(cast.indah)
    assert client.get(reverse("home"))["Location"] == reverse("application-resume")
    assert not Authenticator.objects.filter(user=cast.indah).exists()


def test_a_citizen_can_never_become_an_administrator(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="user_citizen_is_no_admin"), transaction.atomic():
        UserFactory(is_admin=True)
