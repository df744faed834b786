"""Codes people say on the phone: `BWI-7K4M-92QX`.

Crockford base 32 (no I, L, O, U), seven random characters (35 bits) and one check character, so a
misheard code is told apart from an unknown one. Spoken or typed look-alikes are read as meant.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", " ": "", "-": "", ".": ""})


def new_code(prefix: str) -> str:
    """A fresh code such as `BWI-7K4M-92QX`; uniqueness is the caller's constraint."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(7))
    body += _check(body)
    return f"{prefix}-{body[:4]}-{body[4:]}"


def clean(text: str) -> str | None:
    """The code as issued, from however it was typed; None when it cannot be a code."""
    letters = text.strip().upper()
    prefix, rest = letters[:3], letters[3:].translate(_LOOK_ALIKES)
    if len(rest) != 8 or not prefix.isalpha() or any(letter not in ALPHABET for letter in rest):
        return None
    if _check(rest[:7]) != rest[7]:
        return None
    return f"{prefix}-{rest[:4]}-{rest[4:]}"


def _check(body: str) -> str:
    # Weights modulo the prime 31 catch a wrong character (except 0 for Z) and a swap of neighbours.
    total = sum((place + 2) * ALPHABET.index(letter) for place, letter in enumerate(body))
    return ALPHABET[total % 31]
