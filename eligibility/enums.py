from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    ELIGIBLE = "eligible", _("Eligible")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    UNDECIDED = "undecided", _("Needs checking")


class CriterionResult(models.TextChoices):
    MET = "met", _("Met")
    NOT_MET = "not_met", _("Not met")
    UNKNOWN = "unknown", _("Not known yet")


class BatchState(models.TextChoices):
    DRAFT = "draft", _("Being prepared")
    PREPARED = "prepared", _("Waiting for a second officer")
    ANNOUNCED = "announced", _("Announced")
    FINAL = "final", _("Final")
    CANCELLED = "cancelled", _("Cancelled")


class Placement(models.TextChoices):
    """Eligible is not funded: the quota draws the line."""

    FUNDED = "funded", _("Will receive")
    WAITING = "waiting", _("Waiting list")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    LEFT = "left", _("No longer takes part")
    LAPSED = "lapsed", _("Waiting list ended with its period")


class DepartureReason(models.TextChoices):
    """Why a family left its place."""

    OPTED_OUT = "opted_out", _("The family does not want it any more")
    DIED = "died", _("The person it was for has died")
    MOVED = "moved", _("The family moved away")
    GRADUATED = "graduated", _("The family stands on its own feet")
    REMOVED = "removed", _("The family does not fit the programme any more")


class DepartureState(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second officer")
    EFFECTIVE = "effective", _("In effect")
    REFUSED = "refused", _("Not agreed")


class RankingCause(models.TextChoices):
    ANNOUNCEMENT = "announcement", _("Announcement")
    APPEAL = "appeal", _("Appeal upheld")
    VACANCY = "vacancy", _("A place fell free")
    QUOTA = "quota", _("The number of places changed")
    OVERLAP = "overlap", _("Another programme gave or freed a place")
    PERIOD = "period", _("The period of the places ended")


class RunState(models.TextChoices):
    RUNNING = "running", _("Under way")
    DONE = "done", _("Finished")
    STOPPED = "stopped", _("Stopped")


class DraftState(models.TextChoices):
    """Of a draft of rules; a version that is enacted lives on as a rule set."""

    DRAFT = "draft", _("Being written")
    PROPOSED = "proposed", _("Waiting for a second officer")
    ENACTED = "enacted", _("Enacted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Given up")


class WithdrawalState(models.TextChoices):
    """Of a proposal to take a version of rules back before its first day."""

    PROPOSED = "proposed", _("Waiting for a second officer")
    EFFECTIVE = "effective", _("In effect")
    REFUSED = "refused", _("Not agreed")


class SimulationState(models.TextChoices):
    RUNNING = "running", _("Under way")
    DONE = "done", _("Finished")
    STOPPED = "stopped", _("Stopped")


class ParticipationState(models.TextChoices):
    """How a family that receives stands. Only a person ends it; a date alone leads to `check`."""

    ACTIVE = "active", _("Receives")
    CHECK = "check", _("Receives, data to be checked again")
    SUSPENDED = "suspended", _("Paused")
    LEFT = "left", _("Stepped back")
    GRADUATED = "graduated", _("Graduated")
    DIED = "died", _("Ended: the recipient died")
    MOVED = "moved", _("Ended: moved away")
    REMOVED = "removed", _("Ended: no longer fits the conditions")


class RecertificationState(models.TextChoices):
    """How far a look at the data of a family that receives has come."""

    ASKED = "asked", _("Sources are asked again")
    ANSWERED = "answered", _("Waiting for an officer")
    CONFIRMED = "confirmed", _("Looked at again")
    DROPPED = "dropped", _("Given up for a newer look")


class DutyKind(models.TextChoices):
    """What is looked at about one member in one month."""

    SCHOOL = "school", _("School attendance")
    HEALTH = "health", _("Health visit")


class DutyValue(models.TextChoices):
    """Unknown is never no: it costs nothing."""

    FULFILLED = "fulfilled", _("Fulfilled")
    NOT_FULFILLED = "not_fulfilled", _("Not fulfilled")
    UNKNOWN = "unknown", _("Not known")
