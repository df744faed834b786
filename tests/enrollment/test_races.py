"""Two tabs, two phones, husband and wife: real threads on real PostgreSQL, one winner each time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from enrollment import services
from enrollment.answers import ApplicantInput, FamilyAnswers
from enrollment.enums import ApplicationState
from enrollment.models import Application, Consent, ConsentText, Family, Person
from perlinsos.core.errors import DomainError
from perlinsos.messages.models import OutboxMessage
from tests.enrollment import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions at the same moment; what each returned, or the refusal it met."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return action()
        except DomainError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, action) for action in actions]]


@pytest.fixture
def sulastri(enqueued):
    make.served_areas()
    make.factories.consent_texts()
    return make.citizen()


def test_eight_tabs_start_one_application(sulastri) -> None:
    started = at_once(*[lambda: services.start_application(by=sulastri)] * 8)
    assert len({application.pk for application in started}) == 1
    assert Application.objects.count() == Person.objects.count() == 1


def test_an_agent_who_taps_twice_gets_one_draft(sulastri, cast) -> None:
    from datetime import date

    agent, ponirin = cast.eko, ApplicantInput(make.PONIRIN["nik"], "Ponirin", date(1974, 3, 15))
    before = Application.objects.count()
    drafts = at_once(*[lambda: services.start_assisted(applicant=ponirin, by=agent)] * 6)
    assert len({draft.pk for draft in drafts}) == 1
    assert Application.objects.count() == before + 1


def test_agreeing_in_two_tabs_agrees_once(sulastri) -> None:
    application = services.start_application(by=sulastri)
    at_once(*[lambda: services.give_consent(application, by=sulastri)] * 4)
    assert Consent.objects.count() == ConsentText.objects.count()


def test_sending_in_eight_tabs_gives_one_receipt(sulastri) -> None:
    application = make.ready(sulastri)
    sent = at_once(*[lambda: services.submit_application(application, by=sulastri)] * 8)
    assert len({row.receipt_code for row in sent}) == 1
    assert OutboxMessage.objects.count() == 2


def test_sending_and_refusing_at_once_leaves_one_story(sulastri) -> None:
    application = make.ready(sulastri)
    at_once(
        lambda: services.submit_application(application, by=sulastri),
        lambda: services.refuse_consent(application, by=sulastri),
    )
    application.refresh_from_db()
    sent = application.state == ApplicationState.SUBMITTED
    assert sent == (application.submitted_at is not None)
    assert sent or application.state == ApplicationState.WITHDRAWN


def test_husband_and_wife_register_at_once_and_one_of_them_has_the_family(sulastri) -> None:
    husband = make.citizen(make.PONIRIN)
    lines = [{**make.SULASTRI, "relation": "kepala"}, {**make.PONIRIN, "relation": "suami"},
             {**make.RIZKI, "relation": "anak"}]  # fmt: skip
    drafts = {user: make.with_card(user, make.card(members=lines)) for user in (sulastri, husband)}
    results = at_once(
        *[
            lambda user=user, draft=draft: services.confirm_family(draft, answers=FamilyAnswers(), by=user)
            for user, draft in drafts.items()
        ]
    )
    refused = [result for result in results if isinstance(result, DomainError)]
    assert [error.code for error in refused] == ["already_registered"]
    assert Family.objects.filter(applications__isnull=False).count() == 1
    assert Person.objects.count() == 3


def test_two_cards_with_a_shared_child_never_deadlock(sulastri) -> None:
    husband = make.citizen(make.PONIRIN)
    hers = make.card(members=[{**make.SULASTRI, "relation": "kepala"}, {**make.RIZKI, "relation": "anak"},
                              {**make.INTAN, "relation": "anak"}])  # fmt: skip
    his = make.card(
        members=[
            {**make.INTAN, "relation": "anak"},
            {**make.RIZKI, "relation": "anak"},
            {**make.PONIRIN, "relation": "kepala"},
        ],
        head_nik=make.PONIRIN["nik"],
        kk_number="3510220101269004",
    )
    drafts = {sulastri: make.with_card(sulastri, hers), husband: make.with_card(husband, his)}
    results = at_once(
        *[
            lambda user=user, draft=draft: services.confirm_family(draft, answers=FamilyAnswers(), by=user)
            for user, draft in drafts.items()
        ]
    )
    assert sum(isinstance(result, Application) for result in results) == 1
