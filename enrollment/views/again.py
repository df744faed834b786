"""Registering again: what ends, what begins later, and the family's wish to begin."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from enrollment import ended, services
from enrollment.models import Application
from enrollment.views.parts import for_citizens
from perlinsos.accounts.requests import UserRequest
from perlinsos.core.errors import DomainError


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: UserRequest) -> HttpResponse:
    """Looking costs nothing: the earlier registration ends only when the new one is sent."""
    if request.method == "POST":
        try:
            draft = services.start_again(by=request.user)
        except DomainError:  # the page says what still goes on
            return redirect("application-again")
        return redirect("application-step", draft.step)
    mine = Application.objects.visible_to(request.user).in_force().filter(owner_id=request.user.pk)
    earlier = ended.with_holds(mine).first()
    if earlier is None:
        return redirect("application-resume")
    context = {
        "application": earlier,
        "obstacle": ended.obstacle(earlier),
        "lines": ended.what_ends(earlier),
    }
    return render(request, "enrollment/again.html", context)
