"""Photographs of faces: kept as long as somebody may need them, then erased for good, with a trace."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from appeals.objection_periods import objections_end
from eligibility.models import Batch
from enrollment.models import Application, Consent
from perlinsos.accounts.models import User
from perlinsos.core import files
from perlinsos.core.models import AuditEvent, StoredFile
from perlinsos.regions.models import Parameter
from tests import factories
from tests.cast import JATILUWIH
from verification import retaining, tasks
from verification.enums import CheckState, Source
from verification.models import FaceCheck, FaceTemplate
from verification.policies import RetentionPolicy
from verification.retaining import Case, RetentionReason
from verification.services import retention

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAGE = "/petugas/foto/"
CHANCE_FACE = np.linspace(-0.2, 0.2, 128, dtype=np.float32)


def ago(**fields: float) -> datetime:
    return NOW - timedelta(**fields)


def announced(*, closed: datetime, looked: datetime | None = None, **fields: Any) -> FaceCheck:
    """An accepted check with selfie and reference, of a case whose objection period ends at `closed`."""
    application = factories.ApplicationFactory(announced=True, **fields)
    check = factories.FaceCheckFactory(application=application, accepted=True, reference=factories.StoredFileFactory())
    FaceCheck.objects.filter(pk=check.pk).update(updated_at=looked or ago(days=200))
    batch = in_a_batch(application)
    factories.ObjectionWindowFactory(batch=batch, opens_at=closed - timedelta(days=30), closes_at=closed)
    return check


def in_a_batch(application: Application) -> Batch:
    """An announced batch of a programme of its own; its window is opened by whoever asks for it."""
    programme = factories.ProgrammeFactory(code=f"uji{Batch.objects.count()}")
    batch = factories.BatchFactory(announced=True, programme=programme)
    factories.BatchEntryFactory(batch=batch, application=application)
    return batch


def pictures(check: FaceCheck) -> list[StoredFile]:
    assert check.selfie is not None
    return list(StoredFile.objects.filter(pk__in=[check.selfie.file_id, check.reference_id]).order_by("pk"))


def on_disk(file: StoredFile) -> list[Path]:
    return list(Path(settings.FILES_ROOT).rglob(file.public_id.hex))


def swept() -> int:
    return sum(retention.erase_pictures(page, by=factories.UserFactory()) for page in retaining.pages())


# --- the rule ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "due", "reason"),
    [
        (Case("announced", ago(days=1), ago(days=90), ago(days=31)), ago(days=1), "objections_over"),
        (Case("announced", ago(days=1), ago(days=10), ago(days=31)), ago(days=-20), "objections_over"),
        (Case("announced", ago(days=1), ago(days=90), None), None, "objections_open"),
        (Case("announced", ago(days=1), None, ago(days=31)), None, "case_open"),
        (Case("matching", ago(days=400), ago(days=400), ago(days=31)), None, "case_open"),
        (Case("draft", ago(days=31)), ago(days=1), "unsent"),
        (Case("announced", ago(days=1), ago(days=90), ago(days=31), has_open_question=True), None, "open_question"),
        (Case("withdrawn", ago(days=1), has_open_question=True), ago(days=1), "withdrawn"),
        (Case("withdrawn", ago(days=1), is_closed=True), ago(days=1), "objections_over"),
        (Case("withdrawn", ago(days=1), has_open_question=True, is_closed=True), None, "open_question"),
        (Case("matching", ago(days=1), consent_withdrawn=True), ago(days=1), "withdrawn"),
    ],
)
def test_when_a_photograph_is_due(case: Case, due: datetime | None, reason: str) -> None:
    assert retaining.term(case, RetentionPolicy(), taken_at=ago(days=500)) == retaining.Term(
        RetentionReason(reason), due
    )


def test_a_photograph_that_could_not_be_used_is_kept_three_days_at_most() -> None:
    ends = retaining.term(Case("draft", NOW), RetentionPolicy(), taken_at=NOW, is_unusable=True)
    assert ends == retaining.Term(RetentionReason.UNUSABLE, NOW + timedelta(hours=72))


@pytest.mark.parametrize(
    "value",
    [5, {}, {"version": "x", "picture_days": -1}, {"version": "x", "frame_hours": 73}, {"version": "x", "days": 3},
     {"version": "x" * 41}, {"version": "x", "picture_days": True}],
)  # fmt: skip
def test_a_term_that_cannot_be_meant_leaves_the_standard_one(value: Any) -> None:
    factories.ParameterFactory(name=Parameter.Name.PICTURE_RETENTION, value=value)
    assert retaining.policy_of("35.10.22.2003") == RetentionPolicy()


# --- erasing ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_after_the_objections_the_bytes_go_and_the_row_says_when_why_and_what() -> None:
    over, open_still = announced(closed=ago(days=31)), announced(closed=ago(days=29))
    paths = [path for file in pictures(over) for path in on_disk(file)]
    assert len(paths) == 2
    assert swept() == 2
    assert not any(path.exists() for path in paths)
    for file in pictures(over):
        assert (file.removed_under, len(file.sha256)) == ("standard-1: objections_over", 64)
        assert file.erased_at
        assert file.removed_at
    assert all(on_disk(file) for file in pictures(open_still))
    over.refresh_from_db()
    assert (over.state, over.raw_distance) == (CheckState.ACCEPTED, 0.31)
    assert AuditEvent.objects.filter(action="verification.photograph.erased").count() == 2
    assert swept() == 0
    assert AuditEvent.objects.filter(action="verification.photograph.erased").count() == 2


def test_a_crash_between_row_and_disk_is_finished_by_the_next_sweep() -> None:
    check = announced(closed=ago(days=31))
    assert swept() == 2  # inside the test's transaction: decided, and nothing unlinked yet
    first, second = pictures(check)
    assert on_disk(first)
    on_disk(second)[0].unlink()  # this one was unlinked before its row said so
    assert (first.erased_at, second.erased_at) == (None, None)
    tasks.sweep_retention()
    assert not on_disk(first)
    assert all(file.erased_at for file in pictures(check))


def test_a_pending_objection_a_window_to_come_and_an_open_question_keep_photographs(cast: Any) -> None:
    contested = announced(closed=ago(days=90))
    window = contested.application.batch_entries.get().batch.objection_window
    factories.AppealFactory(application=contested.application, window=window)
    unopened = announced(closed=ago(days=90))
    in_a_batch(unopened.application)
    asked = announced(closed=ago(days=90))
    pair = factories.pair(asked.application, cast.joko_application)
    FaceCheck.objects.update(updated_at=ago(days=200))
    assert objections_end([check.application_id for check in (contested, unopened)]) == {}
    assert swept() == 0
    type(pair).objects.filter(pk=pair.pk).update(state="different", answer="twins", settled_by=cast.ani, settled_at=NOW)
    assert swept() == 3  # selfie, reference, and the picture that looked like somebody else's
    assert not any(file.removed_at for check in (contested, unopened) for file in pictures(check))


def test_a_region_sets_its_own_term_with_a_decree() -> None:
    factories.ParameterFactory(
        name=Parameter.Name.PICTURE_RETENTION,
        value={"version": "bupati-9", "picture_days": 5},
        source="Perbup Banyuwangi 9/2026",
    )
    here = announced(closed=ago(days=6))
    elsewhere = announced(closed=ago(days=6), village=factories.area(JATILUWIH))
    assert swept() == 2
    assert {file.removed_under for file in pictures(here)} == {"bupati-9: objections_over"}
    assert not any(file.removed_at for file in pictures(elsewhere))


@pytest.mark.parametrize("way", ["application", "consent"])
def test_who_withdraws_is_forgotten_by_the_next_sweep(way: str, worker: User) -> None:
    application = factories.ApplicationFactory(submitted=True)
    factories.ConsentFactory(
        application=application, text=factories.ConsentTextFactory(source=Source.DUKCAPIL), given_at=NOW
    )
    other = factories.enrolled(factories.ApplicationFactory(submitted=True), CHANCE_FACE)
    template = factories.enrolled(application, CHANCE_FACE)
    tasks.fold_gallery()
    tasks.erase_templates()
    assert swept() == 0
    if way == "application":
        Application.objects.filter(pk=application.pk).update(state="withdrawn")
    else:
        Consent.objects.update(withdrawn_at=NOW)
    tasks.erase_templates()
    tasks.erase_templates()
    assert swept() == 1
    template.refresh_from_db()
    assert (template.sealed, template.segment, template.erased_under) == (None, None, "withdrawn")
    assert FaceTemplate.objects.enrolled().get() == other
    erased = AuditEvent.objects.get(action="verification.face_template.erased")
    assert erased.subject_id == template.face_check_id


def test_the_command_counts_first_and_erases_when_told() -> None:
    check = announced(closed=ago(days=31))
    announced(closed=ago(days=1))

    def said(*arguments: str) -> str:
        out = StringIO()
        call_command("erase_pictures", *arguments, stdout=out)
        return out.getvalue()

    dry = said()
    assert "due now: 2" in dry
    assert "2  standard-1: objections_over" in dry
    assert "kept: 2" in dry
    assert not any(file.removed_at for file in pictures(check))
    assert "erased: 2" in said("--now")
    assert all(file.erased_at for file in pictures(check))
    assert "due now: 0" in said()


# --- pages ------------------------------------------------------------------------------------


def test_the_page_says_what_is_kept_what_was_erased_and_under_which_rule(
    client: Client, cast: Any, sign_in: Any
) -> None:
    factories.ParameterFactory(
        name=Parameter.Name.PICTURE_RETENTION, value={"version": "bupati-9"}, source="Perbup Banyuwangi 9/2026"
    )
    gone, due = announced(closed=ago(days=31)), announced(closed=ago(days=1))
    theirs = announced(closed=ago(days=1), village=factories.area(JATILUWIH))
    swept()
    sign_in(client, cast.ani)
    page = client.get(PAGE).content.decode()
    assert "Perbup Banyuwangi 9/2026" in page
    assert "bupati-9: objections_over" in page
    assert pictures(gone)[0].sha256[:16] in page
    assert due.application.receipt_code in page
    assert theirs.application.receipt_code not in page
    assert "Siapa melihat foto" not in page
    for who, status in (("citra", 200), ("gita", 200), ("hadi", 403), ("eko", 403), ("laras", 403), ("indah", 403)):
        sign_in(client, cast[who])
        assert client.get(PAGE).status_code == status, who


def test_auditors_see_who_looked_at_photographs_of_their_area(client: Client, cast: Any, sign_in: Any) -> None:
    looked = "2026-02-03"
    checks = [
        factories.FaceCheckFactory(application=application, review=True)
        for application in (cast.application, cast.kirana_application)
    ]
    for who, check, page in (("ani", checks[0], "wajah"), ("citra", checks[1], "wajah"), ("indah", checks[0], "")):
        sign_in(client, cast[who])
        referer = f"http://testserver/petugas/{page}/{check.public_id}/" if page else ""
        assert client.get(f"/berkas/{check.selfie.file.public_id}/", headers={"referer": referer}).status_code == 200
    sign_in(client, cast.gita)
    page = client.get(f"{PAGE}dilihat/").content.decode()
    assert "Ani" in page
    assert "Membandingkan wajah" in page
    assert "Keluarga" in page
    assert "Citra" not in page
    assert cast.kirana_application.receipt_code not in page
    assert "Ani" not in client.get(f"{PAGE}dilihat/?last={looked}").content.decode()
    assert client.get(f"{PAGE}dilihat/?first=nonsense&before=x").status_code == 200
    first = AuditEvent.objects.filter(action="verification.photograph.viewed").order_by("pk").first()
    assert not client.get(f"{PAGE}dilihat/?before={first.pk}").context["looks"]
    for who in ("ani", "dewi", "hadi", "eko", "laras", "indah"):
        sign_in(client, cast[who])
        assert client.get(f"{PAGE}dilihat/").status_code == 403, who


def test_an_erased_photograph_leaves_the_pages_whole(client: Client, cast: Any, sign_in: Any) -> None:
    check = factories.FaceCheckFactory(application=cast.application, review=True)
    files.remove(check.selfie.file, under="standard-1: unusable")
    sign_in(client, cast.ani)
    page = client.get(f"/petugas/wajah/{check.public_id}/").content.decode()
    assert "Foto sudah dihapus" in page
    assert str(check.selfie.file.public_id) not in page
    assert client.get(f"/berkas/{check.selfie.file.public_id}/").status_code == 404
