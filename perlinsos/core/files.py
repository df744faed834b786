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
    return store_normalised(images.normalise_photo(data))


def store_normalised(photo: images.NormalisedImage) -> StoredFile:
    """Keep a photograph that was re-encoded already, where several must be good before any is kept."""
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
def remove(file: StoredFile, *, under: str) -> None:
    """Delete the bytes under a retention policy; the row stays with hash and size and says when and why.

    From the commit on nobody gets the bytes; then they are unlinked. A process that dies in between
    leaves a row without `erased_at`, which `finish_removals` finds.
    """
    now = timezone.now()
    StoredFile.objects.filter(pk=file.pk, removed_at=None).update(removed_at=now, removed_under=under, updated_at=now)
    transaction.on_commit(lambda: _unlink(file), robust=True)


def finish_removals(at_once: int = 1000) -> int:
    """Unlink what was removed while the process died before it could; returns how many files that were."""
    left = list(StoredFile.objects.filter(removed_at__isnull=False, erased_at=None).order_by("pk")[:at_once])
    for file in left:
        _unlink(file)
    return len(left)


def _unlink(file: StoredFile) -> None:
    _path(file).unlink(missing_ok=True)
    StoredFile.objects.filter(pk=file.pk, erased_at=None).update(erased_at=timezone.now())
