"""The services that may ask people to sign in."""

from dataclasses import dataclass

from allauth.idp.oidc.models import Client
from django.conf import settings

SCOPES = ["openid", "profile", "identity"]
CALLBACK_PATH = "/akun/oidc/ikd/login/callback/"


@dataclass(frozen=True)
class Registration:
    client_id: str
    secret: str
    name: str
    redirect_uri: str


def portal_registration() -> Registration:
    return Registration(
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        name="Portal Perlinsos",
        redirect_uri=f"{settings.PORTAL_BASE_URL}{CALLBACK_PATH}",
    )


def register(registration: Registration) -> Client:
    """Make or bring up to date a client. Its sector is its id, so a new port keeps people's `sub`."""
    client = Client.objects.filter(pk=registration.client_id).first() or Client(pk=registration.client_id)
    client.name = registration.name
    client.type = Client.Type.CONFIDENTIAL
    client.data = {"sector": registration.client_id}
    client.set_scopes(SCOPES)
    client.set_default_scopes(["openid"])
    client.set_grant_types([Client.GrantType.AUTHORIZATION_CODE])
    client.set_response_types([Client.ResponseType.CODE])
    client.set_redirect_uris(_both_loopback_names(registration.redirect_uri))
    if not client.check_secret(registration.secret):
        client.set_secret(registration.secret)
    client.save()
    return client


def sector_of(client: Client) -> str:
    return str((client.data or {}).get("sector", client.pk))


def _both_loopback_names(uri: str) -> list[str]:
    """127.0.0.1 and localhost are the same machine; people type either."""
    return sorted({uri, uri.replace("//localhost", "//127.0.0.1"), uri.replace("//127.0.0.1", "//localhost")})
