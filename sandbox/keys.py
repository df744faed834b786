"""The key that signs ID tokens: made once, kept in a file only its owner can read."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def load_or_create(path: Path) -> str:
    """The RSA private key (PEM) in `path`; written first where the file does not exist yet."""
    if not path.exists():
        _create(path)
    return path.read_text()


def _create(path: Path) -> None:
    pem = generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(pem)
    try:
        os.link(draft, path)  # refuses to replace the key another process has just made
    except FileExistsError:
        pass
    finally:
        draft.unlink()
