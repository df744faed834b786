"""Keeping uploaded files: type by content, sealed, outside the web root, under an opaque name."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.core import crypto, images
from perlinsos.core.errors import InputError
from perlinsos.core.models import StoredFile

DOCUMENT_MAX_BYTES = 10 * 1024 * 1024


def store_photo(data: bytes) -> StoredFile:
    """Re-encode a photograph (no metadata, no hidden tail) and keep it. Raises InputError."""
    photo = images.normalise_photo(data)
    return _keep(photo.data, "image/jpeg")


def store_document(data: bytes) -> StoredFile:
    """Keep a PDF as it is, or a photograph of a document re-encoded. Raises InputError."""
    if images.sniff(data) != "application/pdf":
        return store_photo(data)
    if len(data) > DOCUMENT_MAX_BYTES:
        raise InputError(_("The file is too big. Send a file smaller than 10 MB."), code="file_too_big")
    return _keep(data, "application/pdf")


def store_generated(data: bytes, content_type: str) -> StoredFile:
    """Keep a file the portal itself made, such as a letter."""
    return _keep(data, content_type)


def read(file: StoredFile) -> bytes:
    """The bytes that were stored. Raises SealBroken when the file on disk was touched."""
    return crypto.unseal(_path(file).read_bytes(), place=_place(file))


def _keep(data: bytes, content_type: str) -> StoredFile:
    file = StoredFile.objects.create(content_type=content_type, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    path = _path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(crypto.seal(data, place=_place(file)))
    path.chmod(0o600)
    return file


def _place(file: StoredFile) -> str:
    return f"core.storedfile.{file.public_id}"


def _path(file: StoredFile) -> Path:
    name = file.public_id.hex
    return Path(settings.FILES_ROOT) / name[:2] / name


@transaction.atomic
def remove(file: StoredFile) -> None:
    """Delete the bytes under a retention rule; the row with hash and size stays."""
    StoredFile.objects.filter(pk=file.pk, removed_at=None).update(removed_at=timezone.now())
    transaction.on_commit(lambda: _path(file).unlink(missing_ok=True), robust=True)
