"""How long photographs are kept, what was erased, and who looked at them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enrollment.models import Application
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from verification import permissions, picture_views, retaining
from verification.forms import PeriodForm
from verification.picture_views import PAGE, Period

PREVIEW = 500


@require_safe
def picture_retention(request: UserRequest) -> HttpResponse:
    """What is due in the area, what is kept and why, what was erased and under which policy."""
    access.ensure(permissions.can_see_faces(request.user))
    mine = Application.objects.read_by_staff(request.user)
    holding = retaining.holding_pictures(mine).select_related("village").order_by("updated_at", "pk")
    kept = retaining.kept(list(holding[:PREVIEW]))
    context = {
        "lines": sorted(kept, key=retaining.soonest)[:PAGE],
        "preview": PREVIEW,
        "total": holding.count(),
        "erased": retaining.erased(mine),
        "policies": retaining.policies_in_force(permissions.face_areas(request.user)),
        "may_audit": permissions.can_audit_views(request.user),
    }
    return render(request, "verification/picture_retention.html", context)


@require_safe
def picture_view_list(request: UserRequest) -> HttpResponse:
    """Every look at a photograph in the audited area. For auditors and the data protection officer."""
    access.ensure(permissions.can_audit_views(request.user))
    form = PeriodForm(request.GET or None)
    period = Period(form.cleaned_data["first"], form.cleaned_data["last"]) if form.is_valid() else Period()
    before = request.GET.get("before", "")
    looks = picture_views.of(request.user, period, before=int(before) if before.isdecimal() else None)
    context = {"form": form, "looks": looks, "older": looks[-1].number if len(looks) == PAGE else None}
    return render(request, "verification/picture_view_list.html", context)
