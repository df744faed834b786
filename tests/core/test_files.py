"""Stored files: sealed on disk, named by nothing a visitor chose, outside what the web serves."""

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from perlinsos.core import crypto, files
from perlinsos.core.errors import InputError
from perlinsos.core.models import StoredFile
from tests.factories import photo

pytestmark = pytest.mark.django_db


def on_disk(file: StoredFile) -> Path:
    [path] = Path(settings.FILES_ROOT).rglob(file.public_id.hex)
    return path


def test_a_photo_comes_back_and_the_disk_holds_no_picture() -> None:
    file = files.store_photo(photo((640, 480)))
    assert files.read(file)[:3] == b"\xff\xd8\xff"
    sealed = on_disk(file).read_bytes()
    assert b"\xff\xd8\xff" not in sealed[:200]
    assert b"JFIF" not in sealed
    assert stat.S_IMODE(on_disk(file).stat().st_mode) == 0o600


def test_a_pdf_is_kept_as_it_is() -> None:
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
    file = files.store_document(pdf)
    assert (file.content_type, files.read(file)) == ("application/pdf", pdf)


def test_a_pdf_that_is_too_big_is_refused_in_words() -> None:
    with pytest.raises(InputError) as refused:
        files.store_document(b"%PDF-1.7\n" + b"0" * files.DOCUMENT_MAX_BYTES)
    assert refused.value.code == "file_too_big"


def test_files_lie_outside_everything_that_is_served() -> None:
    root = Path(settings.FILES_ROOT).resolve()
    served = [Path(settings.STATIC_ROOT).resolve(), *(Path(folder).resolve() for folder in settings.STATICFILES_DIRS)]
    assert not any(root == place or place in root.parents for place in served)


def test_a_path_is_made_of_our_own_random_name_only() -> None:
    """Nothing that arrives with an upload reaches the file system: not its name, not its type."""
    file = files.store_generated(b"letter", "../../etc/passwd")
    path = on_disk(file).resolve()
    assert path.parent.parent == Path(settings.FILES_ROOT).resolve()
    assert path.name == file.public_id.hex


def test_a_file_touched_on_disk_is_not_shown() -> None:
    file = files.store_generated(b"letter", "application/pdf")
    path = on_disk(file)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(crypto.SealBroken):
        files.read(file)


def test_a_file_put_in_the_place_of_another_is_not_shown() -> None:
    mine, theirs = files.store_generated(b"mine", "text/plain"), files.store_generated(b"theirs", "text/plain")
    on_disk(mine).write_bytes(on_disk(theirs).read_bytes())
    with pytest.raises(crypto.SealBroken):
        files.read(mine)


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_is_rolled_back_keeps_the_file() -> None:
    file = files.store_generated(b"letter", "text/plain")
    with transaction.atomic():
        files.remove(file, under="test: rolled back")
        transaction.set_rollback(True)
    assert files.read(file) == b"letter"
    files.remove(file, under="test: over")
    assert not list(Path(settings.FILES_ROOT).rglob(file.public_id.hex))
    file.refresh_from_db()
    assert file.removed_at
    assert (file.removed_under, len(file.sha256)) == ("test: over", 64)
    assert file.erased_at


def test_a_removal_whose_process_died_is_finished_later() -> None:
    died_before, died_after = files.store_generated(b"one", "text/plain"), files.store_generated(b"two", "text/plain")
    for file in (died_before, died_after):
        files.remove(file, under="test: over")  # the test's transaction never commits: nothing is unlinked yet
    kept = on_disk(died_before)
    on_disk(died_after).unlink()
    assert files.finish_removals() == 2
    assert not kept.exists()
    assert not StoredFile.objects.filter(erased_at=None).exists()
    assert files.finish_removals() == 0
