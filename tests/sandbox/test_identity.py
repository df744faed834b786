import time

import httpx
import pytest

from tests.sandbox.oidc import CALLBACK, RelyingParty
from tests.support.sandbox_process import Sandbox


@pytest.fixture
def portal(sandbox: Sandbox) -> RelyingParty:
    return RelyingParty(sandbox, sandbox.client_id, sandbox.client_secret)


def test_discovery_announces_what_the_provider_does(sandbox: Sandbox, portal: RelyingParty) -> None:
    announced = portal.discovered
    assert announced["issuer"] == sandbox.issuer
    assert announced["subject_types_supported"] == ["pairwise"]
    assert announced["code_challenge_methods_supported"] == ["S256"]
    assert announced["response_types_supported"] == ["code"]
    assert {"openid", "profile", "identity"} == set(announced["scopes_supported"])
    assert "device_authorization_endpoint" not in announced
    keys = httpx.get(announced["jwks_uri"]).json()["keys"]
    assert [(key["kty"], bool(key["kid"])) for key in keys] == [("RSA", True)]


def test_resident_signs_in_and_shares_five_data(sandbox: Sandbox, portal: RelyingParty) -> None:
    who = sandbox.residents["eligible"]
    consent = portal.sign_in(who)
    for shared in ("NIK", "Nama", "Tempat dan tanggal lahir", "Alamat", "Setuju", "Tolak"):
        assert shared in consent.text
    back = portal.answer(consent)
    assert back["state"] == portal.state
    tokens = portal.exchange(back["code"]).json()
    claims = portal.claims(tokens)
    assert claims["nonce"] == portal.nonce
    assert claims["acr"] == "urn:ikd:pin"
    assert abs(claims["auth_time"] - time.time()) < 30
    shared_data = {
        "nik": who.nik,
        "name": "Suyitno",
        "birth_place": "Banyuwangi",
        "birthdate": "1988-04-12",
        "address": "Jl. Ikan Tongkol Gang Buntu 14, RT 002/RW 001, Kelurahan Lateng, Kec. Banyuwangi, Kab. Banyuwangi",
    }
    assert shared_data.items() <= claims.items()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert httpx.get(portal.discovered["userinfo_endpoint"], headers=bearer).json() == {
        "sub": claims["sub"],
        **shared_data,
    }


def test_openid_alone_shares_nothing_but_the_subject(sandbox: Sandbox, portal: RelyingParty) -> None:
    claims = portal.claims(portal.tokens(sandbox.residents["eligible"], scope="openid"))
    assert "nik" not in claims
    assert "name" not in claims


def test_refused_consent_goes_back_as_access_denied(sandbox: Sandbox, portal: RelyingParty) -> None:
    back = portal.answer(portal.sign_in(sandbox.residents["eligible"]), "deny")
    assert back == {"error": "access_denied", "state": portal.state}


def test_every_request_asks_for_the_pin_again(sandbox: Sandbox, portal: RelyingParty) -> None:
    portal.answer(portal.sign_in(sandbox.residents["eligible"]))
    again = portal.follow(portal.browser.get(portal.authorization_url()))
    assert "Masuk dengan IKD" in again.text


def test_second_click_on_consent_is_explained(sandbox: Sandbox, portal: RelyingParty) -> None:
    consent = portal.sign_in(sandbox.residents["eligible"])
    portal.answer(consent)
    again = portal.browser.post(f"{sandbox.base_url}/identity/o/authorize", data={"request": "x", "action": "grant"})
    assert again.status_code == 400
    assert "sudah selesai" in again.text


def test_prompt_login_is_asked_once(sandbox: Sandbox, portal: RelyingParty) -> None:
    consent = portal.sign_in(sandbox.residents["eligible"], prompt="login")
    assert "minta data Anda" in consent.text


def test_face_is_asked_for_when_the_client_wants_it(sandbox: Sandbox, portal: RelyingParty) -> None:
    page = portal.follow(portal.browser.get(portal.authorization_url(acr_values="urn:x:other urn:ikd:face")))
    assert "Wajah saya cocok" in page.text
    claims = portal.claims(portal.tokens(sandbox.residents["eligible"], acr_values="urn:ikd:face"))
    assert claims["acr"] == "urn:ikd:face"


def test_sign_in_with_pin_is_not_enough_for_face(sandbox: Sandbox, portal: RelyingParty) -> None:
    portal.sign_in(sandbox.residents["eligible"])
    page = portal.follow(portal.browser.get(portal.authorization_url(acr_values="urn:ikd:face")))
    assert "Wajah saya cocok" in page.text


