from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sandbox.switches import services
from sandbox.switches.enums import GROUPS, Service
from sandbox.switches.forms import SwitchForm
from sandbox.switches.models import Switch
from sandbox.switches.presets import PRESETS


def known(service: str) -> Switch:
    """The stored switch of a service, or a fresh one. Raises Http404 for a name that is none."""
    if service not in Service.values:
        raise Http404("Unknown service")
    return Switch.objects.filter(service=service).first() or Switch(service=service)


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    switches = {switch.service: switch for switch in Switch.objects.board()}
    groups = {title: [switches[service] for service in members] for title, members in GROUPS.items()}
    return render(request, "switches/board.html", {"groups": groups, "presets": PRESETS.values()})


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, service: str) -> HttpResponse:
    """Every switch of one service."""
    form = SwitchForm(request.POST if request.method == "POST" else None, instance=known(service))
    if form.is_valid():
        services.keep(form)
        return redirect("switches:board")
    return render(request, "switches/switch.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def turn(request: HttpRequest, service: str) -> HttpResponse:
    services.turn(Service(known(service).service), down="down" in request.POST)
    return redirect("switches:board")


@require_POST
def use_preset(request: HttpRequest, key: str) -> HttpResponse:
    if key not in PRESETS:
        raise Http404("Unknown preset")
    services.use(PRESETS[key])
    return redirect("switches:board")
