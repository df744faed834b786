"""The record of who did what to which case: append-only, chained, in the writer's transaction.

PostgreSQL refuses UPDATE, DELETE and TRUNCATE on both tables (migration `0002`). When the writer's
transaction commits, a deferred trigger links its events to the end of one global chain; only that
moment is serialised, so writers of different cases do not wait for each other while they work.
"""

from typing import Any

from django.db import connection
from django.db.models import Model

from perlinsos.core.logging import current_request_id
from perlinsos.core.models import AuditEvent


def record(action: str, *, subject: Model, by: Any, **data: Any) -> AuditEvent:
    """Append one event. `data` holds ids, codes and reasons, never a name, NIK or photograph."""
    return AuditEvent.objects.create(
        action=action,
        actor_id=getattr(by, "pk", None),
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        request_id=current_request_id(),
        data={name: value for name, value in data.items() if value not in ("", None)},
    )


def broken_links() -> list[int]:
    """Positions in the chain where content, order or hash no longer fit; empty when it verifies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT position FROM core_audit_broken_links()")
        return [row[0] for row in cursor.fetchall()]
