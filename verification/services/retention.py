"""Erasing what is no longer needed: photographs by the calendar, templates with the consent or the case."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import audit, files
from verification import retaining
from verification.enums import CheckState
from verification.models import FaceTemplate
from verification.policies import RetentionPolicy
from verification.retaining import RetentionReason
from verification.services import recordings, templates

AT_ONCE = 200


@transaction.atomic
def erase_pictures(applications: Iterable[Application], *, by: User) -> int:
    """Erase the photographs of these applications whose term is over; how many. For the worker.

    The bytes go once this has committed; rows stay with hash, instant, policy and reason. A process
    that dies in between leaves bytes nobody can open, and `files.finish_removals` erases them.
    """
    applications = list(applications)
    frames = sum(
        recordings.erase_frames(each, under=RetentionReason.RECORDING, by=by)
        for each in retaining.frames_due(applications)
    )
    over = retaining.now_over(retaining.kept(applications))
    for each in over:
        files.remove(each.file, under=f"{each.policy.version}: {each.term.reason}")
        audit.record(
            "verification.photograph.erased",
            subject=each.application,
            by=by,
            file=str(each.file.public_id),
            reason=each.term.reason,
            policy=each.policy.version,
        )
    return len(over) + frames


@transaction.atomic
def erase_due_templates(at_once: int = AT_ONCE, *, by: User) -> int:
    """Erase templates of who withdrew, was turned down or never sent the form; how many. For the face worker.

    UU 27/2022 gives three days after a withdrawal; the sweep needs minutes. A template of somebody
    whose registration counts stays as long as it does.
    """
    living = FaceTemplate.objects.living().select_related("face_check")
    application = "face_check__application"
    withdrawn = Q(**{f"{application}__state": ApplicationState.WITHDRAWN})
    withdrawn |= retaining.consent_withdrawn(application)
    draft = Q(**{f"{application}__state": ApplicationState.DRAFT})
    unsent = draft & Q(**{f"{application}__updated_at__lt": timezone.now() - RetentionPolicy().after_last_change})
    of_no_use = Q(face_check__state__in=[CheckState.REJECTED, CheckState.RETRY])
    erased = 0
    for reason, due in (
        (RetentionReason.WITHDRAWN, withdrawn),
        (RetentionReason.UNSENT, unsent),
        (RetentionReason.UNUSABLE, of_no_use),
    ):
        erased += templates.erase_templates(living.filter(due).order_by("pk")[:at_once], under=reason, by=by)
    return erased
