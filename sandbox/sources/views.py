import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sandbox.sources import access, envelope, later, old, questions, services
from sandbox.sources.answers import ENDPOINTS, Endpoint
from sandbox.switches import memory
from sandbox.switches.behaviour import serve
from sandbox.switches.counts import counts
from sandbox.switches.enums import Service
from sandbox.switches.models import Switch

Fields = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What came in, out of its envelope if it had one."""

    request_id: UUID
    body: Fields
    seal: envelope.Seal | None
    callback_url: str

    def answered(self, answer: Fields) -> Fields:
        """The answer in the form in which the question came."""
        return envelope.sealed(answer, self.seal) if self.seal else answer

    @property
    def key_id(self) -> str:
        return self.seal.key_id if self.seal else ""


@csrf_exempt
@require_POST
def ask(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer one question of the contract: 200, 202 (later), 401, 404 (no such service), 422; or as the switch says."""
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        return JsonResponse({"error": "no_such_service"}, status=404)
    counts.note(endpoint.service)
    switch = memory.current(endpoint.service)
    return serve(switch, lambda: access.refusal(request) or _answer(request, endpoint, switch))


@csrf_exempt
@require_POST
def correct(request: HttpRequest) -> HttpResponseBase:
    """Take a correction request: 202, or 401, 422, or what the switch says."""
    counts.note(Service.CORRECTIONS)
    return serve(memory.current(Service.CORRECTIONS), lambda: access.refusal(request) or _receive(request))


def _answer(request: HttpRequest, endpoint: Endpoint, switch: Switch) -> JsonResponse:
    try:
        question = _read(request)
        answer = question.answered(_said(question, endpoint, switch))
        if switch.answers_later and question.callback_url:
            return _promised(question, answer, switch)
    except questions.Malformed as exc:
        return _malformed(exc)
    return JsonResponse(answer, headers={"X-Key-Id": question.key_id} if question.seal else None)


def _said(question: Question, endpoint: Endpoint, switch: Switch) -> Fields:
    """Found or not, as of when, and the fields; wrong or old where the switch says so."""
    fields, as_of = endpoint.answer(question.body), endpoint.as_of(timezone.localdate())
    if fields is not None and switch.stale_record:
        fields, as_of = endpoint.age(question.body, fields), as_of - old.OLDER_BY
    if fields is not None and switch.wrong_record:
        fields = endpoint.spoil(question.body, fields)
    return {
        "request_id": str(question.request_id),
        "status": "not_found" if fields is None else "found",
        "as_of": as_of.isoformat(),
        **(fields or {}),
    }


def _promised(question: Question, answer: Fields, switch: Switch) -> JsonResponse:
    later.keep(
        question.request_id,
        json.dumps(answer),
        url=later.checked_url(question.callback_url),
        key_id=question.key_id,
        after_s=switch.later_after_s,
        copies=2 if switch.later_twice else 1,
    )
    return JsonResponse({"request_id": str(question.request_id), "status": "accepted"}, status=202)


def _receive(request: HttpRequest) -> JsonResponse:
    try:
        question = _read(request)
        services.receive_correction(question.request_id, questions.correction(question.body))
        answer = question.answered({"request_id": str(question.request_id), "status": "received"})
    except questions.Malformed as exc:
        return _malformed(exc)
    return JsonResponse(answer, status=202, headers={"X-Key-Id": question.key_id} if question.seal else None)


def _read(request: HttpRequest) -> Question:
    """Raises Malformed with the name of the part that is wrong."""
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
    callback_url, seal = request.headers.get("X-Callback-URL", ""), None
    if envelope.is_sealed(body):
        if body["request_id"] != str(request_id):
            raise questions.Malformed("request_id")
        body, seal = envelope.unseal(body, request.headers.get("X-Key-Id", ""))
    return Question(request_id, body, seal, callback_url)


def _malformed(exc: questions.Malformed) -> JsonResponse:
    return JsonResponse({"error": "malformed", "field": exc.field}, status=422)
