"""The only writers of messages and letters."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone

from perlinsos.accounts.models import User
from perlinsos.core import audit, codes, files, jobs
from perlinsos.messages.enums import Channel, LetterState, MessageState
from perlinsos.messages.models import Letter, OutboxMessage

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 10
LONGEST_WAIT = timedelta(hours=1)


@transaction.atomic
def tell(subject: Model, *, key: str, title: str, body: str, address: str = "", due_at: datetime | None = None) -> None:
    """Write a message about `subject` to its status page and, when there is one, to a phone or e-mail.

    `key` names what is told to whom; telling it again changes nothing. Runs in the transaction of
    the change it reports, so neither exists without the other. A body never holds a link (people
    are taught that a link in such a message is a fraud).
    """
    channels = [Channel.INBOX]
    if address:
        channels.append(Channel.EMAIL if "@" in address else Channel.SMS)
    for channel in channels:
        message, created = OutboxMessage.objects.get_or_create(
            key=f"{key}:{channel}",
            defaults={
                "channel": channel,
                "subject_type": subject._meta.label_lower,
                "subject_id": subject.pk,
                "address": address or None,
                "title": title,
                "body": body,
                "due_at": due_at or timezone.now(),
            },
        )
        if created:
            jobs.enqueue("messages.deliver", message_id=message.pk)


def claim_message(message_id: int) -> OutboxMessage | None:
    """Take a due message for sending; None when somebody else has it or it is done."""
    taken = (
        OutboxMessage.objects.due()
        .filter(pk=message_id)
        .update(state=MessageState.SENDING, lease_until=timezone.now() + LEASE, attempts=F("attempts") + 1)
    )
    return OutboxMessage.objects.get(pk=message_id) if taken else None


@transaction.atomic
def record_sent(message: OutboxMessage) -> None:
    """Note that the message left. A late result of a lost lease changes nothing."""
    _held(message).update(state=MessageState.SENT, sent_at=timezone.now(), lease_until=None, last_error="")


@transaction.atomic
def record_not_sent(message: OutboxMessage, *, error: str, permanent: bool) -> None:
    """Try again later, twice as late each time; park what cannot be sent, with its reason."""
    if permanent or message.attempts >= MAX_ATTEMPTS:
        _held(message).update(state=MessageState.PARKED, lease_until=None, last_error=error)
        return
    wait = min(timedelta(seconds=15 * 2**message.attempts), LONGEST_WAIT)
    _held(message).update(state=MessageState.WAITING, lease_until=None, last_error=error, due_at=timezone.now() + wait)


def _held(message: OutboxMessage) -> Any:
    # `attempts` is the fencing token: whoever claimed the row again has a higher one.
    return OutboxMessage.objects.filter(pk=message.pk, state=MessageState.SENDING, attempts=message.attempts)


@transaction.atomic
def issue_letter(
    subject: Model, *, kind: str, masked_name: str, status_text: str, content: dict[str, Any], by: User
) -> Letter:
    """Order a letter about `subject`; a worker writes the PDF. Earlier letters of the kind are revoked.

    `content` fills the template of `kind` (see `perlinsos.messages.letters`).
    """
    for earlier in Letter.objects.select_for_update().about(subject).filter(kind=kind, state=LetterState.ISSUED):
        revoke_letter(earlier, by=by)
    letter = Letter.objects.create(
        code=codes.new_code("SRT"),
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        masked_name=masked_name,
        status_text=status_text,
        content=json.dumps(content, ensure_ascii=False),
    )
    audit.record("notices.letter.ordered", subject=letter, by=by, kind=kind)
    jobs.enqueue("messages.render_letter", letter_id=letter.pk)
    return letter


@transaction.atomic
def revoke_letter(letter: Letter, *, by: User) -> None:
    """A revoked letter stays checkable and says that it no longer counts."""
    changed = Letter.objects.filter(pk=letter.pk, state=LetterState.ISSUED).update(
        state=LetterState.REVOKED, revoked_at=timezone.now()
    )
    if changed:
        audit.record("notices.letter.revoked", subject=letter, by=by)


def claim_letter(letter_id: int) -> Letter | None:
    """Take a queued letter for writing; None when somebody else has it or it is written."""
    taken = Letter.objects.due().filter(pk=letter_id).update(lease_until=timezone.now() + LEASE)
    return Letter.objects.get(pk=letter_id) if taken else None


@transaction.atomic
def record_letter(letter: Letter, *, pdf: bytes) -> None:
    """Keep the PDF of a claimed letter. Written twice, the first one stays."""
    if Letter.objects.select_for_update().filter(pk=letter.pk, state=LetterState.QUEUED).exists():
        file = files.store_generated(pdf, "application/pdf")
        Letter.objects.filter(pk=letter.pk).update(state=LetterState.ISSUED, file=file, lease_until=None)
