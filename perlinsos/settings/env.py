"""Typed readers of the environment: a missing or malformed value stops the boot with its name."""

import base64
import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict


def text(name: str, default: str | None = None) -> str:
    """The variable `name`, or what the file `NAME_FILE` holds (container secrets), or `default`."""
    if value := os.environ.get(name):
        return value
    if path := os.environ.get(f"{name}_FILE"):
        with open(path) as secret:
            return secret.read().strip()
    if default is None:
        raise ImproperlyConfigured(f"{name} is required")
    return default


def integer(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number") from None


def integer_within(name: str, default: int, *, least: int, most: int) -> int:
    value = integer(name, default)
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} must be {least} to {most}")
    return value


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}")
    return value


def words(name: str, default: str) -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def key(name: str) -> bytes:
    """32 bytes in base64."""
    return _decode_key(name, text(name))


def per_source(name: str, default: str) -> dict[str, str]:
    """`default:value[,code:value…]`."""
    pairs = [entry.partition(":") for entry in words(name, default)]
    if not all(key and separator and value for key, separator, value in pairs):
        raise ImproperlyConfigured(f"{name} must look like {default},pln:…")
    return {key: value for key, _separator, value in pairs}


def numbers(name: str, default: str) -> dict[str, int]:
    """`default:20[,code:5…]`, whole numbers."""
    try:
        return {key: int(value) for key, value in per_source(name, default).items()}
    except ValueError:
        raise ImproperlyConfigured(f"{name} must hold whole numbers") from None


def keyring(name: str, default: str | None = None) -> dict[str, bytes]:
    """`id:base64key[,id:base64key…]`; the first key encrypts, the others still decrypt."""
    ring = {}
    for entry in words(name, text(name, default)):
        key_id, separator, encoded = entry.partition(":")
        if not separator:
            raise ImproperlyConfigured(f"{name} must look like id:base64key")
        ring[key_id] = _decode_key(name, encoded)
    return ring


def _decode_key(name: str, encoded: str) -> bytes:
    try:
        value = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not base64") from None
    if len(value) != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes, got {len(value)}")
    return value


def database(name: str, *, statement_timeout_ms: int) -> dict[str, Any]:
    """Django's DATABASES entry from a libpq URL (also `?host=/socket/dir`)."""
    parts = conninfo_to_dict(text(name))
    standard = {part: parts.pop(part, "") for part in ("dbname", "user", "password", "host", "port")}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": standard["dbname"],
        "USER": standard["user"],
        "PASSWORD": standard["password"],
        "HOST": standard["host"],
        "PORT": standard["port"],
        "ATOMIC_REQUESTS": True,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **parts,
            # Face templates have a schema of their own; a role without a right to it does not find it at all.
            "options": f"-c statement_timeout={statement_timeout_ms} -c lock_timeout=5000"
            " -c search_path=public,biometrics",
            "pool": {"min_size": 1, "max_size": 16, "timeout": 10},
        },
    }
