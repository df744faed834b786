"""One address for all stored photographs."""

from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

from perlinsos.accounts.requests import UserRequest
from perlinsos.core import files
from verification.services import photographs

HEADERS = {
    "Cache-Control": "no-store, private",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@require_safe
def stored_photo(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The bytes, for whoever may see the case; a picture in the page, anything else as a download."""
    file = photographs.open_photograph(public_id, page=_page(request), by=request.user)
    if file is None:
        raise Http404
    shown = "inline" if file.content_type == "image/jpeg" else "attachment"
    try:
        data = files.read(file)
    except FileNotFoundError:
        raise Http404 from None
    headers = {**HEADERS, "Content-Disposition": f'{shown}; filename="berkas"'}
    return HttpResponse(data, content_type=file.content_type, headers=headers)


def _page(request: UserRequest) -> str:
    """The name of the page the picture is shown on, as the browser says; for the record, not for access."""
    try:
        return resolve(urlsplit(request.headers.get("Referer", "")).path or "-").view_name
    except (Resolver404, ValueError):
        return ""
