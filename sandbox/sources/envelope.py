"""The sealed form of questions and answers, in the manner of the government's exchange (SPLP).

`{"request_id", "worker_name", "data", "iv", "tag"}`: AES-256-GCM, the parts in base 64, the key
named by the header `X-Key-Id`. Request id and worker name are bound to the text, so that nobody can
put the answer to one question into the envelope of another.
"""

import base64
import binascii
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from sandbox.sources.questions import Malformed

PARTS = frozenset({"request_id", "worker_name", "data", "iv", "tag"})
IV_BYTES, TAG_BYTES = 12, 16
Fields = dict[str, Any]


@dataclass(frozen=True)
class Seal:
    """What the answer has to be sealed with: the key and the labels of the question."""

    key_id: str
    request_id: str
    worker_name: str

    @property
    def bound(self) -> bytes:
        return f"{self.request_id}|{self.worker_name}".encode()

    def cipher(self) -> AESGCM:
        """Raises Malformed for a key nobody has."""
        key = settings.SOURCES_ENVELOPE_KEYS.get(self.key_id)
        if key is None:
            raise Malformed("X-Key-Id")
        return AESGCM(key)


def is_sealed(body: Fields) -> bool:
    return body.keys() >= PARTS


def unseal(body: Fields, key_id: str) -> tuple[Fields, Seal]:
    """The question inside. Raises Malformed for anything that does not open or holds no object."""
    seal = Seal(key_id, str(body["request_id"]), str(body["worker_name"]))
    data, iv, tag = (_bytes(body, part) for part in ("data", "iv", "tag"))
    if (len(iv), len(tag)) != (IV_BYTES, TAG_BYTES):
        raise Malformed("iv" if len(iv) != IV_BYTES else "tag")
    try:
        inside = json.loads(seal.cipher().decrypt(iv, data + tag, seal.bound))
    except (InvalidTag, ValueError):
        raise Malformed("data") from None
    if not isinstance(inside, dict):
        raise Malformed("data")
    return inside, seal


def sealed(answer: Fields, seal: Seal) -> Fields:
    iv = os.urandom(IV_BYTES)
    text = seal.cipher().encrypt(iv, json.dumps(answer).encode(), seal.bound)
    parts = {"data": text[:-TAG_BYTES], "iv": iv, "tag": text[-TAG_BYTES:]}
    labels = {"request_id": seal.request_id, "worker_name": seal.worker_name}
    return {**labels, **{name: base64.b64encode(part).decode() for name, part in parts.items()}}


def _bytes(body: Fields, part: str) -> bytes:
    try:
        return base64.b64decode(body[part], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Malformed(part) from None
