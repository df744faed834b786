from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordingState(models.TextChoices):
    """A recording of moves. Sent is used up, whatever comes of it."""

    ASKED = "asked", _("Asked for")
    SENT = "sent", _("Sent")
    UNUSABLE = "unusable", _("Did not arrive completely")
    LIVE = "live", _("Done by somebody who was there")
    BROKEN = "broken", _("Does not count")


class Replaced(models.TextChoices):
    """The turn of the head somebody cannot make."""

    NONE = "", _("None")
    LEFT = "left", _("To the left")
    RIGHT = "right", _("To the right")
