"""Where ministries call back. Not for people and not for the portal's clients: who calls is proved by a signature."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from verification import connectors
from verification.connectors import SourceUnavailable, callback
from verification.services import callbacks


@csrf_exempt
@login_not_required
@require_POST
def source_callback(request: HttpRequest, source: str) -> JsonResponse:
    """202 when taken, also for the second time; 403 to anybody we do not wait for; 422 for what is no answer."""
    known = source in connectors.CONNECTORS
    called = callback.proved(source, request.body, request.headers) if known else None
    if called is None:
        return _said("refused", HTTPStatus.FORBIDDEN)
    by = service_account("verification")
    try:
        reply = connectors.understand(source, called.content(), request_id=called.request_id)
        callbacks.record_callback(source, called.request_id, reply, by=by)
    except SourceUnavailable as error:
        callbacks.note_bad_callback(source, called.request_id, error=error.code, by=by)
        return _said(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    except DomainError:
        return _said("refused", HTTPStatus.FORBIDDEN)
    return _said("accepted", HTTPStatus.ACCEPTED)


def _said(status: str, code: HTTPStatus) -> JsonResponse:
    return JsonResponse({"status": status}, status=code)
