"""Answers that come later: kept in a table, sent by a thread, tried again until somebody takes them.

Rows are the truth: a sandbox that is stopped in between sends what is left when it starts again. The
portal may get an answer twice, as from any ministry, and is built for that.
"""

import hashlib
import hmac
import logging
import threading
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.utils import timezone

from sandbox.sources.models import Delivery
from sandbox.sources.questions import Malformed

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
LONGEST_WAIT = timedelta(minutes=1)
MAX_ATTEMPTS = 12
TAKEN_WITHIN_S = 10.0
LOOPBACK = "127.0.0.1"

_wake = threading.Event()


def checked_url(url: str) -> str:
    """`url` when it is the portal's own. Raises Malformed: NIKs are sent nowhere else.

    On 127.0.0.1 any port counts as the portal's, as for its sign-in (RFC 8252 section 7.3).
    """
    asked, own = urlsplit(url), urlsplit(settings.PORTAL_BASE_URL)
    same_origin = (asked.scheme, asked.netloc) == (own.scheme, own.netloc)
    both_here = asked.scheme == own.scheme and asked.hostname == own.hostname == LOOPBACK and not asked.username
    if not (same_origin or both_here):
        raise Malformed("X-Callback-URL")
    return url


def keep(request_id: UUID, body: str, *, url: str, key_id: str, after_s: int, copies: int) -> None:
    due_at = timezone.now() + timedelta(seconds=after_s)
    Delivery.objects.create(request_id=request_id, url=url, body=body, key_id=key_id, due_at=due_at, copies_left=copies)
    _wake.set()


def start() -> None:
    """For the serving process, once."""
    threading.Thread(target=_run, name="later", daemon=True).start()


def _run() -> None:
    while True:
        _wake.wait(LOOK_EVERY_S)
        _wake.clear()
        try:
            while deliver_next():
                pass
        except DatabaseError as error:
            logger.warning("answers wait for the database: %s", type(error).__name__)
        close_old_connections()


def deliver_next() -> bool:
    """Send the answer that is due longest; False when none is."""
    delivery = _claim()
    if delivery is None:
        return False
    if _is_taken(delivery):
        delivery.copies_left -= 1
        delivery.attempts, delivery.due_at = 0, timezone.now()
    if delivery.copies_left == 0 or delivery.attempts >= MAX_ATTEMPTS:
        delivery.delete()
    else:
        delivery.save(update_fields=["copies_left", "attempts", "due_at"])
    return True


@transaction.atomic
def _claim() -> Delivery | None:
    """Count the attempt and put the row off before sending: whoever dies on the way leaves it due again."""
    due = Delivery.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    delivery = due.select_for_update(skip_locked=True).first()
    if delivery is not None:
        delivery.attempts += 1
        delivery.due_at = timezone.now() + min(timedelta(seconds=2 ** (delivery.attempts - 1)), LONGEST_WAIT)
        delivery.save(update_fields=["attempts", "due_at"])
    return delivery


def _is_taken(delivery: Delivery) -> bool:
    content = delivery.body.encode()
    signature = hmac.new(settings.SOURCES_CALLBACK_KEY.encode(), content, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Request-ID": str(delivery.request_id),
        "X-Signature": f"sha256={signature}",
        **({"X-Key-Id": delivery.key_id} if delivery.key_id else {}),
    }
    try:
        answer = httpx.post(
            delivery.url, content=content, headers=headers, timeout=TAKEN_WITHIN_S, follow_redirects=False
        )
    except httpx.HTTPError as error:
        logger.info("answer %s was not taken: %s", delivery.request_id, type(error).__name__)
        return False
    return answer.is_success
