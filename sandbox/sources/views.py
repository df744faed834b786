import hmac
import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sandbox.sources import questions, services
from sandbox.sources.answers import ENDPOINTS, Endpoint
from sandbox.switches.behaviour import disturb
from sandbox.switches.enums import Service
from sandbox.switches.models import Switch


@csrf_exempt
@require_POST
def ask(request: HttpRequest, path: str) -> JsonResponse:
    """Answer one question of the contract: 200, 401, 404 (no such service), 422, 500 or 503."""
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        return JsonResponse({"error": "no_such_service"}, status=404)
    switch = Switch.objects.current(endpoint.service)
    if failure := disturb(switch) or _unauthorised(request):
        return failure
    try:
        request_id, body = _read(request)
        answer = endpoint.answer(body)
    except questions.Malformed as exc:
        return _malformed(exc)
    if answer is not None and switch.wrong_record:
        answer = endpoint.spoil(body, answer)
    return JsonResponse(_envelope(request_id, endpoint, answer))


@csrf_exempt
@require_POST
def correct(request: HttpRequest) -> JsonResponse:
    """Take a correction request: 202, or 401, 422, 500, 503."""
    switch = Switch.objects.current(Service.CORRECTIONS)
    if failure := disturb(switch) or _unauthorised(request):
        return failure
    try:
        request_id, body = _read(request)
        services.receive_correction(request_id, questions.correction(body))
    except questions.Malformed as exc:
        return _malformed(exc)
    return JsonResponse({"request_id": str(request_id), "status": "received"}, status=202)


def _unauthorised(request: HttpRequest) -> JsonResponse | None:
    given = request.headers.get("Authorization", "")
    if hmac.compare_digest(given.encode(), f"Bearer {settings.SOURCES_TOKEN}".encode()):
        return None
    return JsonResponse({"error": "unauthorised"}, status=401, headers={"WWW-Authenticate": "Bearer"})


def _read(request: HttpRequest) -> tuple[UUID, dict[str, Any]]:
    try:
        request_id = UUID(request.headers.get("X-Request-ID", ""))
    except ValueError:
        raise questions.Malformed("X-Request-ID") from None
    try:
        body = json.loads(request.body)
    except ValueError:
        raise questions.Malformed("body") from None
    if not isinstance(body, dict):
        raise questions.Malformed("body")
    return request_id, body


def _malformed(exc: questions.Malformed) -> JsonResponse:
    return JsonResponse({"error": "malformed", "field": exc.field}, status=422)


def _envelope(request_id: UUID, endpoint: Endpoint, answer: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "request_id": str(request_id),
        "status": "not_found" if answer is None else "found",
        "as_of": endpoint.as_of(timezone.localdate()).isoformat(),
        **(answer or {}),
    }
