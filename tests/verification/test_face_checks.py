"""A selfie from the form to its outcome: real photographs, the running sandbox, the task itself."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from enrollment.enums import ApplicationState, PhotoRoute
from enrollment.models import Application, Consent, Document
from perlinsos.core import files
from tests import factories
from tests.support import faces as photographs
from tests.support import pictures
from tests.support.sandbox_process import Sandbox
from tests.verification.cases import sent
from verification import connectors, tasks
from verification.enums import CheckState, FaceOutcome, Source
from verification.faces import pipeline
from verification.faces.calibration import FEWEST_STRANGERS, Rate, Rates
from verification.faces.normalise import start_centres
from verification.faces.thresholds import STRICT
from verification.models import MAX_LOST_LEASES, FaceCheck, SourceHealth
from verification.operating import Means
from verification.services import faces, readiness, thresholds

pytestmark = pytest.mark.django_db


def applicant(ministries: Sandbox, key: str = "eligible", *, state: str = ApplicationState.DRAFT) -> Application:
    return sent(ministries.residents[key], state=state)


def selfie(application: Application, data: bytes) -> Document:
    return factories.DocumentFactory(application=application, file=files.store_photo(data))


def compared(application: Application, data: bytes) -> FaceCheck:
    """The check of a new selfie after the worker has looked at it."""
    document = selfie(application, data)
    tasks.check_selfie(document_id=document.pk)
    check = FaceCheck.objects.get(selfie=document)
    tasks.compare_face(face_check_id=check.pk)
    check.refresh_from_db()
    return check


def test_the_same_person_is_accepted_or_looked_at(ministries: Sandbox) -> None:
    check = compared(applicant(ministries), photographs.portrait(photographs.OBAMA_AGAIN))
    assert check.state in (CheckState.ACCEPTED, CheckState.REVIEW)
    assert 0 < check.raw_distance < 0.6
    assert check.threshold_version == "strict-2"
    assert check.engine_version.startswith("dlib")
    assert check.face_template.sealed
    assert check.face_template.engine_version == STRICT.recogniser  # whatever found the face


def test_the_registered_photograph_itself_is_accepted_and_nothing_is_kept_for_officers(ministries: Sandbox) -> None:
    check = compared(applicant(ministries), photographs.portrait(photographs.OBAMA))
    assert (check.state, check.reason, check.reference) == (CheckState.ACCEPTED, "", None)
    assert readiness.of(check.application).identity == "verified"


def test_every_distance_is_kept_with_the_means_it_is_seen_from(ministries: Sandbox, cast: Any) -> None:
    start, picture = start_centres(), photographs.portrait(photographs.OBAMA_AGAIN)
    alone = compared(applicant(ministries), picture)
    assert alone.raw_distance is not None
    assert (alone.population_distance, alone.general_distance, alone.mean_version) == (None, None, "")
    proposed = thresholds.propose_set(
        replace(STRICT, version="id-1"),
        Means(start.version, start.general.tolist(), start.population.tolist(), start.people),
        measured={"all": Rates(Rate(0, FEWEST_STRANGERS), Rate(9, 10), Rate(0, 10))},
        area=None,
        decree=None,
        by=cast.laras,
    )
    thresholds.enact_set(proposed, by=factories.UserFactory(staff=True, is_admin=True, is_superuser=True))
    check = compared(alone.application, picture)
    assert (check.threshold_version, check.mean_version) == ("id-1", "start-1")
    kept = files.read(check.selfie.file)
    reference = connectors.reference_photograph(check.application.applicant.nik, request_id=check.public_id)
    found = pipeline.compare(kept, reference, STRICT, mean=start)
    assert (check.raw_distance, check.population_distance, check.general_distance) == pytest.approx(
        (found.raw, found.cen, found.gen)
    )
    assert len({found.raw, found.cen, found.gen}) == 3


@pytest.mark.parametrize(
    ("bad", "constraint"),
    [
        ({"population_distance": 0.8, "general_distance": 0.9}, "two_named_means"),
        ({"population_distance": 0.8, "mean_version": "start-1"}, "two_named_means"),
        ({"mean_version": "start-1"}, "two_named_means"),
        ({"similarity": 75}, "is_a_share"),
    ],
)
def test_the_database_refuses_numbers_that_nobody_could_read(bad: dict[str, Any], constraint: str) -> None:
    check = factories.FaceCheckFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        FaceCheck.objects.filter(pk=check.pk).update(**bad)


def test_another_person_is_never_accepted_and_never_refused(ministries: Sandbox) -> None:
    check = compared(applicant(ministries), photographs.portrait(photographs.BIDEN))
    assert (check.state, check.reason) == (CheckState.REVIEW, "mismatch")
    assert check.reference is not None  # the officer needs both pictures
    assert files.read(check.reference).startswith(b"\xff\xd8\xff")


def test_a_wrong_photograph_at_dukcapil_goes_to_an_officer(ministries: Sandbox) -> None:
    check = compared(applicant(ministries, "refused_face"), photographs.portrait(photographs.OBAMA))
    assert check.state == CheckState.REVIEW


def test_no_photograph_at_dukcapil_goes_to_an_officer(ministries: Sandbox) -> None:
    check = compared(applicant(ministries, "elder_alone"), photographs.portrait(photographs.OBAMA))
    assert (check.state, check.reason, check.reference) == (CheckState.REVIEW, "no_reference", None)


@pytest.mark.parametrize(
    ("spoil", "hint"),
    [
        (lambda good: pictures.wall(), "none"),
        (lambda good: pictures.side_by_side(good, photographs.portrait(photographs.BIDEN)), "many"),
        (lambda good: pictures.blurred(good, 14), "blurry"),
    ],
)
def test_a_picture_that_cannot_be_judged_is_taken_again(ministries: Sandbox, spoil: Any, hint: str) -> None:
    ministries.set("dukcapil-photo", down=True)  # nobody is asked about a person for a picture of a wall
    check = compared(applicant(ministries), spoil(photographs.portrait(photographs.OBAMA)))
    assert (check.state, check.reason) == (CheckState.RETRY, hint)
    assert not SourceHealth.objects.filter(source=Source.PHOTOGRAPH).exists()


def test_after_three_tries_an_officer_looks(ministries: Sandbox) -> None:
    application = applicant(ministries)
    outcomes = [compared(application, pictures.wall()) for _ in range(3)]
    assert [(check.state, check.reason) for check in outcomes] == [
        (CheckState.RETRY, "none"),
        (CheckState.RETRY, "none"),
        (CheckState.REVIEW, "tries_used"),
    ]


def test_once_the_form_is_sent_nobody_is_called_back_for_a_picture(ministries: Sandbox) -> None:
    application = applicant(ministries, state=ApplicationState.MATCHING)
    check = compared(application, pictures.wall())
    assert (check.state, check.reason) == (CheckState.REVIEW, "none")


def test_a_face_an_officer_turned_down_is_not_accepted_by_the_machine(ministries: Sandbox, cast: Any) -> None:
    application = applicant(ministries)
    factories.FaceCheckFactory(
        application=application, state=CheckState.REJECTED, settled_by=cast.budi, judgement="different_person"
    )
    check = compared(application, photographs.portrait(photographs.OBAMA))
    assert (check.state, check.reason) == (CheckState.REVIEW, "rejected_before")


def test_while_dukcapil_is_down_the_check_waits_and_then_goes_on(ministries: Sandbox) -> None:
    ministries.set("dukcapil-photo", down=True)
    check = compared(applicant(ministries), photographs.portrait(photographs.OBAMA))
    assert (check.state, check.attempts) == (CheckState.QUEUED, 1)
    assert timezone.now() < check.due_at < timezone.now() + timedelta(seconds=10)
    assert SourceHealth.objects.get(source=Source.PHOTOGRAPH).failures == 1
    ministries.set("dukcapil-photo", down=False)
    FaceCheck.objects.update(due_at=timezone.now())
    tasks.compare_face(face_check_id=check.pk)
    check.refresh_from_db()
    assert check.state == CheckState.ACCEPTED


def test_with_the_breaker_open_dukcapil_is_left_alone(ministries: Sandbox) -> None:
    later = timezone.now() + timedelta(seconds=30)
    SourceHealth.objects.create(source=Source.PHOTOGRAPH, state="open", failures=5, retry_at=later)
    check = compared(applicant(ministries), photographs.portrait(photographs.OBAMA))
    assert check.state == CheckState.QUEUED
    assert SourceHealth.objects.get(source=Source.PHOTOGRAPH).failures == 5


def test_without_consent_dukcapil_is_not_asked(ministries: Sandbox) -> None:
    application = applicant(ministries)
    Consent.objects.update(withdrawn_at=timezone.now())
    check = compared(application, photographs.portrait(photographs.OBAMA))
    assert (check.state, check.reason) == (CheckState.REVIEW, "no_consent")


def test_the_region_sets_the_thresholds(ministries: Sandbox) -> None:
    application = applicant(ministries)
    factories.ParameterFactory(name="face_thresholds", value={"version": "bwi-1", "accept_raw_alone": 0.0001})
    check = compared(application, photographs.portrait(photographs.OBAMA_AGAIN))
    assert (check.state, check.threshold_version) == (CheckState.REVIEW, "bwi-1")


def test_thresholds_nobody_can_have_meant_are_replaced_by_the_strict_ones(
    ministries: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    application = applicant(ministries)
    factories.ParameterFactory(name="face_thresholds", value={"version": "oops", "accept_raw_alone": 0.9})
    assert compared(application, photographs.portrait(photographs.BIDEN)).threshold_version == "strict-2"
    assert "strict ones count" in caplog.text


def test_who_cannot_be_photographed_meets_an_officer(ministries: Sandbox) -> None:
    application = applicant(ministries)
    tasks.open_manual_check(application_id=application.pk)
    tasks.open_manual_check(application_id=application.pk)
    check = FaceCheck.objects.get()
    tasks.compare_face(face_check_id=check.pk)
    check.refresh_from_db()
    assert (check.state, check.reason, check.selfie) == (CheckState.REVIEW, "manual_route", None)
    assert check.reference is not None


def test_a_form_sent_with_an_unusable_picture_leaves_nobody_stuck(ministries: Sandbox) -> None:
    application = applicant(ministries)
    compared(application, pictures.wall())
    Application.objects.update(state=ApplicationState.SUBMITTED)
    tasks.start_matching(application_id=application.pk)
    assert FaceCheck.objects.latest_first().first().reason == "manual_route"


def test_a_picture_is_checked_once(ministries: Sandbox) -> None:
    document = selfie(applicant(ministries), photographs.portrait(photographs.OBAMA))
    for _ in range(2):
        tasks.check_selfie(document_id=document.pk)
    check = FaceCheck.objects.get()
    for _ in range(2):
        tasks.compare_face(face_check_id=check.pk)
    check.refresh_from_db()
    assert check.attempts == 1


def test_the_late_result_of_a_lost_lease_is_dropped(ministries: Sandbox, worker: Any) -> None:
    document = selfie(applicant(ministries), photographs.portrait(photographs.OBAMA))
    tasks.check_selfie(document_id=document.pk)
    check = FaceCheck.objects.get()
    slow = faces.claim_check(check.pk)
    FaceCheck.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = faces.claim_check(check.pk)
    review, accept = faces.Finding(FaceOutcome.REVIEW, "uncertain"), faces.Finding(FaceOutcome.ACCEPT)
    assert faces.record_finding(quick.check, review, by=worker)
    assert not faces.record_finding(slow.check, accept, by=worker)
    faces.record_postponed(slow.check)
    check.refresh_from_db()
    assert check.state == CheckState.REVIEW


def test_a_picture_that_kills_workers_goes_to_an_officer() -> None:
    check = factories.FaceCheckFactory()
    for _ in range(MAX_LOST_LEASES + 1):
        faces.claim_check(check.pk)
        FaceCheck.objects.filter(state=CheckState.RUNNING).update(lease_until=timezone.now())
    check.refresh_from_db()
    assert (check.state, check.reason) == (CheckState.REVIEW, "not_compared")


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_one_compares() -> None:
    check = factories.FaceCheckFactory()

    def claim(_number: int) -> bool:
        try:
            return faces.claim_check(check.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1


def test_the_sweep_finds_pictures_and_wishes_nobody_was_told_about(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, kwargs, **_: woken.append((name, kwargs)))
    unseen = factories.DocumentFactory()
    due = factories.FaceCheckFactory()
    factories.FaceCheckFactory(review=True)
    wish = factories.ApplicationFactory(photo_route=PhotoRoute.MANUAL)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_faces()
    assert woken == [
        ("verification.compare_face", {"face_check_id": due.pk}),
        ("verification.check_selfie", {"document_id": unseen.pk}),
        ("verification.open_manual_check", {"application_id": wish.pk}),
    ]


def test_who_waits_is_looked_at_before_a_recheck(ministries: Sandbox) -> None:
    application = applicant(ministries)
    settled = factories.FaceCheckFactory(application=application, manual=True)
    recheck = factories.FaceCheckFactory(application=application, selfie=selfie(application, pictures.wall()))
    FaceCheck.objects.filter(pk=recheck.pk).update(recheck_of=settled, due_at=timezone.now() - timedelta(hours=1))
    waiting = factories.FaceCheckFactory(
        application=applicant(ministries, "elder_alone"), selfie=selfie(application, pictures.wall())
    )
    assert faces.claim_check(recheck.pk) is None
    claimed = faces.claim_check(waiting.pk)
    assert claimed is not None
    assert faces.claim_check(recheck.pk) is not None  # nobody else waits to be taken up now
