"""Facts: one chain per name, newest last, a ground check stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from eligibility.rules.catalogue import CATALOGUE
from enrollment.models import Family
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from tests import factories
from verification import tasks
from verification.connectors import CONNECTORS
from verification.connectors.base import FactValue
from verification.enums import RequestState, Source
from verification.models import Fact, FactCheck, SourceRequest
from verification.services import facts

pytestmark = pytest.mark.django_db
EARLY, LATE = date(2026, 1, 15), date(2026, 6, 15)


@pytest.fixture
def request_to_pln(db: None) -> SourceRequest:
    return factories.SourceRequestFactory(source=Source.PLN)


def said(value: Any) -> list[FactValue]:
    return [FactValue("pln.power_va", value, "VA")]


def chain(family: Family) -> list[Any]:
    return list(Fact.objects.filter(family=family, name="pln.power_va").order_by("pk").values_list("value", flat=True))


def test_a_newer_answer_supersedes_the_older(request_to_pln: SourceRequest, worker: User) -> None:
    family = request_to_pln.application.family
    facts.record_facts(request_to_pln, said(450), as_of=EARLY, by=worker)
    (new,) = facts.record_facts(request_to_pln, said(900), as_of=LATE, by=worker)
    assert facts.current_facts(family)["pln.power_va"] == new
    assert new.supersedes.value == 450
    assert chain(family) == [450, 900]


def test_a_fact_keeps_the_question_it_answers_in_bahasa(request_to_pln: SourceRequest, worker: User) -> None:
    family = request_to_pln.application.family
    with override("en"):
        (fact,) = facts.record_facts(request_to_pln, said(2200), as_of=EARLY, by=worker)
        declared = facts.record_declared(request_to_pln.application, by=worker)
        note = facts.record_note(
            family, FactValue("ground_check.refuses_aid", True, "flag"), evidence="Menolak.", on=LATE, by=worker
        )
    assert fact.purpose == "Daya dan pemakaian listrik rumah"
    assert {each.purpose for each in declared} == {"Yang dikatakan keluarga tentang dirinya"}
    assert note.purpose == "Catatan petugas"
    seen = facts.supersede_fact(fact, value=900, source=Source.GROUND_CHECK, as_of=LATE, by=worker)
    assert seen.purpose == fact.purpose
    for connector in CONNECTORS.values():
        with override("id"):
            assert 0 < len(str(connector.purpose)) <= Fact._meta.get_field("purpose").max_length


def test_the_same_answer_adds_nothing(request_to_pln: SourceRequest, worker: User) -> None:
    facts.record_facts(request_to_pln, said(450), as_of=EARLY, by=worker)
    assert facts.record_facts(request_to_pln, said(450), as_of=EARLY, by=worker) == []


def test_the_same_value_on_a_later_day_is_fresher(request_to_pln: SourceRequest, worker: User) -> None:
    facts.record_facts(request_to_pln, said(450), as_of=EARLY, by=worker)
    facts.record_facts(request_to_pln, said(450), as_of=LATE, by=worker)
    assert facts.current_facts(request_to_pln.application.family)["pln.power_va"].as_of == LATE


def test_older_data_never_replaces_newer(request_to_pln: SourceRequest, worker: User) -> None:
    facts.record_facts(request_to_pln, said(900), as_of=LATE, by=worker)
    assert facts.record_facts(request_to_pln, said(2200), as_of=EARLY, by=worker) == []


def test_a_count_of_nought_is_not_a_flag(request_to_pln: SourceRequest, worker: User) -> None:
    facts.record_facts(request_to_pln, said(0), as_of=EARLY, by=worker)
    (new,) = facts.record_facts(request_to_pln, said(False), as_of=EARLY, by=worker)
    assert new.value is False


def test_a_ground_check_stands_however_often_the_register_is_asked(
    request_to_pln: SourceRequest, worker: User, cast: Any
) -> None:
    """The meter PLN recorded wrongly: seen on the spot it stays corrected until somebody looks again."""
    family = request_to_pln.application.family
    (wrong,) = facts.record_facts(request_to_pln, said(2200), as_of=EARLY, by=worker)
    seen = facts.supersede_fact(wrong, value=900, source=Source.GROUND_CHECK, as_of=EARLY, by=cast.dewi)
    assert facts.record_facts(request_to_pln, said(2200), as_of=LATE, by=worker) == []
    assert facts.current_facts(family)["pln.power_va"] == seen
    noted = AuditEvent.objects.get(action="verification.fact.outranked")
    assert (noted.subject_id, noted.data) == (seen.pk, {"source": "pln"})
    again = facts.supersede_fact(seen, value=1300, source=Source.GROUND_CHECK, as_of=LATE, by=cast.dewi)
    assert facts.current_facts(family)["pln.power_va"] == again
    assert chain(family) == [2200, 900, 1300]


def test_a_fact_is_superseded_once(worker: User) -> None:
    fact = factories.FactFactory()
    facts.supersede_fact(fact, value=900, source=Source.GROUND_CHECK, as_of=LATE, by=worker)
    with pytest.raises(DomainError) as caught:
        facts.supersede_fact(fact, value=1300, source=Source.GROUND_CHECK, as_of=LATE, by=worker)
    assert caught.value.code == "stale"


def test_the_database_keeps_one_chain_per_name() -> None:
    fact = factories.FactFactory()
    with pytest.raises(IntegrityError, match="fact_one_chain_per_name"), transaction.atomic():
        factories.FactFactory(family=fact.family)
    factories.FactFactory(family=fact.family, name="samsat.cars")
    factories.FactFactory(family=fact.family, supersedes=fact)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.FactFactory(family=fact.family, supersedes=fact)


def test_what_the_family_declared_becomes_facts(worker: User) -> None:
    application = factories.ApplicationFactory(submitted=True)
    factories.MemberFactory(family=application.family, is_pregnant=True)
    factories.MemberFactory(family=application.family, has_severe_disability=True)
    factories.MemberFactory(family=application.family, is_pregnant=True, left_on=EARLY)
    factories.MemberFactory(family=application.family, is_pregnant=True, person__deceased_on=EARLY)
    facts.record_declared(application, by=worker)
    current = facts.current_facts(application.family)
    assert {name: fact.value for name, fact in current.items()} == {
        "citizen.pregnant": 1,
        "citizen.severe_disability": 1,
    }
    assert {fact.source for fact in current.values()} == {Source.CITIZEN}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE verification_fact SET value = '450'::jsonb",
        "UPDATE verification_fact SET as_of = '2020-01-01'",
        "UPDATE verification_fact SET updated_at = now()",
        "DELETE FROM verification_fact",
    ],
)
def test_the_database_changes_and_removes_no_fact(change: str) -> None:
    fact = factories.FactFactory(value=2200)
    with pytest.raises(ProgrammingError, match="superseded, never changed"), transaction.atomic():
        connection.cursor().execute(change)
    assert Fact.objects.get() == fact
    assert Fact.objects.get().value == 2200


@pytest.mark.parametrize(("seen", "agrees"), [(2200, True), (900, False), ("2200", False), (True, False)])
def test_a_look_says_by_itself_whether_it_agrees(cast: Any, seen: Any, agrees: bool) -> None:
    fact = factories.FactFactory(value=2200)
    look = facts.record_check(fact, seen=seen, on=LATE, by=cast.eko)
    look.refresh_from_db()
    assert (look.agrees, Fact.objects.get()) == (agrees, fact)
    assert AuditEvent.objects.get(action="verification.fact.checked").data == {"check": look.pk}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE verification_factcheck SET seen = '450'::jsonb",
        "UPDATE verification_factcheck SET seen_on = '2020-01-01'",
        "DELETE FROM verification_factcheck",
    ],
)
def test_the_database_changes_and_removes_no_look(cast: Any, change: str) -> None:
    look = facts.record_check(factories.FactFactory(value=2200), seen=900, on=LATE, by=cast.eko)
    with pytest.raises(ProgrammingError, match="looked at again, never changed"), transaction.atomic():
        connection.cursor().execute(change)
    assert FactCheck.objects.get() == look


def test_the_database_empties_no_facts_at_once() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE verification_fact ENABLE TRIGGER fact_no_truncate")
        with pytest.raises(ProgrammingError, match="TRUNCATE on verification_fact is refused"), transaction.atomic():
            cursor.execute("TRUNCATE verification_fact CASCADE")
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("age", "answered_days", "state", "is_asked"),
    [
        (366, 2, "decided", True),
        (366, 2, "matching", True),
        (365, 2, "decided", False),
        (366, 0, "decided", False),
        (366, 2, "announced", False),
        (366, 2, "withdrawn", False),
    ],
)
def test_a_source_whose_fact_grew_too_old_is_asked_again(
    age: int, answered_days: int, state: str, is_asked: bool
) -> None:
    answered_at = timezone.now() - timedelta(days=answered_days)
    request = factories.SourceRequestFactory(state=RequestState.ANSWERED, answered_at=answered_at)
    type(request.application).objects.update(state=state)
    as_of = timezone.localdate() - timedelta(days=age)
    old = factories.FactFactory(family=request.application.family, as_of=as_of - timedelta(days=900))
    factories.FactFactory(family=request.application.family, as_of=as_of, supersedes=old)
    tasks.sweep_stale_facts()
    request.refresh_from_db()
    assert request.state == (RequestState.DUE if is_asked else RequestState.ANSWERED)


def test_a_source_is_asked_again_before_the_rules_stop_believing_it() -> None:
    for source, connector in CONNECTORS.items():
        limits = [fact.max_age_days for name, fact in CATALOGUE.items() if fact.source == source]
        assert all(connector.max_age.days <= limit for limit in limits), source


@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_once_one_chain_remains(worker: User) -> None:
    family = factories.ApplicationFactory(matching=True).family
    requests = [
        factories.SourceRequestFactory(application__family=family, application__state="withdrawn") for _ in range(8)
    ]

    def record(turn: int) -> None:
        try:
            facts.record_facts(requests[turn], said(450 + turn), as_of=EARLY, by=worker)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(8)))
    rows = Fact.objects.filter(family=family)
    assert rows.count() == 8
    assert rows.filter(supersedes=None).count() == 1
    assert rows.current().count() == 1
