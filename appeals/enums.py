from django.db import models
from django.utils.translation import gettext_lazy as _


class AppealState(models.TextChoices):
    LODGED = "lodged", _("Received")
    REVIEW = "review", _("Being reviewed")
    GROUND_CHECK = "ground_check", _("Checked on site")
    CHECKED = "checked", _("Waiting for the ruling")
    UPHELD = "upheld", _("Accepted")
    DISMISSED = "dismissed", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class GroundCheckState(models.TextChoices):
    REQUESTED = "requested", _("Visit asked for")
    RECORDED = "recorded", _("Recorded")
    CANCELLED = "cancelled", _("Cancelled")


class AppealChannel(models.TextChoices):
    PORTAL = "portal", _("Portal")
    AGENT = "agent", _("Agent")
    VILLAGE = "village", _("Village office")


class CorrectionState(models.TextChoices):
    DUE = "due", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    PARKED = "parked", _("Stopped after many tries")
