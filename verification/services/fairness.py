"""Watching whether a group is served worse by the face check, and telling coordinators once when it is."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, override

from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.messages.services import tell
from perlinsos.regions.models import Area
from verification.fairness import Drift, drifts, rates
from verification.fairness_counts import PERIOD, by_regency, counted, last_period
from verification.fairness_words import group_label
from verification.models import FairnessAlarm

EVERYWHERE = Q()


@transaction.atomic
def watch(*, by: User) -> None:
    """Compare the last 30 days with the 30 before, regency by regency; raise what is new, end what is over."""
    since = last_period()
    now = by_regency(counted(EVERYWHERE, since=since))
    before = by_regency(counted(EVERYWHERE, since=since - PERIOD, until=since))
    still: set[int] = set()
    for area in Area.objects.filter(code__in=now):
        for drift in drifts(rates(now[area.code]), rates(before.get(area.code, []))):
            still.add(_raise(area, drift, by=by).pk)
    over = FairnessAlarm.objects.still_open().exclude(pk__in=still)
    for alarm in over:
        audit.record("verification.fairness_alarm.ended", subject=alarm, by=by)
    over.update(ended_at=timezone.now(), updated_at=timezone.now())


def _raise(area: Area, drift: Drift, *, by: User) -> FairnessAlarm:
    alarm, created = FairnessAlarm.objects.get_or_create(
        area=area,
        measure=drift.measure,
        dimension=drift.dimension,
        group=drift.group,
        against=drift.against,
        ended_at=None,
        defaults={
            "hits": drift.rate.hits,
            "people": drift.rate.n,
            "base_hits": drift.base.hits,
            "base_people": drift.base.n,
        },
    )
    if created:
        audit.record("verification.fairness_alarm.raised", subject=alarm, by=by, group=drift.group)
        for coordinator in _coordinators(area):
            _tell(alarm, drift, coordinator)
    return alarm


def _coordinators(area: Area) -> list[User]:
    """Whoever coordinates the regency, or the province or nation it belongs to."""
    upward = ["", area.code.partition(".")[0], area.code]
    holders = User.objects.filter(is_active=True, memberships__role=Role.COORDINATOR)
    valid = holders.filter(memberships__area_code__in=upward, memberships__valid_during__contains=timezone.localdate())
    return list(valid.distinct())


def _tell(alarm: FairnessAlarm, drift: Drift, coordinator: User) -> None:
    with override("id"):
        tell(
            alarm,
            key=f"fairness-alarm:{alarm.pk}:{coordinator.pk}",
            title=gettext("The face check serves a group worse"),
            body=gettext(
                "%(area)s: %(measure)s. %(group)s: %(share)d %%, compared with %(against)s: %(base)d %%. "
                "See the page “Fairness of the face check” in the portal."
            )
            % {
                "area": alarm.area.name,
                "measure": drift.measure.label,
                "group": group_label(drift.dimension, drift.group),
                "share": round(100 * drift.rate.share),
                "against": drift.against.label,
                "base": round(100 * drift.base.share),
            },
            address=coordinator.email or "",
        )
