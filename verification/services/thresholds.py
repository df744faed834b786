"""Face thresholds from proposal to force: two people, on record. The only writer of FaceThresholdSet."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.core import access, audit, workflow
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area
from verification import permissions
from verification.enums import ThresholdState
from verification.faces.thresholds import FaceThresholds
from verification.models import FaceThresholdSet
from verification.operating import Means

NOT_EDGES = ("version", "recogniser")


@transaction.atomic
def propose_set(
    thresholds: FaceThresholds,
    means: Means,
    *,
    measured: dict[str, Any],
    area: Area | None,
    decree: Decree | None,
    by: User,
) -> FaceThresholdSet:
    """Put an operating point up for enactment. For administrators; changes nothing by itself."""
    access.ensure(permissions.can_propose_thresholds(by))
    proposed = FaceThresholdSet.objects.create(
        area=area,
        version=thresholds.version,
        recogniser=thresholds.recogniser,
        edges={name: edge for name, edge in asdict(thresholds).items() if name not in NOT_EDGES},
        centres={"version": means.version, "general": means.general, "population": means.population},
        people=means.people,
        measured=measured,
        decree=decree,
        proposed_by=by,
    )
    audit.record("verification.face_thresholds.proposed", subject=proposed, by=by, version=proposed.version)
    return proposed


@transaction.atomic
def enact_set(proposed: FaceThresholdSet, *, by: User) -> FaceThresholdSet:
    """Put a proposal in force from now on, in place of what its area had. For another administrator.

    Refused with `bad_transition` unless it is still proposed, with `no_decree` when its decree is no
    longer in force.
    """
    access.ensure(permissions.can_settle_thresholds(by, proposed))
    if proposed.decree is not None and not Decree.objects.in_force().filter(pk=proposed.decree.pk).exists():
        raise DomainError(_("This decree is no longer in force."), code="no_decree")
    now = timezone.now()
    enacted = FaceThresholdSet.objects.select_for_update().filter(area=proposed.area, state=ThresholdState.ENACTED)
    for older in enacted:
        workflow.move(older, ThresholdState.REPLACED, by=by, replaced_at=now)
    return workflow.move(proposed, ThresholdState.ENACTED, by=by, settled_by=by, settled_at=now)


@transaction.atomic
def decline_set(proposed: FaceThresholdSet, *, by: User) -> FaceThresholdSet:
    """Put a proposal aside. For administrators, the proposer too."""
    access.ensure(permissions.can_propose_thresholds(by))
    return workflow.move(proposed, ThresholdState.DECLINED, by=by, settled_by=by, settled_at=timezone.now())
