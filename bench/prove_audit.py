"""Whoever changes the audit trail is refused; whoever gets around that is found."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from bench.figures import Claim, Proof, said
from perlinsos.accounts.models import Organisation
from perlinsos.core import audit
from perlinsos.core.models import AuditEvent

CHANGES = (
    "UPDATE core_auditevent SET action = 'nothing'",
    "UPDATE core_auditevent SET at = now()",
    "DELETE FROM core_auditevent",
    "TRUNCATE core_auditevent CASCADE",
    "UPDATE core_auditlink SET hash = previous_hash",
    "DELETE FROM core_auditlink",
    "TRUNCATE core_auditlink",
)
FORGERIES = (
    "UPDATE core_auditevent SET action = 'forged' WHERE id = {id}",
    "UPDATE core_auditevent SET actor_id = NULL, data = '{{}}' WHERE id = {id}",
    "UPDATE core_auditevent SET at = at - interval '1 day' WHERE id = {id}",
    "DELETE FROM core_auditlink WHERE event_id = {id}; DELETE FROM core_auditevent WHERE id = {id}",
    "UPDATE core_auditlink SET hash = previous_hash WHERE event_id = {id}",
)


class AuditTrail(Proof):
    name = "audit"
    description = "the database refuses every change of the audit trail, and a change behind its back is found"

    def run(self, *, small: bool, seed: int) -> list[Claim]:
        claims: list[Claim] = []
        office = Organisation.objects.create(name=f"proof {seed}")
        for number in range(100 if small else 2000):
            audit.record("proof.event.written", subject=office, by=None, number=number)
        events = list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))
        claims.append(Claim("an untouched trail verifies", audit.broken_links() == [], f"{len(events)} events"))
        with said(claims, "UPDATE, DELETE and TRUNCATE are refused by the database") as seen:
            seen += [_is_refused(change) for change in CHANGES]
        with said(claims, "a forgery with the triggers switched off is found") as seen:
            seen += [_is_found(forgery.format(id=events[len(events) // 2])) for forgery in FORGERIES]
        claims.append(Claim("after all that the trail verifies again", audit.broken_links() == []))
        return claims


def _is_refused(change: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


@transaction.atomic
def _is_found(forgery: str) -> bool:
    """Forge inside a transaction that is rolled back, and look whether the verification notices."""
    with _triggers_off(), connection.cursor() as cursor:
        cursor.execute(forgery)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found = audit.broken_links() != []
    transaction.set_rollback(True)
    return found


@contextmanager
def _triggers_off() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER audit_event_append_only")
        cursor.execute("ALTER TABLE core_auditlink DISABLE TRIGGER audit_link_append_only")
        yield
