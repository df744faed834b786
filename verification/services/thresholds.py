"""Face thresholds from proposal to force: two people, on record. The only writer of FaceThresholdSet."""

from collections.abc import Mapping
from dataclasses import asdict

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
from verification.faces.calibration import ALLOWED_FMR, Rates
from verification.faces.thresholds import FaceThresholds
from verification.models import FaceThresholdSet
from verification.operating import Means

NOT_EDGES = ("version", "recogniser")


@transaction.atomic
def propose_set(
    thresholds: FaceThresholds,
    means: Means,
    *,
    measured: Mapping[str, Rates],
    area: Area | None,
    decree: Decree | None,
    by: User,
) -> FaceThresholdSet:
    """Put an operating point up for enactment. For administrators; changes nothing by itself.

    Refused with `too_little_evidence` unless what was `measured` shows, in every group, that hardly any
    stranger is accepted: edges that nobody has tried on enough strangers are not put to anybody's vote.
    """
    access.ensure(permissions.can_propose_thresholds(by))
    if not measured or not all(found.false_matches.is_surely_within(ALLOWED_FMR) for found in measured.values()):
        raise DomainError(_("Too few strangers were compared to propose these thresholds."), code="too_little_evidence")
    proposed = FaceThresholdSet.objects.create(
        area=area,
        version=thresholds.version,
        recogniser=thresholds.recogniser,
        edges={name: edge for name, edge in asdict(thresholds).items() if name not in NOT_EDGES},
        centres={"version": means.version, "general": means.general, "population": means.population},
        people=means.people,
        measured={group: _kept(found) for group, found in measured.items()},
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


def _kept(rates: Rates) -> dict[str, list[float]]:
    """Hits, cases and the 95 % interval of each rate, for the record of a proposal."""
    named = {
        "false_matches": rates.false_matches,
        "false_non_matches": rates.false_non_matches,
        "accepted": rates.accepted,
        "lost": rates.lost,
    }
    return {name: [rate.hits, rate.among, *rate.interval] for name, rate in named.items()}
