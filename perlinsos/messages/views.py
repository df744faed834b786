"""The public page behind the QR of a letter."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from perlinsos.core import codes
from perlinsos.messages.models import Letter


@login_not_required
@require_safe
def letter_check(request: HttpRequest, code: str) -> HttpResponse:
    """Code, status, masked name and date, and nothing else: whoever holds the paper may look."""
    letter = Letter.objects.public().filter(code=codes.clean(code) or "").first()
    return render(request, "messages/letter_check.html", {"letter": letter}, status=200 if letter else 404)
