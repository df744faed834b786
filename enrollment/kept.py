"""What somebody typed while the session had already ended, kept until the next sign-in.

The answers wait in the anonymous session, sealed, for one page and one person: a stamp in each
form says for whom it was shown, and only that person gets them back on a shared phone.
"""

import base64

from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, QueryDict

from perlinsos.accounts.models import User
from perlinsos.core import crypto

KEY = "kept_answers"
PLACE = "enrollment.kept_answers"
STAMP_FIELD = "shown_to"
MOST_BYTES = 16_000


def stamp(user: User) -> str:
    """Goes into every form as the hidden field `shown_to`; only this site can make it."""
    return Signer(salt=PLACE).sign(str(user.public_id))


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the front door and afterwards back to this page, with what was just typed."""
    if request.method == "POST":
        _keep(request)
    return redirect_to_login(request.get_full_path())


def answers(request: HttpRequest, user: User) -> QueryDict | None:
    """What this page was sent: by POST, or before the last sign-in; None when there is nothing."""
    if request.method == "POST":
        return request.POST
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path or kept["for"] != str(user.public_id):
        return None
    del request.session[KEY]
    try:
        return QueryDict(crypto.unseal(base64.b64decode(kept["sealed"]), place=PLACE).decode())
    except crypto.SealBroken:  # the key was retired in the meantime
        return None


def _keep(request: HttpRequest) -> None:
    try:
        shown_to = Signer(salt=PLACE).unsign(request.POST.get(STAMP_FIELD, ""))
    except BadSignature:
        return
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    text = typed.urlencode().encode()
    if len(text) <= MOST_BYTES:
        sealed = base64.b64encode(crypto.seal(text, place=PLACE)).decode()
        request.session[KEY] = {"path": request.path, "for": shown_to, "sealed": sealed}
