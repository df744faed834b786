"""Bearer tokens of other systems."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from perlinsos.accounts.models import ApiClient, User


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`; the token itself is never stored, only its digest."""

    def authenticate(self, request: Request) -> tuple[User, ApiClient] | None:
        scheme, _separator, token = get_authorization_header(request).decode(errors="replace").partition(" ")
        if scheme.lower() != "bearer":
            return None
        client = ApiClient.objects.of_token(token.strip()).select_related("user").first()
        if client is None:
            raise AuthenticationFailed(_("This token is not valid."), code="token_not_valid")
        return client.user, client

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registry is untyped
    """How the API documentation describes the token."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
