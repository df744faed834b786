from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sandbox.switches.behaviour import disturb
from sandbox.switches.enums import Service
from sandbox.switches.models import Switch

PROVIDER_PATHS = ("/.well-known/", "/identity/")


class ProviderSwitchMiddleware:
    """The IKD switch works on every page and endpoint of the provider."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PROVIDER_PATHS):
            failure = disturb(Switch.objects.current(Service.IKD))
            if failure is not None:
                wants_page = "text/html" in request.headers.get("Accept", "")
                return _page(request, failure.status_code) if wants_page else failure
        return self.get_response(request)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "identity/unavailable.html", status=status)
