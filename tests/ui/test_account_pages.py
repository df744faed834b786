"""Signing in as officer or agent, and what a resident reads when signing in at IKD does not work."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from perlinsos.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.base import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.ui.urls")]


@pytest.fixture
def officer() -> User:
    return UserFactory(staff=True)


def words(client: Client, name: str) -> str:
    page = client.get(reverse(name))
    assert 'class="brand"' in page.text, "every page has the frame of the portal"
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_wrong_password_is_explained_and_the_address_stays(client: Client, officer: User) -> None:
    page = client.post(reverse("account_login"), {"login": officer.email, "password": "salah"})
    assert 'role="alert"' in page.text
    assert f'value="{officer.email}"' in page.text
    assert "Kesalahan:" in page.text


def test_an_officer_sets_up_the_second_step_and_gets_codes_for_a_bad_day(client: Client, officer: User) -> None:
    client.post(reverse("account_login"), {"login": officer.email, "password": PASSWORD})
    again = client.get(reverse("mfa_activate_totp"), follow=True)
    assert "Masukkan kata sandi lagi" in again.text
    page = client.post(
        again.request["PATH_INFO"] + "?" + again.request["QUERY_STRING"], {"password": PASSWORD}, follow=True
    )
    assert 'src="data:image/svg+xml;base64,' in page.text
    secret = page.context["form"].secret
    assert secret in page.text
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert 'role="alert"' in wrong.text
    codes = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)}, follow=True)
    assert "Kode cadangan" in codes.text
    assert len(re.findall(r"<li>[0-9a-f]{8}</li>", codes.text)) == 10
    client.post(reverse("account_logout"))
    second = client.post(reverse("account_login"), {"login": officer.email, "password": PASSWORD}, follow=True)
    assert "Kode 6 angka" in second.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("account_login", "Masuk untuk petugas dan agen"),
        ("account_signup", "Akun dibuatkan oleh koordinator"),
        ("account_inactive", "Akun ini sudah ditutup"),
        ("account_reset_password", "Kata Sandi"),
        ("socialaccount_login_cancelled", "Tidak apa-apa. Tidak ada data yang disimpan."),
    ],
)
def test_a_page_before_signing_in_speaks_bahasa(client: Client, name: str, sentence: str) -> None:
    assert sentence.lower() in words(client, name).lower()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("account_logout", "Keluar sekarang?"),
        ("account_change_password", "Masukkan kata sandi lagi"),
        ("account_reauthenticate", "Masukkan kata sandi lagi"),
    ],
)
def test_a_page_of_one_s_own_account_speaks_bahasa(client: Client, officer: User, name: str, sentence: str) -> None:
    client.force_login(officer)
    page = client.get(reverse(name), follow=True)
    assert sentence in page.text


def test_a_resident_who_was_refused_by_ikd_can_try_again_or_find_an_agent(client: Client) -> None:
    for address in (reverse("socialaccount_login_cancelled"), "/failed/"):
        page = client.get(address).text
        assert f'action="{reverse("citizen-login")}"' in page
        assert f'href="{reverse("help")}#agents"' in page
