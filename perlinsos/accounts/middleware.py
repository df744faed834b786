"""Staff work only with a second factor."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from perlinsos.accounts.enums import UserKind

OPEN_VIEWS = frozenset(
    {
        "mfa_activate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_logout",
        "set_language",
        "healthz",
        "readyz",
    }
)


class StaffSecondFactor:
    """A staff member without TOTP can do one thing: set it up. Sign-in asks for it afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not user.is_authenticated or user.kind != UserKind.STAFF:
            return None
        if match and match.view_name in OPEN_VIEWS:
            return None
        return None if is_mfa_enabled(user) else redirect("mfa_activate_totp")
