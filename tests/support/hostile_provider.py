"""An identity provider that lies on request: one lie per test, everything else correct.

    with HostileProvider(client_id, secret) as provider:
        provider.lie = {"id_token": {"aud": "somebody-else"}}

It answers what a relying party asks for behind the browser's back; the test plays the browser.
"""

import base64
import json
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

KEY_ID = "key-1"
CLAIMS = {
    "nik": "3510224101909001",
    "name": "Sutini Rekaan",
    "birth_place": "Banyuwangi",
    "birthdate": "1990-01-01",
    "address": "Dusun Krajan",
}


@cache
def _keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """The provider's key, and one of somebody else; made once per run."""
    return tuple(rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class HostileProvider:
    """`lie` may change `discovery`, `id_token`, `userinfo`, `status` (by path) and how the token is signed."""

    def __init__(self, client_id: str, secret: str) -> None:
        self.client_id, self.secret = client_id, secret
        self.key, self.other_key = _keys()
        self.lie: dict[str, Any] = {}
        self.nonce = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str) -> tuple[int, Any]:
        said: dict[str, Any] = {
            "/.well-known/openid-configuration": self._discovery,
            "/keys": self._keys,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }
        if path not in said:
            return 404, {}
        return self.lie.get("status", {}).get(path, 200), said[path]()

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.lie.get("discovery", {}),
        }

    def _keys(self) -> dict[str, Any]:
        return {"keys": [{**json.loads(RSAAlgorithm.to_jwk(self.key.public_key())), "kid": KEY_ID, "alg": "RS256"}]}

    def _token(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "subject-1",
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": "urn:ikd:pin",
            "nonce": self.nonce,
            **self.lie.get("id_token", {}),
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": self._signed(claims)}

    def _signed(self, claims: dict[str, Any]) -> str | None:
        headers = {"kid": self.lie.get("kid", KEY_ID)}
        way = self.lie.get("signature", "right")
        if way == "missing":
            return None
        if way == "none":
            return jwt.encode(claims, None, algorithm="none", headers=headers)
        if way == "client secret":
            return jwt.encode(claims, self.secret, algorithm="HS256", headers=headers)
        if way == "cut off":
            return jwt.encode(claims, self.key, algorithm="RS256", headers=headers).rpartition(".")[0] + "."
        if way == "changed":
            head, _body, signature = jwt.encode(claims, self.key, algorithm="RS256", headers=headers).split(".")
            forged = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "victim"}).encode()).rstrip(b"=").decode()
            return f"{head}.{forged}.{signature}"
        key = self.other_key if way == "other key" else self.key
        return jwt.encode(claims, key, algorithm="RS256", headers=headers)

    def _userinfo(self) -> Any:
        told = self.lie.get("userinfo", {})
        if not isinstance(told, dict):
            return told
        answered = {"sub": "subject-1", **CLAIMS, **told}
        return {name: value for name, value in answered.items() if value is not None}


def _handler(provider: HostileProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, answer = provider.answer(self.path.partition("?")[0])
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *_arguments: Any) -> None:
            """Tests read assertions, not access logs."""

    return Handler
