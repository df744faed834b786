"""How a source is reached as arranged: OAuth2, client certificates, sealed bodies; and what may go wrong there."""

import base64
import json
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID
from django.core.cache import cache

from tests.verification.rogue import Answer, Rogue
from verification import connectors
from verification.connectors import Reply, SourceUnavailable, Subjects
from verification.enums import Source

NIK = "3510161204889001"
ABOUT = Subjects(NIK, None, (NIK,))
KEYS = {"k2": bytes(range(32)), "k1": bytes(32)}


def ask(request_id: UUID | None = None) -> Reply:
    return connectors.ask(Source.PLN, ABOUT, request_id=request_id or uuid4())


def meters(asked: str, **changes: Any) -> dict[str, Any]:
    return {
        "request_id": asked,
        "status": "found",
        "as_of": "2026-01-15",
        "meters": [{"power_va": 900}],
        **changes,
    }


# --- OAuth2 client credentials ------------------------------------------------------------------


class Gateway:
    """Gives tokens out and takes only the newest."""

    def __init__(self, **token: Any) -> None:
        self.given, self.token = 0, token

    def __call__(self, path: str, headers: dict[str, str], asked: Any) -> Answer:
        if path.endswith("/oauth/token"):
            self.given += 1
            token = {"access_token": f"t{self.given}", "token_type": "Bearer", "expires_in": 600, **self.token}
            return 200, token, {}
        if headers.get("Authorization") != f"Bearer t{self.given}":
            return 401, {}, {}
        return 200, meters(headers["X-Request-ID"]), {}


@pytest.fixture
def oauth(rogue: Rogue, settings: Any) -> Rogue:
    settings.SOURCES_AUTH = {"default": "token", "pln": "oauth"}
    settings.SOURCES_CLIENT_ID, settings.SOURCES_CLIENT_SECRET = f"portal-{uuid4()}", "s3cret"
    return rogue


def test_a_token_is_fetched_once_and_used_until_shortly_before_its_end(oauth: Rogue, settings: Any) -> None:
    oauth.answers = Gateway()
    assert [ask().is_found for _ in range(3)] == [True, True, True]
    assert oauth.answers.given == 1
    assert (
        oauth.asked[0][2]
        == f"grant_type=client_credentials&client_id={settings.SOURCES_CLIENT_ID}&client_secret=s3cret"
    )
    oauth.answers = Gateway(expires_in=1)
    settings.SOURCES_CLIENT_ID = "another"
    ask()
    time.sleep(0.6)
    ask()
    assert oauth.answers.given == 2


def test_a_refused_token_is_renewed_once(oauth: Rogue) -> None:
    oauth.answers = Gateway()
    ask()
    oauth.answers.given += 1  # the gateway has forgotten what it gave
    assert ask().is_found
    oauth.answers = lambda path, _headers, _asked: (
        (200, {"access_token": "t", "token_type": "Bearer", "expires_in": 60}, {})
        if path.endswith("/oauth/token")
        else (401, {}, {})
    )
    oauth.asked.clear()
    with pytest.raises(SourceUnavailable, match="http_401"):
        ask()
    assert [path.rpartition("/")[2] for path, _headers, _asked in oauth.asked].count("meters") == 2


@pytest.mark.parametrize(
    ("status", "token", "code"),
    [
        (401, {}, "token_http_401"),
        (200, {"access_token": "a b"}, "token_bad_answer"),
        (200, {"access_token": "t\r\nX: y"}, "token_bad_answer"),
        (200, {"token_type": "mac"}, "token_bad_answer"),
        (200, {"expires_in": "600"}, "token_bad_answer"),
        (200, {"expires_in": 0}, "token_bad_answer"),
    ],
)
def test_without_a_token_nobody_is_asked(oauth: Rogue, status: int, token: dict[str, Any], code: str) -> None:
    good = {"access_token": "t", "token_type": "Bearer", "expires_in": 600}
    oauth.answers = lambda *_asked: (status, {**good, **token}, {})
    with pytest.raises(SourceUnavailable, match=code):
        ask()
    assert len(oauth.asked) == 1


# --- mutual TLS -----------------------------------------------------------------------------------


