"""The switches for tests and benchmarks. Only JSON is taken, so that no foreign page can post it."""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from sandbox.switches import services
from sandbox.switches.counts import KEPT_S, counts
from sandbox.switches.forms import SwitchForm, fields_for, state_of
from sandbox.switches.models import Switch
from sandbox.switches.presets import PRESETS
from sandbox.switches.views import known

View = Callable[..., JsonResponse]


def _json_only(view: View) -> View:
    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, **parts: str) -> JsonResponse:
        if request.content_type != "application/json":
            return JsonResponse({"error": "application/json only"}, status=415)
        return view(request, **parts)

    return guarded


@_json_only
def change(request: HttpRequest, service: str) -> JsonResponse:
    """Set what the JSON object names, leave the rest."""
    switch = known(service)
    try:
        changes = json.loads(request.body)
    except ValueError:
        changes = None
    if not isinstance(changes, dict) or set(changes) - set(fields_for(service)):
        return JsonResponse({"error": "malformed", "known": fields_for(service)}, status=422)
    form = SwitchForm({**state_of(switch), **changes}, instance=switch)
    if not form.is_valid():
        return JsonResponse({"error": form.errors.get_json_data()}, status=422)
    return JsonResponse({"service": service, **state_of(services.keep(form))})


@_json_only
def use_preset(request: HttpRequest, key: str) -> JsonResponse:
    if key not in PRESETS:
        raise Http404("Unknown preset")
    services.use(PRESETS[key])
    touched = {switch.service: state_of(switch) for switch in Switch.objects.all()}
    return JsonResponse({"preset": key, "services": touched})


@_json_only
def reset(request: HttpRequest) -> JsonResponse:
    services.use(PRESETS["normal"])
    return JsonResponse({"status": "reset"})


@require_GET
@never_cache
def requests_by_second(request: HttpRequest) -> JsonResponse:
    """How often each service was asked: `services[name][epoch second]`, from `?since=` on, else the last hour.

    And the most memory this process has needed, in MB.
    """
    now = int(time.time())
    try:
        since = int(request.GET.get("since", now - KEPT_S))
    except ValueError:
        return JsonResponse({"error": "malformed", "field": "since"}, status=422)
    return JsonResponse({"now": now, "peak_mb": _peak_mb(), "services": counts.since(since)})


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
