from django.db import models
from django.utils.translation import gettext_lazy as _


class FaceOutcome(models.TextChoices):
    """What the machine may say. There is no "refused": only a person can refuse."""

    ACCEPT = "accept", _("Matches")
    REVIEW = "review", _("An officer will look")
    RETRY = "retry", _("Take the photo again")


class CheckState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being checked")
    ACCEPTED = "accepted", _("Confirmed")
    REVIEW = "review", _("For an officer")
    RETRY = "retry", _("Photo needed again")
    CONFIRMED = "confirmed", _("Confirmed by an officer")
    REJECTED = "rejected", _("Not confirmed by an officer")


class Source(models.TextChoices):
    """Who says so. Values are short codes that also name consent texts and connectors."""

    DUKCAPIL = "dukcapil", "Dukcapil"
    PHOTOGRAPH = "dukcapil_photo", _("Dukcapil (photographs)")
    DTSEN = "dtsen", "DTSEN"
    PLN = "pln", "PLN"
    SAMSAT = "samsat", "Samsat"
    BPN = "bpn", "ATR/BPN"
    BPJS_TK = "bpjs_tk", "BPJS Ketenagakerjaan"
    BKN = "bkn", "BKN"
    DAPODIK = "dapodik", "Dapodik"
    CITIZEN = "citizen", _("The family")
    GROUND_CHECK = "ground_check", _("Ground check")


ASKED_SOURCES = (
    Source.DUKCAPIL,
    Source.DTSEN,
    Source.PLN,
    Source.SAMSAT,
    Source.BPN,
    Source.BPJS_TK,
    Source.BKN,
    Source.DAPODIK,
)


HEALTH_SOURCES = (*ASKED_SOURCES, Source.PHOTOGRAPH)  # what has a breaker and a line on the health page


class Purpose(models.TextChoices):
    """Why a source is asked. The card is asked for before sending, to fill in the form."""

    MATCHING = "matching", _("Checking the application")
    FAMILY_CARD = "family_card", _("Filling in the family")


class RequestState(models.TextChoices):
    DUE = "due", _("Waiting")
    RUNNING = "running", _("Being asked")
    AWAITED = "awaited", _("Answer promised")
    ANSWERED = "answered", _("Answered")
    NOT_FOUND = "not_found", _("Not known to the source")
    PARKED = "parked", _("Stopped after many tries")


class Judgement(models.TextChoices):
    """What an officer says about a face, and why. Codes are kept in the audit trail."""

    SAME_PERSON = "same_person", _("It is the same person")
    MET_IN_PERSON = "met_in_person", _("Somebody met this person and saw the identity card")
    DIFFERENT_PERSON = "different_person", _("It is another person")
    UNSURE = "unsure", _("I am not sure: ask the village agent to visit")

    @property
    def confirms(self) -> bool:
        return self in (Judgement.SAME_PERSON, Judgement.MET_IN_PERSON)


class BreakerState(models.TextChoices):
    CLOSED = "closed", _("Working")
    OPEN = "open", _("Not answering")
