"""What counts as a photograph here: a small JPEG or PNG, recognised by its first bytes."""

MAX_BYTES = 3 * 1024 * 1024
SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def content_type_of(content: bytes) -> str | None:
    """The content type by signature, or None when it is neither JPEG nor PNG."""
    for signature, content_type in SIGNATURES.items():
        if content.startswith(signature):
            return content_type
    return None