def issue(folder: Path, name: str, authority: tuple[Any, Any] | None = None) -> tuple[Any, Any]:
    """A certificate and its key, written to `<name>.pem` and `<name>.key`; signed by itself without an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, signing_key = authority or (None, key)
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    builder = builder.issuer_name(signer.subject if signer else subject).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    certificate = builder.sign(signing_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{name}.key").write_bytes(secret)
    return certificate, key


def test_a_client_certificate_opens_the_door_and_nothing_else_does(rogue: Rogue, settings: Any, tmp_path: Path) -> None:
    authority = issue(tmp_path, "ca")
    for name in ("ministry", "portal"):
        issue(tmp_path, name, authority)
    issue(tmp_path, "stranger")
    door = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(tmp_path / "ca.pem"))
    door.load_cert_chain(tmp_path / "ministry.pem", tmp_path / "ministry.key")
    door.verify_mode = ssl.CERT_REQUIRED
    rogue.server.socket = door.wrap_socket(rogue.server.socket, server_side=True, do_handshake_on_connect=False)
    rogue.says({"meters": [{"power_va": 900}]})
    settings.SOURCES_URL = rogue.url.replace("http://127.0.0.1", "https://localhost")
    settings.SOURCES_AUTH = {"default": "mtls"}
    settings.SOURCES_TLS_CA = str(tmp_path / "ca.pem")
    for name in ("stranger", "portal"):
        settings.SOURCES_TLS_CERT = str(tmp_path / f"{name}.pem")
        settings.SOURCES_TLS_KEY = str(tmp_path / f"{name}.key")
        if name == "stranger":
            with pytest.raises(SourceUnavailable, match="unreachable"):
                ask()
    assert ask().is_found
    assert "Authorization" not in rogue.asked[0][1]
    settings.SOURCES_AUTH = {"default": "token"}
    with pytest.raises(SourceUnavailable, match="unreachable"):
        ask()


# --- sealed bodies ----------------------------------------------------------------------------------


class Exchange:
    """The other end of the exchange: opens what it is asked, seals what it answers, lies where `lie` says."""

    def __init__(self, **lie: Any) -> None:
        self.lie, self.opened = lie, [{}]

    def __call__(self, _path: str, headers: dict[str, str], asked: Any) -> Answer:
        key = KEYS[headers["X-Key-Id"]]
        bound = f"{asked['request_id']}|{asked['worker_name']}".encode()
        parts = {name: base64.b64decode(asked[name]) for name in ("data", "iv", "tag")}
        self.opened.append(json.loads(AESGCM(key).decrypt(parts["iv"], parts["data"] + parts["tag"], bound)))
        return 200, self.envelope(asked), {"X-Key-Id": self.lie.get("key_id", headers["X-Key-Id"])}

    def envelope(self, asked: dict[str, str]) -> Any:
        if "instead" in self.lie:
            return asked if self.lie["instead"] == "echo" else self.lie["instead"]
        request_id, worker = self.lie.get("request_id", asked["request_id"]), self.lie.get("worker_name", "pln")
        iv = self.lie.get("iv") or base64.b64encode(uuid4().bytes[:12]).decode()
        body = json.dumps(meters(asked["request_id"], **self.lie.get("answer", {}))).encode()
        bound = f"{self.lie.get('bound_to', request_id)}|{worker}".encode()
        sealed = AESGCM(self.lie.get("key", KEYS["k2"])).encrypt(base64.b64decode(iv), body, bound)
        data, tag = base64.b64encode(sealed[:-16]).decode(), base64.b64encode(sealed[-16:]).decode()
        envelope = {"request_id": request_id, "worker_name": worker, "data": data, "iv": iv, "tag": tag}
        return {**envelope, **self.lie.get("parts", {})}


@pytest.fixture
def exchange(rogue: Rogue, settings: Any) -> Rogue:
    settings.SOURCES_ENVELOPE, settings.SOURCES_ENVELOPE_KEYS = ["pln"], KEYS
    cache.clear()
    return rogue


def test_nothing_readable_travels_and_the_answer_is_opened(exchange: Rogue) -> None:
    exchange.answers = Exchange()
    assert [fact.value for fact in ask().facts] == [900]
    assert exchange.answers.opened[-1] == {"niks": [NIK]}
    assert NIK not in json.dumps(exchange.asked[0][2])
    assert exchange.asked[0][1]["X-Key-Id"] == "k2"  # the first key seals, the others still open
    exchange.answers = Exchange(key_id="k1", key=KEYS["k1"])
    assert ask().is_found


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ({"instead": meters("x")}, "bad_envelope"),
        ({"instead": b"<html></html>"}, "bad_envelope"),
        ({"instead": "echo"}, "bad_answer"),
        ({"parts": {"iv": base64.b64encode(bytes(16)).decode()}}, "bad_envelope"),
        ({"parts": {"tag": "%%%"}}, "bad_envelope"),
        ({"parts": {"tag": base64.b64encode(bytes(16)).decode()}}, "bad_seal"),
        ({"parts": {"data": base64.b64encode(b"x" * 40).decode()}}, "bad_seal"),
        ({"bound_to": str(uuid4())}, "bad_seal"),
        ({"request_id": str(uuid4())}, "foreign_envelope"),
        ({"worker_name": "bpn"}, "foreign_envelope"),
        ({"key_id": "k9"}, "unknown_key"),
        ({"key": bytes(31) + b"x"}, "bad_seal"),
        ({"answer": {"request_id": str(uuid4())}}, "bad_answer"),
        ({"answer": {"meters": [{"power_va": "2200"}]}}, "bad_answer"),
    ],
)
def test_an_envelope_that_is_not_right_holds_no_value(exchange: Rogue, lie: dict[str, Any], code: str) -> None:
    exchange.answers = Exchange(**lie)
    with pytest.raises(SourceUnavailable, match=code):
        ask()


def test_a_nonce_is_good_for_one_message(exchange: Rogue) -> None:
    exchange.answers = Exchange(iv=base64.b64encode(b"twelve bytes").decode())
    request_id = uuid4()
    assert ask(request_id).is_found
    assert ask(request_id).is_found  # the same message once more
    with pytest.raises(SourceUnavailable, match="nonce_reused"):
        ask()
