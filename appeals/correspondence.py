"""Letters and messages about an application, read in the same query as the application itself.

The status page is what most families open most often, on slow lines at the same hour: its number of
queries is held small (`tests/appeals/test_status.py`).
"""

from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from eligibility.receiving import with_receiving
from enrollment.models import Application
from perlinsos.messages.enums import Channel
from perlinsos.messages.models import Letter, OutboxMessage
from verification.provenance import with_provenance

MESSAGES = 10
BODY = OutboxMessage._meta.get_field("body")


def with_letters_and_messages(applications: QuerySet[Application]) -> QuerySet[Any]:
    """Annotated with what `letters_of` and `messages_of` read: newest first, the last messages only.

    What the family receives, and when its data came, come along in the same query.
    """
    about = {"subject_type": Application._meta.label_lower, "subject_id": OuterRef("pk")}
    letters = Letter.objects.public().filter(**about).order_by("-created_at")
    messages = OutboxMessage.objects.filter(**about, channel=Channel.INBOX).order_by("-created_at", "-pk")
    found: QuerySet[Any] = with_provenance(with_receiving(applications)).annotate(
        letter_rows=ArraySubquery(letters.values(row=JSONObject(code="code", state="state", issued_on="issued_on"))),
        message_rows=ArraySubquery(
            messages.values(row=JSONObject(title="title", body="body", created_at="created_at"))[:MESSAGES]
        ),
    )
    return found


def letters_of(application: Any) -> list[Letter]:
    return [Letter(**row | {"issued_on": date.fromisoformat(row["issued_on"])}) for row in application.letter_rows]


def messages_of(application: Any) -> list[OutboxMessage]:
    return [
        OutboxMessage(
            title=row["title"], body=_opened(row["body"]), created_at=datetime.fromisoformat(row["created_at"])
        )
        for row in application.message_rows
    ]


def _opened(sealed: str) -> str:
    """A sealed text as PostgreSQL puts bytes into JSON: `\\x` and hexadecimal digits."""
    return str(BODY.from_db_value(bytes.fromhex(sealed.removeprefix("\\x")), None, None))
