"""Asking all sources about a sent application: facts, outages, lost leases, withdrawals."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from enrollment.enums import ApplicationState
from enrollment.models import Consent
from perlinsos.accounts.models import User
from perlinsos.core import crypto
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.support.sandbox_process import Sandbox
from tests.verification.cases import asked, consent, sent
from verification import tasks
from verification.connectors.base import FactValue, Reply
from verification.enums import ASKED_SOURCES, RequestState, Source
from verification.models import MAX_ATTEMPTS, MAX_LOST_LEASES, Fact, SourceHealth, SourceRequest
from verification.services import sources, stale
from verification.services.facts import current_facts
from verification.services.once_more import ask_family_again

pytestmark = pytest.mark.django_db
TEACHER = "3510155410859009"  # in the family `asn`


def ask_everything(application_id: int) -> None:
    tasks.start_matching(application_id=application_id)
    for request_id in SourceRequest.objects.filter(application=application_id).values_list("pk", flat=True):
        tasks.ask_source(source_request_id=request_id)


def values(family: Any) -> dict[str, Any]:
    return {name: fact.value for name, fact in current_facts(family).items()}


FIVE_COMPONENTS = {
    "dukcapil.family_size": 7,
    "dukcapil.children_0_6": 1,
    "dukcapil.elderly_60": 1,
    "dukcapil.head_alive": True,
    "dtsen.decile": 1,
    "pln.power_va": 450,
    "samsat.cars": 0,
    "samsat.motorcycles": 0,
    "bpn.land_m2": 0,
    "bpjs_tk.highest_wage": 0,
    "bkn.asn": 0,
    "bkn.tni_polri": 0,
    "bkn.pensioners": 0,
    "dapodik.pupils_sd": 1,
    "dapodik.pupils_smp": 1,
    "dapodik.pupils_sma": 1,
    "kemenkeu.paid_from_budget": 0,
    "kemendagri.village_officials": 0,
    "gtk.certified_teachers": 0,
    "kemenkes.health_workers": 0,
    "ahu.company_owners": 0,
    "ahu.one_person_companies": 0,
    "attendance.pupils": 3,
    "attendance.lowest_percent": 95,
    "posyandu.pregnant": 1,
    "posyandu.missed_months": 1,
    "bpjs_kes.premium_paid_by_state": 7,
    "bpjs_kes.first_class": 0,
    "bank.account_exists": True,
    "bank.name_matches": True,
    "bank.account_active": True,
    "bank.can_receive_transfer": True,
    "other_aid.cash": 0,
    "other_aid.food": 0,
    "citizen.pregnant": 0,
    "citizen.severe_disability": 0,
    "citizen.power_va": 450,
}


def test_a_sent_application_ends_with_every_fact(ministries: Sandbox) -> None:
    application = sent(ministries.residents["five_components"], declared_power_va=450)
    ask_everything(application.pk)
    assert values(application.family) == FIVE_COMPONENTS
    application.refresh_from_db()
    assert application.state == ApplicationState.MATCHING
    fact = current_facts(application.family)["pln.power_va"]
    assert (fact.source, fact.unit, fact.as_of) == (Source.PLN, "VA", timezone.localdate().replace(day=1))
    assert fact.request.source == Source.PLN
    assert SourceHealth.objects.get(source=Source.PLN).last_success_at is not None


def test_doing_it_all_twice_changes_nothing(ministries: Sandbox) -> None:
    application = sent(ministries.residents["eligible"])
    ask_everything(application.pk)
    before = list(Fact.objects.order_by("pk").values_list("pk", "value"))
    ask_everything(application.pk)
    assert list(Fact.objects.order_by("pk").values_list("pk", "value")) == before
    assert SourceRequest.objects.filter(application=application).count() == len(ASKED_SOURCES)


def test_each_source_is_woken_after_commit(
    ministries: Sandbox, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_rest: woken.append(name))
    application = sent(ministries.residents["eligible"])
    with django_capture_on_commit_callbacks(execute=True):
        tasks.start_matching(application_id=application.pk)
    assert woken.count("verification.ask_source") == len(ASKED_SOURCES)


def test_only_sources_the_family_agreed_to_are_asked(ministries: Sandbox) -> None:
    application = sent(ministries.residents["eligible"], agreed=[Source.PLN, Source.DTSEN])
    Consent.objects.filter(text__source=Source.DTSEN).update(withdrawn_at=timezone.now())
    ask_everything(application.pk)
    assert list(SourceRequest.objects.values_list("source", flat=True)) == [Source.PLN]


def test_consent_withdrawn_after_sending_stops_the_question(ministries: Sandbox) -> None:
    request = asked(ministries)
    Consent.objects.update(withdrawn_at=timezone.now())
    tasks.ask_source(source_request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, request.last_error) == (RequestState.PARKED, "no_consent")
    assert not Fact.objects.exists()


def test_a_withdrawn_application_is_left_alone(ministries: Sandbox) -> None:
    application = sent(ministries.residents["eligible"], state=ApplicationState.WITHDRAWN)
    ask_everything(application.pk)
    assert not SourceRequest.objects.exists()
    request = factories.SourceRequestFactory(application=application)
    tasks.ask_source(source_request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.PARKED
    SourceRequest.objects.update(due_at=timezone.now() - timedelta(days=2))
    sources.sweep()
    request.refresh_from_db()
    assert request.state == RequestState.PARKED


def test_not_found_is_an_answer_without_a_value(ministries: Sandbox) -> None:
    request = asked(ministries, "not_in_dtsen", Source.DTSEN)
    tasks.ask_source(source_request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.NOT_FOUND
    assert "dtsen.decile" not in current_facts(request.application.family)


def test_a_family_without_card_number_is_unknown_to_dtsen_without_asking(ministries: Sandbox) -> None:
    request = asked(ministries, "eligible", Source.DTSEN)
    request.application.family.card_numbers.update(ended_on=timezone.localdate())
    ministries.set("dtsen", down=True)
    tasks.ask_source(source_request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.NOT_FOUND


def test_members_who_died_or_left_are_not_asked_about(ministries: Sandbox) -> None:
    request = asked(ministries, "asn", Source.BKN)
    teacher = request.application.family.members.get(person__nik_index=crypto.blind_index(TEACHER, kind="nik"))
    teacher.left_on = timezone.localdate()
    teacher.save(update_fields=["left_on"])
    tasks.ask_source(source_request_id=request.pk)
    assert current_facts(request.application.family)["bkn.asn"].value == 0


def test_an_outage_leaves_the_case_pending_and_recovers(ministries: Sandbox) -> None:
    ministries.set("pln", down=True)
    application = sent(ministries.residents["wrong_meter"])
    ask_everything(application.pk)
    pending = SourceRequest.objects.get(application=application, source=Source.PLN)
    assert (pending.state, pending.last_error, pending.attempts) == (RequestState.DUE, "http_503", 1)
    assert pending.due_at > pending.updated_at + timedelta(seconds=4)
    assert "pln.power_va" not in current_facts(application.family)
    assert SourceRequest.objects.filter(state=RequestState.ANSWERED).count() == len(ASKED_SOURCES) - 1

    ministries.set("pln", down=False)
    tasks.ask_source(source_request_id=pending.pk)
    pending.refresh_from_db()
    assert pending.state == RequestState.DUE, "not due yet"
    SourceRequest.objects.update(due_at=timezone.now())
    tasks.ask_source(source_request_id=pending.pk)
    assert current_facts(application.family)["pln.power_va"].value == 2200


def test_an_open_breaker_puts_questions_off_without_asking(ministries: Sandbox) -> None:
    ministries.set("pln", down=True)
    requests = [asked(ministries, key) for key in ("eligible", "asn", "pensioner", "soldier", "wage", "car")]
    for request in requests:
        tasks.ask_source(source_request_id=request.pk)
    last = requests[-1]
    last.refresh_from_db()
    assert (last.state, last.attempts, last.last_error) == (RequestState.DUE, 0, "")
    assert timezone.now() + timedelta(seconds=25) < last.due_at < timezone.now() + timedelta(seconds=40)

    ministries.set("pln", down=False)
    now = timezone.now()
    SourceHealth.objects.update(retry_at=now)
    SourceRequest.objects.update(due_at=now)
    for request in requests:
        tasks.ask_source(source_request_id=request.pk)
    assert set(SourceRequest.objects.values_list("state", flat=True)) == {RequestState.ANSWERED}


def test_a_refused_question_is_parked_shown_and_asked_again(ministries: Sandbox, worker: User) -> None:
    request = asked(ministries)
    claimed = sources.claim_request(request.pk)
    sources.record_failure(claimed.request, error="http_422", permanent=True, by=worker)
    request.refresh_from_db()
    assert (request.state, request.last_error) == (RequestState.PARKED, "http_422")
    sources.sweep()
    request.refresh_from_db()
    assert request.state == RequestState.PARKED
    SourceRequest.objects.update(due_at=timezone.now() - timedelta(minutes=1))  # a day later
    sources.sweep()
    tasks.ask_source(source_request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.ANSWERED


@pytest.mark.parametrize("before", [0, 70])
def test_after_many_failures_the_question_is_parked_not_dropped(ministries: Sandbox, worker: User, before: int) -> None:
    request = asked(ministries, attempts=before + MAX_ATTEMPTS - 1, attempts_before=before)
    claimed = sources.claim_request(request.pk)
    sources.record_failure(claimed.request, error="timeout", permanent=False, by=worker)
    request.refresh_from_db()
    assert request.state == RequestState.PARKED
    assert AuditEvent.objects.filter(action="verification.source.parked").count() == 1


PUT_ASIDE = {"state": RequestState.PARKED}
ASKED_ANEW: dict[str, tuple[dict[str, Any], Callable[[SourceRequest, Cast], Any]]] = {
    "the sweep, parked for a day": (PUT_ASIDE, lambda _asked, _cast: sources.sweep()),
    "an officer, a source": (PUT_ASIDE, lambda asked, cast: sources.ask_again(asked.source, by=cast.ani)),
    "an officer, a family": (PUT_ASIDE, lambda asked, cast: ask_family_again(asked.application, by=cast.ani)),
    "the sweep, old facts": ({"state": RequestState.ANSWERED}, lambda _asked, _cast: stale.ask_stale_again()),
    "the sweep, not known": ({"state": RequestState.NOT_FOUND}, lambda _asked, _cast: stale.ask_stale_again()),
    "a look at one family": (
        {"state": RequestState.ANSWERED}, lambda asked, cast: stale.ask_anew(asked.application, by=cast.ani)
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", ASKED_ANEW)
def test_a_question_that_is_asked_anew_is_tried_as_often_as_a_new_one(how: str, cast: Cast, worker: User) -> None:
    """What it took to be answered in all the months before does not count."""
    fields, ask = ASKED_ANEW[how]
    long_ago = timezone.now() - timedelta(days=40)
    request = factories.SourceRequestFactory(attempts=MAX_ATTEMPTS, due_at=long_ago, answered_at=long_ago, **fields)
    SourceRequest.objects.filter(pk=request.pk).update(updated_at=long_ago)
    as_of = timezone.localdate() - timedelta(days=400)
    factories.FactFactory(family=request.application.family, as_of=as_of)
    consent(request.application, [Source.PLN])
    ask(request, cast)
    claimed = sources.claim_question(request.pk)
    assert claimed is not None
    sources.record_failure(claimed, error="timeout", permanent=False, by=worker)
    request.refresh_from_db()
    assert (request.state, request.tries, request.attempts) == (RequestState.DUE, 1, MAX_ATTEMPTS + 1)
    assert request.due_at < timezone.now() + timedelta(minutes=1)


def test_a_question_that_kills_its_workers_is_parked(ministries: Sandbox) -> None:
    request = asked(ministries)
    for _ in range(MAX_LOST_LEASES + 1):
        sources.claim_request(request.pk)
        SourceRequest.objects.filter(state=RequestState.RUNNING).update(lease_until=timezone.now())
    request.refresh_from_db()
    assert (request.state, request.last_error) == (RequestState.PARKED, "worker_lost")


def test_the_late_result_of_a_lost_lease_is_dropped(ministries: Sandbox, worker: User) -> None:
    request = asked(ministries)
    slow = sources.claim_request(request.pk)
    SourceRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = sources.claim_request(request.pk)
    today = timezone.localdate()
    assert sources.record_reply(quick.request, _power(900, today), by=worker)
    assert not sources.record_reply(slow.request, _power(2200, today), by=worker)
    assert not sources.record_failure(slow.request, error="timeout", permanent=False, by=worker)
    facts = Fact.objects.filter(name="pln.power_va")
    assert [fact.value for fact in facts] == [900]
    request.refresh_from_db()
    assert request.state == RequestState.ANSWERED


def _power(value: int, as_of: Any) -> Reply:
    return Reply((FactValue("pln.power_va", value, "VA"),), True, as_of, 5)


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_one_gets_the_question(ministries: Sandbox, settings: Any) -> None:
    settings.SOURCES_PER_SECOND = {"default": 100}  # enough turns for all of them, three times over
    request = asked(ministries)

    def claim(_number: int) -> bool:
        try:
            return sources.claim_request(request.pk) is not None
        finally:
            connection.close()

    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(claim, range(8))) == 1
        SourceRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_all_sources_at_once_wake_the_decision(ministries: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[tuple[str, Any]] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, kwargs, **_: woken.append((name, kwargs)))
    application = sent(ministries.residents["eligible"])
    factories.FaceCheckFactory(application=application, accepted=True)
    tasks.start_matching(application_id=application.pk)

    def ask(request_id: int) -> None:
        try:
            tasks.ask_source(source_request_id=request_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, SourceRequest.objects.values_list("pk", flat=True)))
    assert ("eligibility.decide_application", {"application_id": application.pk}) in woken


def test_the_sweep_finds_what_no_message_came_for(
    ministries: Sandbox, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, Any]] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, kwargs, **_: woken.append((name, kwargs)))
    forgotten = sent(ministries.residents["asn"])
    due = asked(ministries, "eligible")
    dead = asked(ministries, "pensioner", Source.PLN, state=RequestState.RUNNING, lease_until=timezone.now())
    asked(ministries, "soldier", Source.PLN, due_at=timezone.now() + timedelta(hours=1))
    asked(ministries, "wage", Source.PLN, state=RequestState.ANSWERED)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_sources()
    assert sorted(woken, key=str) == sorted(
        [
            ("verification.start_matching", {"application_id": forgotten.pk}),
            ("verification.ask_source", {"source_request_id": due.pk}),
            ("verification.ask_source", {"source_request_id": dead.pk}),
        ],
        key=str,
    )
