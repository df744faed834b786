"""The vocabulary of the fairness page. Values are short and permanent: alarms are kept under them."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Measure(models.TextChoices):
    """What is compared between groups; see `verification.fairness`."""

    NON_MATCH = "non_match", _("The right person was not recognised")
    STILL = "still", _("Confirmed by people, because the machine saw only a still photo")
    MANUAL = "manual", _("Compared by people, without a usable photo")
    WRONG = "wrong", _("Accepted wrongly, in the random sample")


class Dimension(models.TextChoices):
    ALL = "all", _("Together")
    SEX = "sex", _("Sex")
    AGE = "age", _("Age")
    PHONE = "phone", _("Phone")
    LIGHT = "light", _("Light on the face")
    CHANNEL = "channel", _("Way of registering")


class Everybody(models.TextChoices):
    EVERYBODY = "everybody", _("Everybody")


class LightBand(models.TextChoices):
    DARK = "dark", _("Dark")
    NORMAL = "normal", _("Ordinary")
    BRIGHT = "bright", _("Bright")
    UNKNOWN = "unknown", _("Not measured")


class AgeBand(models.TextChoices):
    UNDER_18 = "under_18", _("Under 18")
    FROM_18 = "18_39", _("18 to 39")
    FROM_40 = "40_59", _("40 to 59")
    FROM_60 = "60_74", _("60 to 74")
    FROM_75 = "75_up", _("75 and older")


class Against(models.TextChoices):
    REST = "rest", _("everybody else")
    BEFORE = "before", _("the period before")
    LIMIT = "limit", _("one in a thousand, the most that is allowed")


class Outcome(StrEnum):
    """How one person's check ended, for the statistics."""

    ACCEPTED = "accepted"  # by the machine
    WRONG = "wrong"  # by the machine, but officers found somebody else in the random sample
    LOST = "lost"  # confirmed by people after the machine had compared and not accepted
    STILL = "still"  # confirmed by people after the machine had recognised a still photograph
    MANUAL = "manual"  # without a picture that could be compared
    OTHER = "other"
    SAMPLE_RIGHT = "sample_right"  # drawn for the random sample, and officers found the same person
    SAMPLE_WRONG = "sample_wrong"  # drawn for the random sample, and officers found somebody else
