"""The officers' queue of faces, sorted by what is to be done. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.messages.names import mask_name
from verification.enums import CheckState, Judgement
from verification.models import FaceAnswer, FaceCheck
from verification.models.faces import FaceCheckQuerySet


class Kind(models.TextChoices):
    """Parts of the queue; the values are in addresses."""

    WAITING = "menunggu", _("To compare")
    SECOND = "kedua", _("Second officer")
    TURNED_DOWN = "belum", _("Not confirmed")

    def of(self, checks: FaceCheckQuerySet) -> FaceCheckQuerySet:
        """The checks of this part, longest waiting first, with what a line shows.

        Faces drawn for the error sample and re-checks stand among the others: who could tell them apart
        would know what the machine thinks before answering.
        """
        parts = {
            Kind.WAITING: lambda: checks.for_officers().filter(disputed_by=None),
            Kind.SECOND: lambda: checks.for_officers().exclude(disputed_by=None),
            Kind.TURNED_DOWN: checks.turned_down,
        }
        found: FaceCheckQuerySet = parts[self]().select_related(
            "application__applicant", "application__village__parent"
        )
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """A check in the list: masked name, what to do in a word, and whether this officer may still answer."""

    check: FaceCheck
    name: str
    words: str | Promise
    kind: str


def counts(checks: FaceCheckQuerySet) -> list[tuple[Kind, int]]:
    return [(kind, kind.of(checks).count()) for kind in Kind]


def lines(checks: Iterable[Any], *, user: User) -> list[Line]:
    found = list(checks)
    said = FaceAnswer.objects.filter(face_check__in=[check.pk for check in found], given_by=user).definite()
    answered = set(said.values_list("face_check_id", flat=True))
    return [Line(check, _name(check), *_words(check, check.pk in answered)) for check in found]


def _words(check: FaceCheck, has_answered: bool) -> tuple[str | Promise, str]:
    if check.state == CheckState.REJECTED:
        return _("Waits for the person"), "neutral"
    if has_answered:
        return _("Somebody else must answer"), "neutral"
    if check.disputed_by_id:
        return _("Second officer needed"), "warning"
    if check.judgement == Judgement.UNSURE:
        return _("Waiting for a visit"), "info"
    if check.selfie_id is None:
        return _("Meet the person"), "warning"
    return _("Two photos"), "neutral"


def _name(check: FaceCheck) -> str:
    return mask_name(check.application.applicant.name) if check.application.applicant else ""
