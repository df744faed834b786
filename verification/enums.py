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
    KEMENKEU = "kemenkeu", "Kemenkeu"
    KEMENDAGRI = "kemendagri", "Kemendagri"
    GTK = "gtk", "Info GTK"
    KEMENKES = "kemenkes", "Kemenkes"
    AHU = "ahu", "AHU"
    DAPODIK = "dapodik", "Dapodik"
    ATTENDANCE = "attendance", _("School attendance")
    POSYANDU = "posyandu", "Posyandu"
    BPJS_KES = "bpjs_kes", "BPJS Kesehatan"
    BANK = "bank", _("Account check")
    OTHER_AID = "other_aid", _("Other aid")
    CITIZEN = "citizen", _("The family")
    GROUND_CHECK = "ground_check", _("Ground check")


NOT_ASKED = (Source.PHOTOGRAPH, Source.CITIZEN, Source.GROUND_CHECK)  # asked by nobody, or only for a face
ASKED_SOURCES = tuple(source for source in Source if source not in NOT_ASKED)
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
    """What somebody says about a face. Codes are kept in the audit trail."""

    SAME_PERSON = "same_person", _("It is the same person")
    MET_IN_PERSON = "met_in_person", _("Somebody met this person and saw the identity card")
    DIFFERENT_PERSON = "different_person", _("It is another person")
    UNSURE = "unsure", _("I am not sure: ask the village agent to visit")

    @property
    def confirms(self) -> bool:
        return self in (Judgement.SAME_PERSON, Judgement.MET_IN_PERSON)


class FaceReason(models.TextChoices):
    """Why somebody says so. Each reason belongs to one judgement, so one choice says both."""

    FACE_FITS = "face_fits", _("The face is the same in both photos")
    AGED = "aged", _("The photo of the register is old, the person is the same")
    CHANGED = "changed", _("Changed by illness or injury, the person is the same")
    CARD_FITS = "card_fits", _("Met in person: the face fits the identity card")
    VOUCHED = "vouched", _("Met in person: the card is lost, a letter of the village vouches")
    OTHER_FACE = "other_face", _("The face belongs to another person")
    COPIED = "copied", _("It is a photo of a photo or of a screen")
    OTHER_CARD = "other_card", _("The papers belong to another person")
    UNCLEAR = "unclear", _("A photo is not clear enough")
    RELATIVE = "relative", _("It could be a twin or a relative")
    NO_PAPERS = "no_papers", _("There were no papers to compare with")
    NOT_MET = "not_met", _("The person was not there")

    @property
    def judgement(self) -> Judgement:
        return next(judgement for judgement, reasons in REASONS.items() if self in reasons)


REASONS = {
    Judgement.SAME_PERSON: (FaceReason.FACE_FITS, FaceReason.AGED, FaceReason.CHANGED),
    Judgement.MET_IN_PERSON: (FaceReason.CARD_FITS, FaceReason.VOUCHED),
    Judgement.DIFFERENT_PERSON: (FaceReason.OTHER_FACE, FaceReason.COPIED, FaceReason.OTHER_CARD),
    Judgement.UNSURE: (FaceReason.UNCLEAR, FaceReason.RELATIVE, FaceReason.NO_PAPERS, FaceReason.NOT_MET),
}


class Met(models.TextChoices):
    """Whom an agent met at a visit. A representative may speak for somebody, but not be looked at instead."""

    SELF = "self", _("The person alone")
    HELPED = "helped", _("The person, with a representative")
    NOBODY = "nobody", _("Not the person")


class Paper(models.TextChoices):
    """What was compared with the person at a visit."""

    KTP = "ktp", _("KTP")
    KK = "kk", _("Family card (KK)")
    LETTER = "letter", _("Letter of the village with a photo")


class BreakerState(models.TextChoices):
    CLOSED = "closed", _("Working")
    OPEN = "open", _("Not answering")


class ThresholdState(models.TextChoices):
    """A set of face thresholds: one person proposes, another enacts."""

    PROPOSED = "proposed", _("Proposed")
    ENACTED = "enacted", _("In force")
    DECLINED = "declined", _("Declined")
    REPLACED = "replaced", _("Replaced")
