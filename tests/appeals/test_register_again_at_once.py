"""Two tabs, an agent and an officer in the same moment: one registration ends once, one takes its place."""

import pytest

from enrollment import services
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.core.models import AuditEvent
from tests.appeals.test_register_again import over, told_of
from tests.cast import Cast
from tests.enrollment.test_races import at_once
from tests.support import again

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
