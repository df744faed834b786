"""Pages that belong to no single app: the front door, where to go after sign-in, health."""

import logging
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from perlinsos.accounts.desk_menu import tabs_of
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.accounts.scoping import area_codes

logger = logging.getLogger(__name__)
_PROVIDERS: Any = settings.SOCIALACCOUNT_PROVIDERS
IDENTITY_PROVIDER = _PROVIDERS["openid_connect"]["APPS"][0]["name"]


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The front door; who was sent here to sign in goes back afterwards to where they were."""
    wanted = request.GET.get("next", "")
    next_url = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""
    return render(request, "start.html", {"next_url": next_url, "provider": IDENTITY_PROVIDER})


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """After sign-in everybody lands where their work is."""
    user = cast(User, request.user)
    if user.is_citizen:
        return redirect("application-resume")
    if area_codes(user, roles=[Role.AGENT]):
        return redirect("agent-home")
    if tabs := tabs_of(user):
        return redirect(tabs[0].page)
    return redirect("admin:index" if user.is_admin else "start")


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "help.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html")


@login_not_required
@require_safe
def styleguide(request: HttpRequest, template: str = "components/styleguide.html") -> HttpResponse:
    return render(request, template)


@login_not_required
@transaction.non_atomic_requests
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. For the supervisor: restart me when I do not."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@transaction.non_atomic_requests
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """What this process needs is reachable. For the balancer: send me traffic or not."""
    checks = {"database": _database_answers(), "redis": _redis_answers()}
    # Redis may be lost without losing a case: it is reported, PostgreSQL alone decides.
    return JsonResponse(checks, status=200 if checks["database"] else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("database not ready (%s)", type(error).__name__)
        return False
    return True


def _redis_answers() -> bool:
    try:
        cache.get("readyz")
    except RedisError as error:
        logger.warning("redis not ready (%s)", type(error).__name__)
        return False
    return True
