from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from sandbox.switches.behaviour import serve
from sandbox.switches.enums import Service
from sandbox.switches.memory import current

PROVIDER_PATHS = ("/.well-known/", "/identity/")


class ProviderSwitchMiddleware:
    """The IKD switch works on every page and endpoint of the provider."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(PROVIDER_PATHS):
            response = serve(current(Service.IKD), lambda: self.get_response(request))
            wants_page = "text/html" in request.headers.get("Accept", "")
            return _page(request, response.status_code) if response.status_code >= 500 and wants_page else response
        return self.get_response(request)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "identity/unavailable.html", status=status)
