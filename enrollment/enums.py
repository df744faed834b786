"""The fixed vocabularies of enrolment. Values are short, lower-case and permanent."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    MALE = "L", _("Male")
    FEMALE = "P", _("Female")


class Relation(models.TextChoices):
    """Relation to the head on the family card (Kartu Keluarga)."""

    HEAD = "kepala", _("Head of family")
    WIFE = "istri", _("Wife")
    HUSBAND = "suami", _("Husband")
    CHILD = "anak", _("Child")
    CHILD_IN_LAW = "menantu", _("Son- or daughter-in-law")
    GRANDCHILD = "cucu", _("Grandchild")
    PARENT = "orang_tua", _("Parent or parent-in-law")
    OTHER = "lainnya", _("Other")


class Channel(models.TextChoices):
    SELF = "self", _("By oneself")
    AGENT = "agent", _("With an agent")


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("Being filled in")
    SUBMITTED = "submitted", _("Sent")
    MATCHING = "matching", _("Being checked")
    DECIDED = "decided", _("Decided")
    ANNOUNCED = "announced", _("Announced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Step(models.TextChoices):
    """Pages of the form in order; the last one answered decides where a return resumes."""

    CONSENT = "consent", _("Consent")
    PHOTO = "photo", _("Face photo")
    FAMILY = "family", _("Family")
    HOME = "home", _("Home and members")
    CONTACT = "contact", _("Phone number")
    ACCOUNT = "account", _("Bank account")
    REVIEW = "review", _("Check your answers")

    @property
    def number(self) -> int:
        """1 for the first page."""
        return list(Step).index(self) + 1

    @property
    def previous(self) -> "Step | None":
        return list(Step)[self.number - 2] if self.number > 1 else None

    @property
    def following(self) -> "Step":
        """The page after this one; the last page follows itself."""
        return list(Step)[min(self.number, len(Step) - 1)]


class FamilyCardState(models.TextChoices):
    NOT_ASKED = "not_asked", _("Not asked yet")
    ASKED = "asked", _("Asked")
    RECEIVED = "received", _("Received")
    NOT_FOUND = "not_found", _("Not found")
    UNAVAILABLE = "unavailable", _("Source not available")


class PhotoRoute(models.TextChoices):
    CAMERA = "camera", _("Camera or file")
    MANUAL = "manual", _("Cannot be photographed")


class PhoneClass(models.TextChoices):
    """With what the page of the photo was opened, as coarse as it can be; no user agent is kept."""

    UNKNOWN = "unknown", _("Unknown")
    ANDROID_OLD = "android_old", _("Android phone, old")
    ANDROID = "android", _("Android phone")
    IOS = "ios", _("iPhone or iPad")
    DESKTOP = "desktop", _("Computer")
    AGENT = "agent", _("Phone of an agent")


class PhoneOwner(models.TextChoices):
    SELF = "self", _("Me")
    FAMILY = "family", _("Family")
    NEIGHBOUR = "neighbour", _("Neighbour or other")
    NONE = "none", _("No phone")


class Schooling(models.TextChoices):
    NONE = "none", _("Not at school")
    PRIMARY = "sd", _("Primary school (SD)")
    LOWER_SECONDARY = "smp", _("Lower secondary (SMP)")
    UPPER_SECONDARY = "sma", _("Upper secondary (SMA)")


class Bank(models.TextChoices):
    """State banks that pay social assistance (Himbara), and the regional and sharia banks."""

    BRI = "bri", "BRI"
    BNI = "bni", "BNI"
    MANDIRI = "mandiri", "Mandiri"
    BTN = "btn", "BTN"
    BSI = "bsi", "BSI"
    JATIM = "jatim", "Bank Jatim"
    BPD_BALI = "bpd_bali", "BPD Bali"
    NONE = "none", _("No account yet")

    @property
    def shortest_number(self) -> int:
        """Digits of the shortest account number the bank gives out; the longest anywhere is 16."""
        return {"bri": 15, "mandiri": 13, "btn": 16}.get(self.value, 10)


class ProxyReason(models.TextChoices):
    """Why an agent recorded consent in the person's stead, UU 27/2022 art. 20 and 25-26."""

    NO_DEVICE = "no_device", _("Has no phone")
    CANNOT_READ = "cannot_read", _("Cannot read or write")
    DISABILITY = "disability", _("Disability or illness")
    ELDERLY = "elderly", _("Elderly")
