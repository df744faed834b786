"""Handing out a stored file so that a browser can neither run it, keep it nor share it."""

from django.http import Http404, HttpResponse

from perlinsos.core import files
from perlinsos.core.models import StoredFile

HEADERS = {
    "Cache-Control": "no-store, private",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def respond(file: StoredFile) -> HttpResponse:
    """A picture to show in a page, anything else as a download; 404 once retention removed the bytes."""
    shown = "inline" if file.content_type == "image/jpeg" else "attachment"
    try:
        data = files.read(file)
    except FileNotFoundError:
        raise Http404 from None
    headers = {**HEADERS, "Content-Disposition": f'{shown}; filename="berkas"'}
    return HttpResponse(data, content_type=file.content_type, headers=headers)
