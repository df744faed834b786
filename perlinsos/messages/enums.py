from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    INBOX = "inbox", _("Status page")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    PARKED = "parked", _("Parked")


class LetterState(models.TextChoices):
    QUEUED = "queued", _("Being written")
    ISSUED = "issued", _("Issued")
    REVOKED = "revoked", _("Revoked")
