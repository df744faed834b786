"""The channels out of the house. Each raises NotSent and says whether trying again can help."""

import logging
import smtplib

import httpx
from django.conf import settings
from django.core.mail import send_mail

logger = logging.getLogger(__name__)


class NotSent(Exception):
    def __init__(self, code: str, *, permanent: bool) -> None:
        super().__init__(code)
        self.code, self.permanent = code, permanent


def send_email(address: str, title: str, body: str) -> None:
    try:
        send_mail(title, body, None, [address])
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent("address_refused", permanent=True) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent("mail_server", permanent=False) from error


def send_sms(address: str, body: str) -> None:
    """POST `{to, text}` to the gateway of SMS_GATEWAY_URL; on a demo machine, write to the terminal."""
    if not settings.SMS_GATEWAY_URL:
        if not settings.DEMO:
            raise NotSent("no_gateway", permanent=True)
        send_email("sms@localhost", "SMS", body)
        return
    try:
        response = httpx.post(
            settings.SMS_GATEWAY_URL,
            json={"to": address, "text": body},
            headers={"Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"},
            timeout=10,
        )
    except httpx.HTTPError as error:
        raise NotSent("gateway_unreachable", permanent=False) from error
    if response.status_code >= 400:
        raise NotSent(f"gateway_{response.status_code}", permanent=400 <= response.status_code < 429)