def test_subject_is_stable_and_pairwise(sandbox: Sandbox, portal: RelyingParty) -> None:
    other_callback = "http://127.0.0.1:9999/kembali"
    sandbox.manage("register_client", "layanan-lain", "rahasia-panjang-layanan-lain", other_callback)
    other = RelyingParty(sandbox, "layanan-lain", "rahasia-panjang-layanan-lain", redirect_uri=other_callback)
    who, neighbour = sandbox.residents["eligible"], sandbox.residents["wrong_meter"]
    here = portal.claims(portal.tokens(who))["sub"]
    assert portal.claims(portal.tokens(who))["sub"] == here
    assert portal.claims(portal.tokens(neighbour))["sub"] != here
    assert other.claims(other.tokens(who))["sub"] != here
    assert who.nik not in here


def test_redirect_address_follows_the_port_and_keeps_the_subject(sandbox: Sandbox, portal: RelyingParty) -> None:
    """By name: on 127.0.0.1 the provider takes any port, as RFC 8252 section 7.3 asks."""
    who = sandbox.residents["eligible"]
    before = portal.claims(portal.tokens(who))["sub"]
    old, new = (CALLBACK.replace("127.0.0.1:8000", f"localhost:{port}") for port in (8000, 8321))
    try:
        sandbox.allow_portal("http://127.0.0.1:8321")
        moved = RelyingParty(sandbox, sandbox.client_id, sandbox.client_secret, redirect_uri=new)
        assert moved.claims(moved.tokens(who))["sub"] == before
        assert portal.browser.get(portal.authorization_url(redirect_uri=old)).status_code == 400
    finally:
        sandbox.allow_portal("http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_wrong_request_goes_back_with_an_error(
    sandbox: Sandbox, portal: RelyingParty, changes: dict[str, str | None], error: str
) -> None:
    answer = portal.browser.get(portal.authorization_url(**changes))
    assert answer.status_code == 302
    assert f"error={error}" in answer.headers["location"]
    assert f"state={portal.state}" in answer.headers["location"]


@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"redirect_uri": "http://127.0.0.1:8000/elsewhere"}])
def test_unknown_client_or_address_is_never_redirected(portal: RelyingParty, changes: dict[str, str]) -> None:
    answer = portal.browser.get(portal.authorization_url(**changes))
    assert answer.status_code == 400
    assert "Permintaan tidak bisa diproses" in answer.text


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "x" * 43}, {"client_secret": "wrong"}, {"redirect_uri": "http://127.0.0.1:8000/"}]
)
def test_token_endpoint_refuses(sandbox: Sandbox, portal: RelyingParty, changes: dict[str, str]) -> None:
    code = portal.answer(portal.sign_in(sandbox.residents["eligible"]))["code"]
    assert portal.exchange(code, **changes).status_code in {400, 401}


def test_code_works_once(sandbox: Sandbox, portal: RelyingParty) -> None:
    code = portal.answer(portal.sign_in(sandbox.residents["eligible"]))["code"]
    assert portal.exchange(code).status_code == 200
    assert portal.exchange(code).json()["error"] == "invalid_grant"


def test_wrong_pin_stays_on_the_page(sandbox: Sandbox, portal: RelyingParty) -> None:
    page = portal.sign_in(sandbox.residents["eligible"], pin="999999")
    assert "NIK atau PIN tidak cocok" in page.text


def test_resident_without_ikd_is_sent_to_an_agent(sandbox: Sandbox, portal: RelyingParty) -> None:
    page = portal.sign_in(sandbox.residents["no_phone"], pin="123456")
    assert "belum punya IKD" in page.text


@pytest.mark.parametrize("skew", [3600, -3600])
def test_clock_skew_shifts_the_times(sandbox: Sandbox, portal: RelyingParty, skew: int) -> None:
    sandbox.set("ikd", clock_skew_seconds=skew)
    tokens = portal.tokens(sandbox.residents["eligible"])
    claims = portal.claims(tokens, verify_exp=False, verify_iat=False)
    for claim in ("iat", "auth_time"):
        assert abs(claims[claim] - skew - time.time()) < 30
    assert claims["exp"] - claims["iat"] == 300


def test_wrong_nonce_weak_acr_and_wrong_birth_date(sandbox: Sandbox, portal: RelyingParty) -> None:
    sandbox.set("ikd", wrong_nonce=True, weak_acr=True, wrong_record=True)
    claims = portal.claims(portal.tokens(sandbox.residents["eligible"], acr_values="urn:ikd:face"))
    assert claims["nonce"] != portal.nonce
    assert claims["acr"] == "urn:ikd:pin"
    assert claims["birthdate"] == "1988-04-13"


def test_provider_that_is_down_says_so(sandbox: Sandbox, portal: RelyingParty) -> None:
    sandbox.set("ikd", down=True)
    assert portal.browser.get(portal.discovered["jwks_uri"]).status_code == 503
    page = portal.browser.get(portal.authorization_url(), headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "IKD sedang tidak bisa dipakai" in page.text
