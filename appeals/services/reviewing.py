"""The second look: taking an appeal up, asking for a visit, recording what was seen."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from appeals import permissions
from appeals.enums import AppealState, GroundCheckState
from appeals.models import Appeal, GroundCheck
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, files, workflow
from perlinsos.core.models import StoredFile
from perlinsos.messages.services import tell
from verification.services import facts

VISIT_DAYS = 7


@dataclass(frozen=True)
class Observation:
    """What the visitor saw: the value in the unit of the contested fact, and a photograph of it."""

    value: int | bool | str
    photo: bytes
    note: str = ""


@transaction.atomic
def take_up(appeal: Appeal, *, by: User) -> Appeal:
    """Become the reviewer. Refused to whoever prepared or announced the batch."""
    access.ensure(permissions.can_review(by, appeal))
    return workflow.move(appeal, AppealState.REVIEW, by=by, reviewer=by)


@transaction.atomic
def request_ground_check(
    appeal: Appeal, *, instructions: str = "", due_on: date | None = None, by: User
) -> GroundCheck:
    """Ask for a visit by somebody who works in the village. For reviewers."""
    access.ensure(permissions.can_review(by, appeal))
    workflow.move(appeal, AppealState.GROUND_CHECK, by=by)
    check = GroundCheck.objects.create(
        appeal=appeal,
        requested_by=by,
        instructions=instructions,
        due_on=due_on or timezone.localdate() + timedelta(days=VISIT_DAYS),
    )
    audit.record("appeals.ground_check.requested", subject=check, by=by)
    with override(appeal.application.language):
        tell(
            appeal.application,
            key=f"ground-check:{check.pk}",
            title=_("Somebody will come and look"),
            body=_("For objection %(reference)s somebody comes to look at your house. This is free.")
            % {"reference": appeal.reference},
            address=appeal.application.phone or "",
        )
    return check


@transaction.atomic
def record_ground_check(check: GroundCheck, observation: Observation, *, by: User) -> GroundCheck:
    """Record a visit. For agents, operators and verifiers of the village, never the requester.

    Refused with `bad_transition`/`stale` when the visit was recorded already, or an InputError of
    the picture.
    """
    access.ensure(permissions.can_record(by, check))
    photo = files.store_photo(observation.photo)
    check = workflow.move(
        check,
        GroundCheckState.RECORDED,
        by=by,
        observed_value=observation.value,
        photo=photo,
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    if observation.note:
        check.note = observation.note
        check.save(update_fields=["note", "updated_at"])
    facts.record_check(check.appeal.fact, seen=observation.value, on=timezone.localdate(), by=by)
    workflow.move(check.appeal, AppealState.CHECKED, by=by)
    return check


@transaction.atomic
def open_photo(appeal: Appeal, file_id: UUID, *, by: User) -> StoredFile | None:
    """A photograph of the appeal or of one of its visits, the look on record; None when it has no such file."""
    belongs = Q(pk__in=appeal.evidence.values("file")) | Q(pk__in=appeal.ground_checks.values("photo"))
    file = StoredFile.objects.filter(belongs, public_id=file_id).first()
    if file is not None:
        audit.record("appeals.photograph.viewed", subject=appeal, by=by, file=str(file_id))
    return file
