"""The family card for the form: fetched once, kept asked for when Dukcapil is down, never in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from enrollment import cards
from enrollment.enums import ApplicationState, FamilyCardState
from enrollment.models import Application, FamilyCard
from tests import factories
from tests.support.sandbox_process import DemoResident, Sandbox
from tests.verification.cases import born, consent
from verification import tasks
from verification.enums import Purpose, RequestState, Source
from verification.models import SourceHealth, SourceRequest

pytestmark = pytest.mark.django_db


def draft(resident: DemoResident, **fields: Any) -> Application:
    person = factories.PersonFactory(nik=resident.nik, born=born(resident.nik))
    values = {"applicant": person, "village": None, "family_card_state": FamilyCardState.ASKED, **fields}
    application = factories.ApplicationFactory(**values)
    consent(application, [Source.DUKCAPIL])
    return application


def fetch(application: Application) -> Application:
    tasks.fetch_family_card(application_id=application.pk)
    application.refresh_from_db()
    return application


def test_the_card_arrives_for_the_form(ministries: Sandbox) -> None:
    resident = ministries.residents["five_components"]
    application = fetch(draft(resident))
    assert application.family_card_state == FamilyCardState.RECEIVED
    card = cards.load(FamilyCard.objects.get(application=application).content)
    assert card.kk_number == resident.kk_number
    assert len(card.members) == 7
    request = SourceRequest.objects.get()
    assert (request.purpose, request.state) == (Purpose.FAMILY_CARD, RequestState.ANSWERED)


def test_asking_again_does_not_ask_again(ministries: Sandbox) -> None:
    application = fetch(draft(ministries.residents["eligible"]))
    ministries.set("dukcapil", down=True)
    assert fetch(application).family_card_state == FamilyCardState.RECEIVED


def test_a_nik_dukcapil_does_not_know(ministries: Sandbox) -> None:
    application = factories.ApplicationFactory(family_card_state=FamilyCardState.ASKED)
    consent(application, [Source.DUKCAPIL])
    assert fetch(application).family_card_state == FamilyCardState.NOT_FOUND


def test_while_dukcapil_is_down_the_form_goes_on_and_the_card_comes_later(ministries: Sandbox) -> None:
    ministries.set("dukcapil", down=True)
    application = fetch(draft(ministries.residents["eligible"]))
    assert application.family_card_state == FamilyCardState.UNAVAILABLE
    request = SourceRequest.objects.get()
    assert (request.state, request.last_error) == (RequestState.DUE, "http_503")
    ministries.set("dukcapil", down=False)
    SourceRequest.objects.update(due_at=timezone.now())
    assert fetch(application).family_card_state == FamilyCardState.RECEIVED


def test_with_the_breaker_open_the_form_is_told_at_once(ministries: Sandbox) -> None:
    later = timezone.now() + timedelta(seconds=30)
    SourceHealth.objects.create(source=Source.DUKCAPIL, state="open", failures=5, retry_at=later)
    application = fetch(draft(ministries.residents["eligible"]))
    assert application.family_card_state == FamilyCardState.UNAVAILABLE
    assert SourceRequest.objects.get().attempts == 0


def test_without_consent_nobody_is_asked(ministries: Sandbox) -> None:
    application = draft(ministries.residents["eligible"])
    application.consents.update(withdrawn_at=timezone.now())
    fetch(application)
    assert SourceRequest.objects.get().last_error == "no_consent"
    assert not FamilyCard.objects.exists()


def test_a_form_that_was_given_up_is_left_alone(ministries: Sandbox) -> None:
    fetch(draft(ministries.residents["eligible"], state=ApplicationState.WITHDRAWN))
    assert not SourceRequest.objects.exists()


def test_the_sweep_finds_forms_that_wait_and_questions_that_are_due(
    ministries: Sandbox, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, kwargs, **_: woken.append((name, kwargs)))
    forgotten = draft(ministries.residents["asn"])
    ministries.set("dukcapil", down=True)
    waiting = fetch(draft(ministries.residents["eligible"]))
    SourceRequest.objects.update(due_at=timezone.now())
    fetch(draft(ministries.residents["soldier"]))  # not due yet
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_family_cards()
    name = "verification.fetch_family_card"
    assert sorted(woken, key=str) == sorted(
        [(name, {"application_id": waiting.pk}), (name, {"application_id": forgotten.pk})], key=str
    )
