"""The words about two registrations that may be one person. Values are short, lower-case and permanent."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DuplicateState(models.TextChoices):
    """How far people are with two registrations whose faces look alike."""

    OPEN = "open", _("To be compared")
    VISIT = "visit", _("Waiting for a visit")
    SAME = "same", _("One person, to be followed up")
    DIFFERENT = "different", _("Two people")
    FOLLOWED_UP = "followed_up", _("One person, followed up")


class DuplicateAnswer(models.TextChoices):
    """What somebody says about two registrations, and why. Codes are kept in the audit trail."""

    SAME_PERSON = "same_person", _("It is the same person")
    DIFFERENT_PERSON = "different_person", _("They are two people")
    TWINS = "twins", _("They are twins or relatives who look alike")
    UNSURE = "unsure", _("I am not sure: ask the village agents to visit")


class FollowUp(models.TextChoices):
    """What was done about somebody who registered twice. None of it refuses anything by itself."""

    ONE_WITHDRAWN = "one_withdrawn", _("The person keeps one registration and withdraws the other")
    DATA_CORRECTED = "data_corrected", _("The identity data are being corrected at Dukcapil")
    REPORTED = "reported", _("Handed to those who investigate misuse")
