from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sandbox.residents.models import FamilyCard, Photograph, Resident
from sandbox.sources.models import Correction
from sandbox.switches.models import Switch
from sandbox.training import services
from sandbox.training.forms import FamilyForm, MemberForm, MemberFormSet, PhotographForm, members_of

LATEST_CORRECTIONS = 20


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Everything a trainer needs to know, on one page."""
    families = FamilyCard.objects.prefetch_related("members__photograph", "members__meters").select_related("decile")
    context = {
        "families": families,
        "switches": Switch.objects.board(),
        "corrections": Correction.objects.all()[:LATEST_CORRECTIONS],
        "portal_url": settings.PORTAL_BASE_URL,
    }
    return render(request, "training/start.html", context)


@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def new_resident(request: HttpRequest) -> HttpResponse:
    """A family of one to six members; then the photograph of the first."""
    form = FamilyForm(request.POST or None)
    members = MemberFormSet(request.POST or None, prefix="anggota", initial=[{"relation": "kepala"}])
    if request.method == "POST" and form.is_valid() and members.is_valid():
        filled: list[MemberForm] = members.forms
        head = services.add_family(form.card(), members_of(filled), form.facts())
        return redirect("training:photo", resident_id=head.pk)
    context = {"form": form, "members": members}
    return render(request, "training/new_resident.html", context, status=422 if form.is_bound else 200)


def photo(request: HttpRequest, resident_id: int) -> HttpResponse:
    resident = get_object_or_404(Resident.objects.select_related("photograph"), pk=resident_id)
    form = PhotographForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        services.replace_photograph(resident, form.cleaned_data["photograph"], str(form.content_type))
        return redirect("training:photo", resident_id=resident.pk)
    context = {"resident": resident, "form": form}
    return render(request, "training/photo.html", context, status=422 if form.is_bound else 200)


@require_GET
@never_cache
def picture(request: HttpRequest, resident_id: int) -> HttpResponse:
    photograph = Photograph.objects.filter(resident_id=resident_id).first()
    if photograph is None:
        raise Http404("No photograph")
    headers = {"X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(photograph.content), content_type=photograph.content_type, headers=headers)
