import json

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from sandbox.switches import services
from sandbox.switches.enums import Service
from sandbox.switches.forms import SwitchForm, fields_for, state_of
from sandbox.switches.models import Switch


def _known(service: str) -> Switch:
    if service not in Service.values:
        raise Http404("Unknown service")
    return Switch.objects.current(service)


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    forms = [SwitchForm(instance=switch) for switch in Switch.objects.board()]
    return render(request, "switches/board.html", {"forms": forms})


@require_POST
def change(request: HttpRequest, service: str) -> HttpResponse:
    changed = SwitchForm(request.POST, instance=_known(service))
    if changed.is_valid():
        changed.save()
        return redirect(f"{reverse('switches:board')}#{service}")
    forms = [changed if switch.service == service else SwitchForm(instance=switch) for switch in Switch.objects.board()]
    return render(request, "switches/board.html", {"forms": forms}, status=422)


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    services.reset_all()
    return redirect("switches:board")


@csrf_exempt
@require_POST
def api_change(request: HttpRequest, service: str) -> JsonResponse:
    """Set what the JSON object names, leave the rest; only JSON, so no foreign page can post it."""
    switch = _known(service)
    if request.content_type != "application/json":
        return JsonResponse({"error": "application/json only"}, status=415)
    try:
        changes = json.loads(request.body)
    except ValueError:
        changes = None
    if not isinstance(changes, dict) or set(changes) - set(fields_for(service)):
        return JsonResponse({"error": "malformed", "known": fields_for(service)}, status=422)
    form = SwitchForm({**state_of(switch), **changes}, instance=switch)
    if not form.is_valid():
        return JsonResponse({"error": form.errors.get_json_data()}, status=422)
    return JsonResponse({"service": service, **state_of(form.save())})


@csrf_exempt
@require_POST
def api_reset(request: HttpRequest) -> JsonResponse:
    if request.content_type != "application/json":
        return JsonResponse({"error": "application/json only"}, status=415)
    services.reset_all()
    return JsonResponse({"status": "reset"})
