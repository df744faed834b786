"""When a case is complete: every source has spoken and the person is verified, no sooner."""

from typing import Any

import pytest

from eligibility import queue
from enrollment.enums import ApplicationState
from enrollment.models import Application
from tests import factories
from verification.enums import CheckState, Purpose, RequestState, Source
from verification.services import readiness

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(db: None) -> Application:
    return factories.ApplicationFactory(matching=True)


def test_all_answered_and_verified_is_ready(application: Application) -> None:
    factories.SourceRequestFactory(application=application, answered=True)
    factories.SourceRequestFactory(application=application, source=Source.DTSEN, not_found=True)
    factories.FaceCheckFactory(application=application, accepted=True)
    assert readiness.of(application) == readiness.Readiness(2, 2, (), "verified", True)


def test_a_source_the_decision_does_not_need_is_not_waited_for(application: Application) -> None:
    factories.SourceRequestFactory(application=application, answered=True)
    factories.SourceRequestFactory(application=application, source=Source.BPN, is_blocking=False)
    factories.FaceCheckFactory(application=application, accepted=True)
    assert readiness.of(application) == readiness.Readiness(2, 1, (Source.BPN,), "verified", True)
    assert queue.due() == [application.pk]


@pytest.mark.parametrize("state", [RequestState.DUE, RequestState.RUNNING, RequestState.AWAITED, RequestState.PARKED])
def test_a_source_that_has_not_spoken_is_waited_for(application: Application, state: str) -> None:
    factories.SourceRequestFactory(application=application, source=Source.PLN, state=state)
    factories.SourceRequestFactory(application=application, source=Source.BPN, answered=True)
    factories.FaceCheckFactory(application=application, accepted=True)
    assert readiness.of(application) == readiness.Readiness(2, 1, ("pln",), "verified", False)


@pytest.mark.parametrize(
    ("state", "identity"),
    [
        (CheckState.QUEUED, "pending"),
        (CheckState.RUNNING, "pending"),
        (CheckState.RETRY, "pending"),
        (CheckState.REVIEW, "review"),
        (CheckState.ACCEPTED, "verified"),
        (CheckState.CONFIRMED, "verified"),
        (CheckState.REJECTED, "rejected"),
    ],
)
def test_identity_follows_the_newest_check(application: Application, cast: Any, state: str, identity: str) -> None:
    factories.FaceCheckFactory(application=application, accepted=True)
    settled = {"settled_by": cast.budi, "judgement": "different_person"} if state in ("confirmed", "rejected") else {}
    factories.FaceCheckFactory(application=application, state=state, **settled)
    found = readiness.of(application)
    assert (found.identity, found.is_ready) == (identity, identity == "verified")


def test_without_any_check_the_identity_is_pending(application: Application) -> None:
    assert readiness.of(application).identity == "pending"


@pytest.mark.parametrize("state", [ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN])
def test_before_the_matching_nothing_is_ready(application: Application, state: str) -> None:
    Application.objects.filter(pk=application.pk).update(state=state)
    application.refresh_from_db()
    factories.FaceCheckFactory(application=application, accepted=True)
    assert not readiness.of(application).is_ready


def test_the_card_fetched_for_the_form_is_no_part_of_it(application: Application) -> None:
    factories.SourceRequestFactory(application=application, source=Source.DUKCAPIL, purpose=Purpose.FAMILY_CARD)
    factories.FaceCheckFactory(application=application, accepted=True)
    assert readiness.of(application) == readiness.Readiness(0, 0, (), "verified", True)


def test_two_questions_tell(application: Application, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        readiness.of(application)


def test_the_decision_is_woken_when_it_is_ready_and_not_before(
    application: Application, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, kwargs, **_: woken.append((name, kwargs)))
    with django_capture_on_commit_callbacks(execute=True):
        assert not readiness.nudge_decision(application)
    assert woken == []
    factories.FaceCheckFactory(application=application, accepted=True)
    with django_capture_on_commit_callbacks(execute=True):
        assert readiness.nudge_decision(application)
    assert woken == [("eligibility.decide_application", {"application_id": application.pk})]
