"""Sealed bodies, as on the government's exchange (SPLP): AES-256-GCM around the JSON of a question or answer.

`{"request_id", "worker_name", "data", "iv", "tag"}`, the last three in base 64. Request id and
worker name (the code of the source) are bound to the sealed part, so an answer to another question
or by another source does not open.
"""

import base64
import binascii
import json
import secrets
from typing import Annotated, Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.cache import cache
from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError
from redis.exceptions import RedisError

from verification.connectors.errors import SourceUnavailable

IV_BYTES, TAG_BYTES = 12, 16
# Longer than a source may take to call back: a nonce seen in that time is not taken for another message.
NONCES_KEPT_S = 2 * 86_400


def _bytes(encoded: object) -> bytes:
    if not isinstance(encoded, str):
        raise ValueError("not text")
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError("not base 64") from None


class Sealed(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)

    request_id: UUID
    worker_name: str
    data: Annotated[bytes, PlainValidator(_bytes)]
    iv: Annotated[bytes, PlainValidator(_bytes)]
    tag: Annotated[bytes, PlainValidator(_bytes)]


def seal(body: dict[str, Any], *, request_id: UUID, source: str) -> tuple[dict[str, str], str]:
    """The envelope around `body`, and the id of the key (header `X-Key-Id`)."""
    key_id, key = next(iter(settings.SOURCES_ENVELOPE_KEYS.items()))
    iv = secrets.token_bytes(IV_BYTES)
    sealed = AESGCM(key).encrypt(iv, json.dumps(body).encode(), _bound_to(request_id, source))
    parts = {"data": sealed[:-TAG_BYTES], "iv": iv, "tag": sealed[-TAG_BYTES:]}
    encoded = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return {"request_id": str(request_id), "worker_name": source, **encoded}, key_id


def open_(content: bytes, *, key_id: str, request_id: UUID, source: str) -> bytes:
    """The JSON inside the envelope. Raises SourceUnavailable with what is wrong with it."""
    try:
        sealed = Sealed.model_validate_json(content)
    except ValidationError:
        raise SourceUnavailable("bad_envelope") from None
    key = settings.SOURCES_ENVELOPE_KEYS.get(key_id)
    if key is None:
        raise SourceUnavailable("unknown_key")
    if (sealed.request_id, sealed.worker_name) != (request_id, source):
        raise SourceUnavailable("foreign_envelope")
    if (len(sealed.iv), len(sealed.tag)) != (IV_BYTES, TAG_BYTES):
        raise SourceUnavailable("bad_envelope")
    try:
        inside = AESGCM(key).decrypt(sealed.iv, sealed.data + sealed.tag, _bound_to(request_id, source))
    except InvalidTag:
        raise SourceUnavailable("bad_seal") from None
    _ensure_new_nonce(key_id, sealed)
    return inside


def _bound_to(request_id: UUID, source: str) -> bytes:
    return f"{request_id}|{source}".encode()


def _ensure_new_nonce(key_id: str, sealed: Sealed) -> None:
    """GCM is worth nothing once a nonce was used twice under one key; the same message again is harmless."""
    message = f"{sealed.request_id}:{sealed.tag.hex()}"
    try:
        first = cache.get_or_set(f"nonce:{key_id}:{sealed.iv.hex()}", message, timeout=NONCES_KEPT_S)
    except RedisError:
        raise SourceUnavailable("nonce_unchecked") from None
    if first != message:
        raise SourceUnavailable("nonce_reused")
