"""Whom the face check serves worse."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from verification import fairness_page, permissions


@require_safe
def face_fairness(request: UserRequest) -> HttpResponse:
    """Shares of every group of the own area: numbers only, no case is opened."""
    access.ensure(permissions.can_see_fairness(request.user))
    asked = request.GET.get("hari", "")
    days = next((period for period in fairness_page.PERIODS_DAYS if str(period) == asked), 90)
    return render(request, "verification/face_fairness.html", fairness_page.of(request.user, days=days))
