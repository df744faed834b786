"""Who may ask: whoever holds the agreed token, or one drawn with the client's own secret (OAuth 2)."""

import hmac

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

LIVES_S = 600
SALT = "sandbox.sources.access"


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    """RFC 6749 section 4.4: client credentials in, a token for LIVES_S seconds out."""
    if request.POST.get("grant_type") != "client_credentials":
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    client_id, secret = request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    known = settings.SOURCES_CLIENT_ID and settings.SOURCES_CLIENT_SECRET
    if not (known and _same(client_id, settings.SOURCES_CLIENT_ID) and _same(secret, settings.SOURCES_CLIENT_SECRET)):
        return JsonResponse({"error": "invalid_client"}, status=401)
    drawn = signing.dumps({"client": client_id}, salt=SALT)
    answer = {"access_token": drawn, "token_type": "Bearer", "expires_in": LIVES_S}
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def refusal(request: HttpRequest) -> JsonResponse | None:
    """The 401 for whoever may not ask."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer" and (_same(given, settings.SOURCES_TOKEN) or _was_drawn(given)):
        return None
    return JsonResponse({"error": "unauthorised"}, status=401, headers={"WWW-Authenticate": "Bearer"})


def _was_drawn(given: str) -> bool:
    try:
        signing.loads(given, salt=SALT, max_age=LIVES_S)
    except signing.BadSignature:
        return False
    return True


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
