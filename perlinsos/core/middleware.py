"""What every request passes through: a request id, refusals on record, nothing kept in caches."""

import logging
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from perlinsos.core.logging import set_request_id

logger = logging.getLogger(__name__)
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

Handler = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Give each request an id (the proxy's, when it has a sane one), echo it, log refusals with it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if _ACCEPTABLE_ID.fullmatch(offered) else uuid.uuid4().hex
        set_request_id(request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, PermissionDenied):
            route = request.resolver_match.view_name if request.resolver_match else "-"
            logger.warning("refused: user %s at %s", request.user.pk, route)


class ClientAddress:
    """Whose connection it is when a proxy stands in front: the address our own proxy saw.

    Each proxy appends the address it was called from, so with one proxy of ours the last entry is
    true, and whatever a client wrote before it is not looked at.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        passed = [place.strip() for place in request.headers.get("X-Forwarded-For", "").split(",")]
        if 0 < settings.PROXIES <= len(passed) and passed[-settings.PROXIES]:
            request.META["REMOTE_ADDR"] = passed[-settings.PROXIES]
        return self.get_response(request)


class PrivatePages:
    """Personal pages are never kept by a browser or a proxy; static files set their own header."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        return response


class ChosenLanguage(LocaleMiddleware):
    """Bahasa Indonesia until somebody presses the other language; what the phone is set to does not matter.

    Cheap phones are often sold with English menus to people who read Bahasa.
    """

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(known)
        request.LANGUAGE_CODE = translation.get_language()
