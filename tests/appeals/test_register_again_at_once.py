"""Two tabs, an agent and an officer in the same moment: one registration ends once, one takes its place."""

import pytest
from django.db import connection, transaction

from eligibility import tasks
from eligibility.enums import Placement
from eligibility.models import Quota, RankedEntry
from enrollment import services
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from tests.appeals.test_register_again import told_of
from tests.cast import Cast
from tests.enrollment.test_races import at_once
from tests.support import again
from tests.support.again import over
from tests.support.second import beside

pytestmark = pytest.mark.django_db(transaction=True)
ENDED = "enrollment.application.withdrawn"


def test_two_tabs_send_once_and_end_once(cast: Cast) -> None:
    over(cast.application)
    again.served()
    drafts = at_once(*[lambda: services.start_again(by=cast.indah)] * 4)
    assert len({draft.pk for draft in drafts}) == 1
    draft = again.answer(drafts[0], cast.application.family, by=cast.indah)
    sent = at_once(*[lambda: services.submit_application(draft, by=cast.indah)] * 4)
    assert len({row.receipt_code for row in sent}) == 1
    assert AuditEvent.objects.filter(action=ENDED, subject_id=cast.application.pk).count() == 1


def test_an_agent_sends_while_an_officer_ends_it(cast: Cast) -> None:
    old = cast.eko_application
    over(old)
    again.served()
    draft = services.start_assisted(applicant=told_of(old), by=cast.eko)
    again.answer(draft, old.family, by=cast.eko)
    officer = cast.ani
    at_once(
        lambda: services.submit_application(draft, by=cast.eko),
        lambda: services.close_application(old, reason="keluarga pindah", by=officer),
    )
    assert Application.objects.get(pk=draft.pk).state == ApplicationState.SUBMITTED
    assert Application.objects.get(pk=old.pk).is_closed
    assert AuditEvent.objects.filter(action=ENDED, subject_id=old.pk).count() == 1


@pytest.fixture
def moving_up(cast: Cast) -> RankedEntry:
    """Indah's family is the next one on a waiting list, and there is a place for it."""
    place = over(cast.application, Placement.WAITING, position=1)
    again.served()
    return place


def test_a_family_that_moves_up_while_it_sends_keeps_its_place(cast: Cast, moving_up: RankedEntry) -> None:
    """The order is drawn and not committed yet when the new form is sent."""
    draft = again.answer(services.start_again(by=cast.indah), cast.application.family, by=cast.indah)
    with transaction.atomic():
        tasks.fill_free_places(quota_id=moving_up.ranking.batch.quota_id)
        sending = beside(lambda: services.submit_application(draft, by=cast.indah))
    assert sending.result() == "has_place"
    assert RankedEntry.objects.staying().get(entry=moving_up.entry).placement == Placement.FUNDED
    assert Application.objects.get(pk=draft.pk).state == ApplicationState.DRAFT


def test_a_family_that_sends_while_an_order_is_drawn_is_promised_nothing(cast: Cast, moving_up: RankedEntry) -> None:
    draft = again.answer(services.start_again(by=cast.indah), cast.application.family, by=cast.indah)
    with transaction.atomic():
        services.submit_application(draft, by=cast.indah)
        drawing = beside(lambda: tasks.fill_free_places(quota_id=moving_up.ranking.batch.quota_id))
    drawing.result()
    assert Application.objects.get(pk=cast.application.pk).is_closed
    assert not RankedEntry.objects.current().filter(entry=moving_up.entry, placement=Placement.FUNDED).exists()
    assert not OutboxMessage.objects.filter(title__startswith="Keluarga Anda ditetapkan menerima").exists()


def test_who_sends_while_places_are_given_out_for_long_is_asked_to_send_again(
    cast: Cast, moving_up: RankedEntry
) -> None:
    draft = again.answer(services.start_again(by=cast.indah), cast.application.family, by=cast.indah)

    def send_without_patience() -> Application:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
            return services.submit_application(draft, by=cast.indah)

    with transaction.atomic():
        Quota.objects.hold(moving_up.ranking.batch.quota_id)
        assert beside(send_without_patience).result(timeout=30) == "places_given_out"
    assert services.submit_application(draft, by=cast.indah).state == ApplicationState.SUBMITTED
