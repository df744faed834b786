import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from perlinsos.messages import services, tasks
from perlinsos.messages.enums import Channel, MessageState
from perlinsos.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


def tell(application, **fields):
    services.tell(
        application, **{"key": "received:1", "title": "Diterima", "body": "Pendaftaran kami terima.", **fields}
    )


def test_telling_somebody_twice_leaves_one_message_per_channel(cast):
    for _again in range(2):
        tell(cast.application, address="warga@example.id")
    assert sorted(OutboxMessage.objects.values_list("channel", flat=True)) == [Channel.EMAIL, Channel.INBOX]


def test_a_family_without_a_phone_still_finds_the_message_on_its_status_page(cast):
    tell(cast.application)
    assert [message.body for message in OutboxMessage.objects.inbox_of(cast.application)] == [
        "Pendaftaran kami terima."
    ]
    assert not OutboxMessage.objects.inbox_of(cast.joko_application).exists()


def test_body_and_address_are_not_readable_in_the_database(cast):
    tell(cast.application, address="081234567890")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, address FROM notices_outboxmessage WHERE channel = 'sms'")
        body, address = cursor.fetchone()
    assert b"Pendaftaran" not in bytes(body)
    assert b"081234567890" not in bytes(address)


def test_delivering_twice_sends_once(cast):
    tell(cast.application, address="warga@example.id")
    message = OutboxMessage.objects.get(channel=Channel.EMAIL)
    for _again in range(2):
        tasks.deliver(message_id=message.pk)
    assert [letter.to for letter in mail.outbox] == [["warga@example.id"]]
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_an_unreachable_gateway_delays_the_message_and_the_sweep_brings_it_back(
    cast, settings, django_capture_on_commit_callbacks
):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/sms"
    tell(cast.application, address="081234567890")
    message = OutboxMessage.objects.get(channel=Channel.SMS)
    tasks.deliver(message_id=message.pk)
    message.refresh_from_db()
    assert (message.state, message.last_error, message.attempts) == (MessageState.WAITING, "gateway_unreachable", 1)
    assert message.due_at > timezone.now()
    assert message not in OutboxMessage.objects.due()
    OutboxMessage.objects.filter(pk=message.pk).update(due_at=timezone.now())
    with django_capture_on_commit_callbacks() as sent:
        tasks.sweep_outbox()
    assert len(sent) == OutboxMessage.objects.due().count() == 2


def test_a_message_nobody_can_take_is_parked_with_its_reason(cast, settings):
    settings.DEMO = False
    tell(cast.application, address="081234567890")
    message = OutboxMessage.objects.get(channel=Channel.SMS)
    tasks.deliver(message_id=message.pk)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.PARKED, "no_gateway")


def test_the_gateway_gets_number_text_and_token(cast, settings, gateway):
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = gateway.url, "gateway-token"
    tell(cast.application, address="081234567890")
    tasks.deliver(message_id=OutboxMessage.objects.get(channel=Channel.SMS).pk)
    (request,) = gateway.requests
    assert request["json"] == {"to": "081234567890", "text": "Pendaftaran kami terima."}
    assert request["authorization"] == "Bearer gateway-token"


def test_the_late_result_of_a_lost_lease_changes_nothing(cast):
    tell(cast.application)
    message = OutboxMessage.objects.get()
    first = services.claim_message(message.pk)
    assert services.claim_message(message.pk) is None
    OutboxMessage.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    second = services.claim_message(message.pk)
    services.record_not_sent(first, error="late", permanent=True)
    message.refresh_from_db()
    assert message.state == MessageState.SENDING
    services.record_sent(second)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.SENT, "")


@pytest.fixture
def gateway():
    """A gateway of its own: a real HTTP server that remembers what it was asked."""
    requests: list[dict[str, object]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append({"json": json.loads(body), "authorization": self.headers["Authorization"]})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/sms", requests=requests)
    server.shutdown()
    thread.join()
    server.server_close()
