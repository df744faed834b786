"""An OpenID Connect client as small as one can be: it walks the pages of the provider with httpx."""

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import jwt

from tests.support.sandbox_process import DemoResident, Sandbox

CALLBACK = "http://127.0.0.1:8000/akun/oidc/ikd/login/callback/"
HIDDEN = re.compile(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"')


def hidden_fields(page: httpx.Response) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(page.text):
        fields.setdefault(name, []).append(html.unescape(value))
    return fields


@dataclass
class RelyingParty:
    sandbox: Sandbox
    client_id: str
    secret: str
    redirect_uri: str = CALLBACK
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def __post_init__(self) -> None:
        self.browser = httpx.Client(timeout=20)
        self.discovered = self.browser.get(f"{self.sandbox.issuer}/.well-known/openid-configuration").json()

    def authorization_url(self, **changes: str | None) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=")
        params: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile identity",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
            **changes,
        }
        given = {name: value for name, value in params.items() if value is not None}
        return str(httpx.URL(self.discovered["authorization_endpoint"], params=given))

    def sign_in(self, who: DemoResident, *, pin: str | None = None, **changes: str | None) -> httpx.Response:
        """Up to the page after the sign-in form: the consent page when all is well."""
        page = self.follow(self.browser.get(self.authorization_url(**changes)))
        form = {**hidden_fields(page), "nik": who.nik, "pin": pin or who.pin, "face": "on"}
        return self.follow(self.browser.post(page.url, data=form))

    def answer(self, consent: httpx.Response, action: str = "grant") -> dict[str, str]:
        """Press Setuju or Tolak; the parameters the client gets back."""
        form = {**hidden_fields(consent), "action": action}
        response = self.browser.post(urljoin(str(consent.url), "/identity/o/authorize"), data=form)
        assert response.status_code == 302, response.text
        assert response.headers["location"].startswith(self.redirect_uri)
        return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_id,
            "client_secret": self.secret,
            "code_verifier": self.verifier,
            **changes,
        }
        return self.browser.post(self.discovered["token_endpoint"], data=form)

    def tokens(self, who: DemoResident, **changes: str | None) -> dict[str, Any]:
        """The whole walk, ending with the answer of the token endpoint."""
        code = self.answer(self.sign_in(who, **changes))["code"]
        response = self.exchange(code)
        assert response.status_code == 200, response.text
        return response.json()

    def claims(self, tokens: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The verified ID token: signature by the published key, issuer, audience, times."""
        key = jwt.PyJWKClient(self.discovered["jwks_uri"]).get_signing_key_from_jwt(tokens["id_token"]).key
        return jwt.decode(
            tokens["id_token"],
            key,
            algorithms=["RS256"],
            audience=self.client_id,
            issuer=self.sandbox.issuer,
            options=options,
        )

    def follow(self, response: httpx.Response) -> httpx.Response:
        """Through redirects, but never off the provider."""
        while response.is_redirect and response.headers["location"].startswith(("/", self.sandbox.base_url)):
            response = self.browser.get(urljoin(str(response.url), response.headers["location"]))
        return response
