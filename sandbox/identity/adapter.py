"""What the provider says about a resident, and how the switches bend it."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from sandbox.identity import clients, sign_in
from sandbox.residents.models import Resident
from sandbox.switches import memory
from sandbox.switches.enums import Service

IDENTITY_CLAIMS = ["nik", "name", "birth_place", "birthdate", "address"]


class IkdAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth has no types
    """OpenID Connect Core 1.0 with pairwise subjects (§8.1) and the claims scope `identity`."""

    scope_display = {
        "openid": "Tanda pengenal khusus untuk layanan ini",
        "profile": "Nama",
        "identity": "NIK, nama, tempat dan tanggal lahir, alamat",
    }

    def get_issuer(self) -> str:
        return settings.SANDBOX_BASE_URL

    def get_user_sub(self, client: Client, user: AbstractBaseUser) -> str:
        """Different for every client sector, so that two services cannot compare their people."""
        message = f"{clients.sector_of(client)}:{user.pk}"
        return hmac.new(settings.SECRET_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()

    def get_user_by_sub(self, client: Client, sub: str) -> AbstractBaseUser | None:
        """A sandbox has a hundred residents: trying each is simpler than a table of subjects."""
        for resident in Resident.objects.with_ikd():
            if hmac.compare_digest(self.get_user_sub(client, resident), sub):
                return resident
        return None

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: AbstractBaseUser,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        resident = Resident.objects.select_related("family_card").get(pk=user.pk)
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, resident)}
        if "profile" in scopes:
            claims["name"] = resident.name
        if "identity" in scopes:
            claims |= _identity_of(resident)
        return claims

    def populate_id_token(self, id_token: dict[str, Any], client: Client, scopes: Iterable[str], **kwargs: Any) -> None:
        switch = memory.current(Service.IKD)
        signed_in = sign_in.recall_for_code(self.request.POST.get("code", ""))
        if signed_in is not None:
            id_token["auth_time"] = signed_in.auth_time
            id_token["acr"] = sign_in.PIN if switch.weak_acr else signed_in.acr
        for claim in ("iat", "exp", "auth_time"):
            if claim in id_token:
                id_token[claim] += switch.clock_skew_seconds
        if switch.wrong_nonce:
            id_token["nonce"] = secrets.token_urlsafe(16)

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Announce only what this provider really does."""
        del data["device_authorization_endpoint"]
        data |= {
            "subject_types_supported": ["pairwise"],
            "scopes_supported": clients.SCOPES,
            "claims_supported": ["sub", "acr", "auth_time", *IDENTITY_CLAIMS],
            "acr_values_supported": sign_in.ACR_VALUES,
            "grant_types_supported": ["authorization_code"],
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }


def _identity_of(resident: Resident) -> dict[str, str]:
    """The five data a resident agrees to share; the "wrong record" switch is off by one day of birth."""
    birth_date = resident.birth_date
    if memory.current(Service.IKD).wrong_record:
        birth_date += timedelta(days=1)
    return {
        "nik": resident.nik,
        "name": resident.name,
        "birth_place": resident.birth_place,
        "birthdate": birth_date.isoformat(),
        "address": resident.family_card.full_address,
    }
