"""Transitions: tables that make sense, and a move that only one of many can make."""

import threading
from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.core import workflow
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent, StatefulModel
from tests.factories import ApplicationFactory, UserFactory

MODELS = [model for model in apps.get_models() if issubclass(model, StatefulModel)]
# Where a row may rest for ever. A state that is not here must lead somewhere.
ENDS = {
    "notices.OutboxMessage": {"sent"},
    "notices.Letter": {"revoked"},
    "enrollment.Application": {"withdrawn"},
    "verification.FaceCheck": {"accepted", "retry", "confirmed", "rejected"},
    "verification.FaceRecording": {"unusable", "live", "broken"},
    "verification.SourceRequest": set(),  # what is settled grows too old, and is asked again
    "verification.DuplicateCandidate": {"different", "followed_up"},
    "verification.FaceThresholdSet": {"declined", "replaced"},
    "eligibility.Run": {"done", "stopped"},
    "eligibility.Batch": {"final", "cancelled"},
    "eligibility.Departure": {"effective", "refused"},
    "eligibility.Simulation": {"done", "stopped"},
    "eligibility.Withdrawal": {"effective", "refused"},
    "eligibility.RuleDraft": {"enacted", "rejected", "withdrawn"},
    "eligibility.Recertification": {"confirmed", "dropped"},
    "eligibility.Participation": {"graduated", "died", "moved", "removed"},
    "appeals.Appeal": {"upheld", "dismissed", "withdrawn"},
    "appeals.GroundCheck": {"recorded", "cancelled"},
    "appeals.SourceCorrection": {"sent"},
}


def name_of(model: type[StatefulModel]) -> str:
    return model._meta.label


def reachable(model: type[StatefulModel], start: Iterable[str]) -> set[str]:
    found, border = set(start), set(start)
    while border:
        border = {after for state in border for after in model.TRANSITIONS.get(state, ())} - found
        found |= border
    return found


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_every_state_can_be_reached_from_the_first(model: type[StatefulModel]) -> None:
    field = model._meta.get_field("state")
    assert reachable(model, [field.default]) == {value for value, _label in field.choices}


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_only_the_intended_states_are_ends(model: type[StatefulModel]) -> None:
    known = {value for value, _label in model._meta.get_field("state").choices}
    ends = {state for state in known if not model.TRANSITIONS.get(state)}
    assert ends == ENDS[name_of(model)]


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_no_state_leads_to_itself(model: type[StatefulModel]) -> None:
    assert not [state for state, targets in model.TRANSITIONS.items() if state in targets]


@pytest.mark.django_db
def test_a_move_changes_the_state_and_its_fields_and_leaves_a_record() -> None:
    application, officer = ApplicationFactory(submitted=True), UserFactory(staff=True)
    before = application.updated_at
    moved = workflow.move(application, ApplicationState.MATCHING, by=officer, reason="start", language="en")
    assert (moved.state, moved.language) == (ApplicationState.MATCHING, "en")
    assert moved.updated_at > before
    event = AuditEvent.objects.get(action="enrollment.application.matching")
    assert (event.actor, event.data) == (officer, {"source": "submitted", "reason": "start"})


@pytest.mark.django_db
def test_a_step_that_is_not_in_the_table_is_refused() -> None:
    application = ApplicationFactory(submitted=True)
    with pytest.raises(DomainError) as refused:
        workflow.move(application, ApplicationState.ANNOUNCED, by=None)
    assert refused.value.code == "bad_transition"
    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_who_looks_at_an_old_page_is_told_so() -> None:
    application = ApplicationFactory(submitted=True)
    old = Application.objects.get(pk=application.pk)
    workflow.move(application, ApplicationState.MATCHING, by=None)
    with pytest.raises(DomainError) as refused:
        workflow.move(old, ApplicationState.WITHDRAWN, by=None)
    assert refused.value.code == "stale"


@pytest.mark.django_db
def test_a_state_from_nowhere_is_refused_by_the_database() -> None:
    application = ApplicationFactory(submitted=True)
    with pytest.raises(IntegrityError, match="application_state_is_known"), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(state="approved")


@pytest.mark.django_db
@settings(max_examples=25)
@given(st.lists(st.sampled_from(ApplicationState.values), max_size=12))
def test_any_sequence_of_moves_stays_in_the_table(targets: list[str]) -> None:
    with transaction.atomic():
        application, made = ApplicationFactory(submitted=True), 0
        for target in targets:
            allowed = target in Application.TRANSITIONS.get(application.state, ())
            if not allowed:
                with pytest.raises(DomainError, match="bad_transition"):
                    workflow.move(application, target, by=None)
                continue
            application, made = workflow.move(application, target, by=None), made + 1
        assert Application.objects.get(pk=application.pk).state == application.state
        events = AuditEvent.objects.filter(subject_type="enrollment.application", subject_id=application.pk)
        assert events.count() == made
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_wins_and_one_record_is_left() -> None:
    application = ApplicationFactory(submitted=True)
    start, outcomes = threading.Barrier(8), []

    def try_to_move() -> None:
        mine = Application.objects.get(pk=application.pk)
        start.wait()
        try:
            with transaction.atomic():
                workflow.move(mine, ApplicationState.MATCHING, by=None)
            outcomes.append("moved")
        except DomainError as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_move) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["moved", *["stale"] * 7]
    assert AuditEvent.objects.filter(action="enrollment.application.matching").count() == 1
