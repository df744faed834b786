"""Who may open the agents' pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from enrollment import kept
from enrollment.permissions import can_assist
from perlinsos.core import access

View = Callable[..., HttpResponse]


def for_agents(view: View) -> View:
    """Agents with a valid assignment; a session that ended keeps what was typed until the next sign-in."""

    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return kept.ask_to_sign_in(request)
        access.ensure(can_assist(request.user))
        return view(request, *args, **kwargs)

    return guarded
