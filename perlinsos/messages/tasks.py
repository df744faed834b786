"""Work on messages and letters. Every task may run twice; the row decides."""

from celery import shared_task

from perlinsos.core import jobs
from perlinsos.messages import letters, senders, services
from perlinsos.messages.enums import Channel
from perlinsos.messages.models import Letter, OutboxMessage

AT_ONCE = 500


@shared_task(name="messages.deliver")
def deliver(*, message_id: int) -> None:
    if (message := services.claim_message(message_id)) is None:
        return
    try:
        if message.channel == Channel.EMAIL:
            senders.send_email(message.address, message.title, message.body)
        elif message.channel == Channel.SMS:
            senders.send_sms(message.address, message.body)
    except senders.NotSent as error:
        services.record_not_sent(message, error=error.code, permanent=error.permanent)
        return
    services.record_sent(message)


@shared_task(name="messages.render_letter")
def render_letter(*, letter_id: int) -> None:
    if (letter := services.claim_letter(letter_id)) is not None:
        services.record_letter(letter, pdf=letters.render(letter))


@shared_task(name="messages.sweep_outbox")
def sweep_outbox() -> None:
    for message_id in OutboxMessage.objects.due().order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
        jobs.enqueue("messages.deliver", message_id=message_id)


@shared_task(name="messages.sweep_letters")
def sweep_letters() -> None:
    for letter_id in Letter.objects.due().order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        jobs.enqueue("messages.render_letter", letter_id=letter_id)
