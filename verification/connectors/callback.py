"""An answer that a source brings by itself: who signed it, which question it is to, what it says."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from verification.connectors import arrangements, envelope

SCHEME = "sha256="


@dataclass(frozen=True, slots=True)
class Callback:
    """A body with a good signature. Its question may be unknown to us all the same."""

    source: str
    request_id: UUID
    raw: bytes
    key_id: str

    def content(self) -> bytes:
        """The JSON of the answer. Raises SourceUnavailable when its envelope does not open."""
        if not arrangements.of(self.source).is_sealed:
            return self.raw
        return envelope.open_(self.raw, key_id=self.key_id, request_id=self.request_id, source=self.source)


def proved(source: str, raw: bytes, headers: Mapping[str, str]) -> Callback | None:
    """None unless `source` may call back and whoever calls holds the key of the signature."""
    if not (settings.SOURCES_CALLBACK_KEY and arrangements.of(source).may_call_back):
        return None
    signature = hmac.new(settings.SOURCES_CALLBACK_KEY.encode(), raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"{SCHEME}{signature}".encode(), headers.get("X-Signature", "").encode()):
        return None
    try:
        request_id = UUID(headers.get("X-Request-ID", ""))
    except ValueError:
        return None
    return Callback(source, request_id, raw, headers.get("X-Key-Id", ""))
