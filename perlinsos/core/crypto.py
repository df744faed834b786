"""Field and file encryption: AES-256-GCM under a rotating key ring, look-up by keyed blind index.

A sealed value is `version byte | key-id length | key id | 12-byte nonce | ciphertext + tag`. The
associated data is the place the value belongs to, so a value copied to another column or file does
not open there. The blind index uses its own key: a NIK has only 16 digits and an unkeyed hash of it
can be enumerated in minutes.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = b"\x01"
NONCE_BYTES = 12


class SealBroken(Exception):
    """The stored value was changed, moved, or sealed under a key we no longer hold."""


def seal(plain: bytes, *, place: str) -> bytes:
    """Encrypt `plain` for `place` (such as `enrollment.person.nik`) under the current key."""
    key_id, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    header = VERSION + bytes([len(key_id)]) + key_id.encode()
    return header + nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(sealed: bytes, *, place: str) -> bytes:
    """Decrypt what `seal` made for the same `place`. Raises SealBroken."""
    if sealed[:1] != VERSION or len(sealed) < 2:
        raise SealBroken(place)
    start = 2 + sealed[1]
    key = settings.FIELD_KEYS.get(sealed[2:start].decode(errors="replace"))
    if key is None:
        raise SealBroken(place)
    nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, place.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(place) from error


def blind_index(value: str, *, kind: str) -> bytes:
    """32 bytes that are equal for equal values of one `kind` (`nik`, `kk`, `account`)."""
    return hmac.new(settings.BLIND_INDEX_KEY, f"{kind}:{value}".encode(), hashlib.sha256).digest()
