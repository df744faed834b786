"""A source that does not know a family: asked again after a month, or when an officer knows of a change."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from eligibility import presenters
from eligibility.services.decisions import decide_application, decide_if_ready
from enrollment.enums import ApplicationState, Channel
from enrollment.models import Application, Consent
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.regions.models import Parameter
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import Announce, answer, complete_family
from tests.support.rules import load_shipped_rules
from tests.verification.cases import consent
from tests.verification.rogue import Rogue
from verification import tasks
from verification.enums import ASKED_SOURCES, RequestState, Source
from verification.models import SourceRequest
from verification.services.once_more import ask_family_again

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=31)


@pytest.fixture
def unknown() -> Application:
    """A poor family in Kesilir that DTSEN did not know on its day: undecided since."""
    load_shipped_rules()
    factories.ParameterFactory(name=Parameter.Name.MINIMUM_WAGE, area=factories.area(BANYUWANGI), value=2_986_447)
    application = complete_family(dtsen__decile=None)
    consent(application)
    dtsen(application, state=RequestState.NOT_FOUND)
    decide_application(application, by=service_account("eligibility"))
    application.refresh_from_db()
    return application


def dtsen(application: Application, **fields: Any) -> SourceRequest:
    """The question to DTSEN, with `fields` set as if time had passed."""
    rows = SourceRequest.objects.filter(application=application, source=Source.DTSEN)
    rows.update(**fields or {"source": Source.DTSEN})
    return rows.get()


def said_long_ago(application: Application) -> None:
    SourceRequest.objects.filter(application=application).update(answered_at=timezone.now() - LONG_AGO)


def press(client: Client, application: Application) -> Any:
    return client.post(reverse("case-ask-again", args=[application.public_id]), follow=True)


def page(client: Client, application: Application) -> str:
    content = client.get(reverse("case-detail", args=[application.public_id])).content.decode()
    return " ".join(strip_tags(content).split())


def test_a_family_that_is_listed_later_is_decided_with_the_cause(unknown: Application, rogue: Rogue) -> None:
    assert answer(unknown).outcome == "undecided"
    dtsen(unknown, answered_at=timezone.now() - LONG_AGO)
    tasks.sweep_stale_facts()
    due = SourceRequest.objects.get(application=unknown, state=RequestState.DUE)
    assert due.source == Source.DTSEN
    rogue.says({"decile": 2, "as_of": timezone.localdate().isoformat()})
    tasks.ask_source(source_request_id=due.pk)
    decide_if_ready(unknown.pk, by=service_account("eligibility"))
    found = answer(unknown)
    assert (found.outcome, found.cause) == ("eligible", "fact:dtsen.decile")
    assert presenters.card(found).because == "Diputus lagi karena data berubah: Desil."


def test_a_source_that_still_does_not_know_it_is_left_alone_for_a_month(unknown: Application, rogue: Rogue) -> None:
    dtsen(unknown, answered_at=timezone.now() - LONG_AGO)
    tasks.sweep_stale_facts()
    rogue.says({"status": "not_found"})
    tasks.ask_source(source_request_id=dtsen(unknown).pk)
    assert dtsen(unknown).state == RequestState.NOT_FOUND
    tasks.sweep_stale_facts()
    decide_if_ready(unknown.pk, by=service_account("eligibility"))
    assert (dtsen(unknown).state, answer(unknown).cause) == (RequestState.NOT_FOUND, "first")
    assert len(rogue.asked) == 1


@pytest.mark.parametrize(
    ("days", "state", "agrees", "is_asked"),
    [
        (31, "decided", True, True),
        (31, "matching", True, True),
        (29, "decided", True, False),
        (31, "decided", False, False),
        (31, "announced", True, False),
        (31, "withdrawn", True, False),
    ],
)
def test_whom_a_source_is_asked_about_again(days: int, state: str, agrees: bool, is_asked: bool) -> None:
    application = factories.ApplicationFactory(sent=True, state=state)
    request = factories.SourceRequestFactory(application=application, not_found=True)
    consent(application, [Source.PLN])
    SourceRequest.objects.update(answered_at=timezone.now() - timedelta(days=days))
    if not agrees:
        Consent.objects.update(withdrawn_at=timezone.now())
    tasks.sweep_stale_facts()
    request.refresh_from_db()
    assert request.state == (RequestState.DUE if is_asked else RequestState.NOT_FOUND)


def test_an_officer_asks_all_sources_again_and_reads_how_far_each_is(
    client: Client, cast: Cast, sign_in: SignIn, unknown: Application
) -> None:
    said_long_ago(unknown)
    sign_in(client, cast.ani)
    assert "DTSEN Tidak mengenal keluarga ini" in page(client, unknown)
    shown = press(client, unknown).content.decode()
    assert "Ditanya lagi: " in shown
    assert "DTSEN" in shown
    due = SourceRequest.objects.filter(application=unknown, state=RequestState.DUE)
    assert due.count() == len(ASKED_SOURCES)  # also Dukcapil: who belongs to the family
    assert "DTSEN Ditanya begitu ada giliran" in page(client, unknown)
    event = AuditEvent.objects.get(action="verification.family.asked_again")
    assert (event.actor, event.subject_id, event.data["sources"]) == (cast.ani, unknown.pk, sorted(ASKED_SOURCES))
    assert answer(unknown).outcome == "undecided"  # what holds, holds until the answers are there


def test_pressing_twice_asks_once(client: Client, cast: Cast, sign_in: SignIn, unknown: Application) -> None:
    said_long_ago(unknown)
    sign_in(client, cast.ani)
    press(client, unknown)
    assert "Tidak ada sumber yang ditanya" in press(client, unknown).content.decode()
    assert AuditEvent.objects.filter(action="verification.family.asked_again").count() == 1


def test_each_source_hears_of_a_family_once_a_day(cast: Cast, unknown: Application) -> None:
    assert ask_family_again(unknown, by=cast.ani) == []  # all have spoken today
    dtsen(unknown, answered_at=timezone.now() - timedelta(hours=25))
    assert ask_family_again(unknown, by=cast.ani) == ["dtsen"]


def test_what_was_put_aside_is_asked_after_a_pause(cast: Cast, unknown: Application) -> None:
    later = timezone.now() + timedelta(days=1)
    dtsen(unknown, state=RequestState.PARKED, due_at=later, lost_leases=3, updated_at=timezone.now())
    assert ask_family_again(unknown, by=cast.ani) == []
    dtsen(unknown, updated_at=timezone.now() - timedelta(minutes=11))
    assert ask_family_again(unknown, by=cast.ani) == ["dtsen"]
    assert SourceRequest.objects.due().get().lost_leases == 0


def test_a_source_the_family_no_longer_agrees_to_is_left_out(
    client: Client, cast: Cast, sign_in: SignIn, unknown: Application
) -> None:
    said_long_ago(unknown)
    Consent.objects.filter(text__source=Source.DTSEN).update(withdrawn_at=timezone.now())
    assert "dtsen" not in ask_family_again(unknown, by=cast.ani)
    dtsen(unknown, state=RequestState.PARKED, last_error="no_consent")
    sign_in(client, cast.ani)
    assert "DTSEN Tidak ditanya: keluarga tidak setuju lagi" in page(client, unknown)


def test_of_a_registration_that_ended_no_question_is_open(
    client: Client, cast: Cast, sign_in: SignIn, unknown: Application
) -> None:
    now = timezone.now()
    Application.objects.filter(pk=unknown.pk).update(state=ApplicationState.WITHDRAWN, closed_at=now)
    sign_in(client, cast.ani)
    for open_question in ({"state": RequestState.DUE}, {"state": RequestState.PARKED, "last_error": "no_consent"}):
        dtsen(unknown, **open_question)
        shown = page(client, unknown)
        assert "DTSEN Tidak ditanya lagi: pendaftaran ini sudah ditutup" in shown
        assert "DTSEN tidak ditanyai lagi: pendaftaran ini sudah ditutup." in shown  # on the card of the decision
        assert "tidak setuju lagi" not in shown


def test_a_source_that_is_asked_again_has_answered_before(
    client: Client, cast: Cast, sign_in: SignIn, unknown: Application
) -> None:
    said_long_ago(unknown)
    sign_in(client, cast.ani)
    press(client, unknown)
    assert "DTSEN sedang ditanyai lagi." in page(client, unknown)


def test_nothing_is_asked_once_every_result_is_announced(
    client: Client, cast: Cast, sign_in: SignIn, announce: Announce
) -> None:
    application = complete_family()
    consent(application)
    decide_application(application, by=service_account("eligibility"))
    said_long_ago(application)
    sign_in(client, cast.ani)
    announce("pkh")
    assert "Tanyai sumber lagi" in page(client, application)  # Sembako may still be decided anew
    announce("sembako")
    assert "Tanyai sumber lagi" not in page(client, application)
    assert "Semua hasilnya sudah diumumkan" in press(client, application).content.decode()
    with pytest.raises(DomainError, match="already_announced"):
        ask_family_again(application, by=cast.ani)
    assert not SourceRequest.objects.due().exists()


def test_a_family_announced_in_one_programme_is_asked_about_for_another(cast: Cast, announce: Announce) -> None:
    application = complete_family()
    consent(application)
    decide_application(application, by=service_account("eligibility"))
    dtsen(application, state=RequestState.NOT_FOUND, answered_at=timezone.now() - LONG_AGO)
    announce("pkh")
    assert Application.objects.get(pk=application.pk).state == ApplicationState.ANNOUNCED
    assert ask_family_again(application, by=cast.ani) == ["dtsen"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("budi", 302), ("dewi", 403), ("gita", 403), ("oki", 403), ("citra", 404), ("hadi", 404), ("eko", 404)],
)
def test_who_may_have_sources_asked(
    client: Client, cast: Cast, sign_in: SignIn, unknown: Application, who: str, status: int
) -> None:
    said_long_ago(unknown)
    user = sign_in(client, cast[who])
    if status == 403:
        assert "Tanyai sumber lagi" not in page(client, unknown)
    assert client.post(reverse("case-ask-again", args=[unknown.public_id])).status_code == status
    assert SourceRequest.objects.due().exists() == (status == 302)
    if status != 302:
        with pytest.raises(PermissionDenied):
            ask_family_again(unknown, by=user)


def test_an_officer_who_enrolled_the_family_does_not_ask(cast: Cast, unknown: Application) -> None:
    of_hers = Application.objects.filter(pk=unknown.pk)
    of_hers.update(assisted_by=cast.ani, owner=None, channel=Channel.AGENT)
    unknown.refresh_from_db()
    with pytest.raises(PermissionDenied):
        ask_family_again(unknown, by=cast.ani)
