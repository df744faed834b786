"""Looking again when a better picture comes: last in the queue, shown to officers, deciding nothing by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment import services as enrollment
from enrollment.models import Application
from perlinsos.accounts.services import service_account
from perlinsos.core.models import AuditEvent
from tests import factories
from verification import tasks
from verification.enums import CheckState, FaceOutcome
from verification.models import FaceCheck
from verification.readiness import identity_of
from verification.services import faces
from verification.services.faces import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def confirmed(cast: Any) -> FaceCheck:
    """Indah was confirmed by hand: Dukcapil had no photograph of her."""
    return factories.FaceCheckFactory(
        application=cast.application,
        state=CheckState.CONFIRMED,
        reason="no_reference",
        judgement="same_person",
        settled_by=cast.ani,
        settled_at=timezone.now() - timedelta(days=40),
    )


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, int]]]:
    """What workers are woken for."""
    woken: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, kwargs, **_rest: woken.append((name, kwargs)))
    return woken


def new_selfie(application: Application) -> FaceCheck:
    document = enrollment.add_selfie(application, factories.photo(), by=application.owner)
    tasks.check_selfie(document_id=document.pk)
    tasks.check_selfie(document_id=document.pk)
    return FaceCheck.objects.get(selfie=document)


def found(check: FaceCheck, outcome: FaceOutcome, reason: str = "") -> None:
    claimed = FaceCheck.objects.take(check.pk)
    assert claimed is not None
    faces.record_finding(claimed, Finding(outcome, reason), by=service_account("verification"))
    check.refresh_from_db()


def test_a_new_selfie_of_a_confirmed_person_is_a_recheck(cast: Any, confirmed: FaceCheck) -> None:
    recheck = new_selfie(cast.application)
    assert recheck.recheck_of == confirmed
    assert identity_of(cast.application) == "verified"


@pytest.mark.parametrize(
    ("outcome", "reason", "state"),
    [
        (FaceOutcome.ACCEPT, "", CheckState.ACCEPTED),
        (FaceOutcome.REVIEW, "uncertain", CheckState.RETRY),
        (FaceOutcome.RETRY, "blurry", CheckState.RETRY),
        (FaceOutcome.REVIEW, "mismatch", CheckState.REVIEW),
    ],
)
def test_no_finding_takes_a_confirmation_away(
    client: Client, cast: Any, sign_in: Any, confirmed: FaceCheck, outcome: FaceOutcome, reason: str, state: str
) -> None:
    recheck = new_selfie(cast.application)
    found(recheck, outcome, reason)
    assert recheck.state == state
    assert identity_of(cast.application) == "verified"
    sign_in(client, cast.ani)
    shown = reverse("face-review", args=[recheck.public_id]) in client.get("/petugas/wajah/").content.decode()
    assert shown == (state == CheckState.REVIEW)
    page = client.get(reverse("face-review", args=[confirmed.public_id])).content.decode()
    assert "Dicocokkan lagi" in page


def test_two_officers_who_doubt_have_the_person_met(
    client: Client, cast: Any, sign_in: Any, confirmed: FaceCheck
) -> None:
    recheck = new_selfie(cast.application)
    found(recheck, FaceOutcome.REVIEW, "mismatch")
    address = reverse("face-review", args=[recheck.public_id])
    for who, identity in (("budi", "verified"), ("ani", "pending")):
        sign_in(client, cast[who])
        client.post(address, {"reason": "other_face"})
        client.post(address, {"reason": "other_face", "is_final": "on"})
        assert identity_of(cast.application) == identity
    assert FaceCheck.objects.latest_first().first().selfie is None


def test_rechecks_wait_until_nobody_waits(
    cast: Any,
    confirmed: FaceCheck,
    sent: list[tuple[str, dict[str, int]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    recheck = new_selfie(cast.application)
    waiting = factories.FaceCheckFactory(application=cast.joko_application)
    for expected in (None, recheck):
        sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sweep_rechecks()
        assert sent == ([("verification.compare_face", {"face_check_id": expected.pk})] if expected else [])
        FaceCheck.objects.filter(pk=waiting.pk).update(state=CheckState.REVIEW)
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_faces()
    assert ("verification.compare_face", {"face_check_id": recheck.pk}) not in sent


def test_the_register_is_asked_again_when_it_had_no_photograph(cast: Any, confirmed: FaceCheck) -> None:
    soon = factories.FaceCheckFactory(
        application=cast.joko_application,
        state=CheckState.CONFIRMED,
        reason="no_reference",
        judgement="same_person",
        settled_by=cast.ani,
        settled_at=timezone.now(),
    )
    for _twice in range(2):
        tasks.ask_register_again()
    recheck = FaceCheck.objects.get(recheck_of=confirmed)
    assert recheck.selfie == confirmed.selfie
    assert not soon.rechecks.exists()
    assert (
        AuditEvent.objects.get(subject_id=recheck.pk, action__endswith="opened").data["reason"] == "ask_register_again"
    )
    for times in (2, 3, 3):  # the photograph is still missing: again a month later, three times at most
        FaceCheck.objects.filter(recheck_of=confirmed).update(
            state=CheckState.RETRY, reason="no_reference", created_at=timezone.now() - timedelta(days=31)
        )
        tasks.ask_register_again()
        assert confirmed.rechecks.count() == times
