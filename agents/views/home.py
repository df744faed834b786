"""Where an agent's day begins."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents import overview
from agents.views.guard import for_agents
from perlinsos.accounts.requests import UserRequest


@for_agents
@require_safe
def agent_home(request: UserRequest) -> HttpResponse:
    """Who I am, what I did today, what is begun and what waits."""
    return render(request, "agents/home.html", overview.of_day(request.user))
