"""The secrets of this checkout: made once, kept in `secrets.json` (0600) below the state directory."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "PG_PASSWORD": lambda: secrets.token_urlsafe(24),
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_KEYS": lambda: f"k1:{new_key()}",
    "BLIND_INDEX_KEY": new_key,
    "SOURCES_TOKEN": lambda: secrets.token_urlsafe(32),
    "SOURCES_CLIENT_ID": lambda: f"portal-{secrets.token_hex(4)}",
    "SOURCES_CLIENT_SECRET": lambda: secrets.token_urlsafe(32),
    "SOURCES_ENVELOPE_KEYS": lambda: f"s1:{new_key()}",
    "SOURCES_CALLBACK_KEY": lambda: secrets.token_urlsafe(32),
    "OIDC_CLIENT_ID": lambda: f"portal-{secrets.token_hex(4)}",
    "OIDC_CLIENT_SECRET": lambda: secrets.token_urlsafe(32),
    "SANDBOX_SECRET_KEY": lambda: secrets.token_urlsafe(48),
}


def load(state: Path) -> dict[str, str]:
    """Every secret by its variable's name; missing ones are made and written before they are handed out."""
    path = state / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = {name: make() for name, make in MAKERS.items() if name not in known}
    if missing:
        known |= missing
        write_private(path, json.dumps(known, indent=1).encode())
    return known


def signing_key_file(state: Path) -> Path:
    """The sandbox's OpenID Connect key (RSA, PEM), made when absent."""
    path = state / "sandbox-oidc.pem"
    if not path.exists():
        write_private(path, new_rsa_key())
    return path


def new_rsa_key() -> bytes:
    from cryptography.hazmat.primitives import serialization  # only present inside the virtual environment
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_private(path: Path, content: bytes) -> None:
    """All of it or nothing, never readable by others."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
