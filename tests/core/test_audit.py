"""The audit trail: the database refuses change, and shows it when somebody got around that."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from perlinsos.accounts.models import Organisation
from perlinsos.core import audit
from perlinsos.core.logging import set_request_id
from perlinsos.core.models import AuditEvent, AuditLink
from tests.conftest import NO_TRUNCATE
from tests.factories import OrganisationFactory, UserFactory

WRITERS = 8
EACH = 25


def link_now() -> None:
    """What COMMIT does: run the deferred trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def as_an_intruder() -> Iterator[None]:
    """Somebody with the rights of the owner switches the triggers off, changes rows, and switches them on."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER audit_event_append_only")
        cursor.execute("ALTER TABLE core_auditlink DISABLE TRIGGER audit_link_append_only")
        yield
        link_now()  # a table with pending checks cannot be altered
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER audit_event_append_only")
        cursor.execute("ALTER TABLE core_auditlink ENABLE TRIGGER audit_link_append_only")


@pytest.fixture
def office(db: None) -> Organisation:
    return OrganisationFactory()


@pytest.fixture
def trail(office: Organisation) -> list[AuditEvent]:
    """Five linked events."""
    officer = UserFactory(staff=True)
    events = [audit.record("tests.office.visited", subject=office, by=officer, round=number) for number in range(5)]
    link_now()
    return events


def test_an_event_says_who_did_what_to_what_in_which_request(office: Organisation) -> None:
    officer = UserFactory(staff=True)
    set_request_id("request-17")
    event = audit.record("tests.office.visited", subject=office, by=officer, reason="", round=3)
    set_request_id("")
    event.refresh_from_db()
    assert (event.actor, event.subject_type, event.subject_id) == (officer, "accounts.organisation", office.pk)
    assert (event.request_id, event.data) == ("request-17", {"round": 3})


def test_an_event_lives_and_dies_with_what_it_reports(office: Organisation) -> None:
    with transaction.atomic():
        audit.record("tests.office.visited", subject=office, by=None)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditevent SET action = 'nothing'",
        "DELETE FROM core_auditevent",
        "UPDATE core_auditlink SET hash = previous_hash",
        "DELETE FROM core_auditlink",
    ],
)
def test_the_database_refuses_change(trail: list[AuditEvent], statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        cursor.execute(statement)
    assert audit.broken_links() == []


@pytest.mark.parametrize("table", NO_TRUNCATE)
def test_the_database_refuses_to_be_emptied(db: None, table: str) -> None:
    """These triggers are off during the other tests (see conftest), and on everywhere else."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {NO_TRUNCATE[table]}")
        with pytest.raises(DatabaseError, match="TRUNCATE on .* is refused|append-only"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_an_untouched_trail_verifies(trail: list[AuditEvent]) -> None:
    assert audit.broken_links() == []
    assert list(AuditLink.objects.order_by("position").values_list("event_id", flat=True)) == [e.pk for e in trail]


@pytest.mark.parametrize(
    "change",
    [
        "action = 'tests.office.closed'",
        "actor_id = NULL",
        "subject_id = subject_id + 1",
        "at = at + interval '1 second'",
        "data = '{\"round\": 9}'",
        "request_id = 'another'",
    ],
)
def test_a_changed_event_is_found(trail: list[AuditEvent], change: str) -> None:
    with as_an_intruder(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE core_auditevent SET {change} WHERE id = %s", [trail[2].pk])
    assert audit.broken_links() == [trail[2].link.position]


def test_a_removed_event_is_found(trail: list[AuditEvent]) -> None:
    position = trail[2].link.position
    with as_an_intruder(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_auditlink WHERE event_id = %s", [trail[2].pk])
        cursor.execute("DELETE FROM core_auditevent WHERE id = %s", [trail[2].pk])
    assert audit.broken_links() == [position + 1]


def test_a_forged_hash_breaks_the_link_after_it(trail: list[AuditEvent]) -> None:
    """Whoever also recomputes the hash of the changed event must rewrite everything after it."""
    with as_an_intruder(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_auditevent SET action = 'tests.forged' WHERE id = %s", [trail[2].pk])
        cursor.execute(
            "UPDATE core_auditlink SET hash = core_audit_hash(previous_hash, event) "
            "FROM core_auditevent event WHERE event.id = event_id AND event_id = %s",
            [trail[2].pk],
        )
    assert audit.broken_links() == [trail[3].link.position]


def test_events_in_exchanged_places_are_found(trail: list[AuditEvent]) -> None:
    first, second = trail[1].link.position, trail[2].link.position
    with as_an_intruder(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_auditlink SET position = -1 WHERE position = %s", [first])
        cursor.execute("UPDATE core_auditlink SET position = %s WHERE position = %s", [first, second])
        cursor.execute("UPDATE core_auditlink SET position = %s WHERE position = -1", [second])
    assert {first, second} <= set(audit.broken_links())


@pytest.mark.django_db(transaction=True)
def test_many_committers_make_one_chain() -> None:
    office, failures = OrganisationFactory(), []

    def write(writer: int) -> None:
        try:
            for number in range(EACH):
                with transaction.atomic():
                    audit.record("tests.office.visited", subject=office, by=None, writer=writer, number=number)
                    audit.record("tests.office.left", subject=office, by=None, writer=writer, number=number)
        except DatabaseError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert audit.broken_links() == []
    links = list(AuditLink.objects.select_related("event").order_by("position"))
    assert [link.position for link in links] == list(range(1, 2 * WRITERS * EACH + 1))
    for writer in range(WRITERS):
        own = [link.event.data["number"] for link in links if link.event.data["writer"] == writer]
        assert own == sorted(own)
