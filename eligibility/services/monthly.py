"""A snapshot of every regency that takes part, once a month, so that rules can be tried on any month since."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from eligibility import permissions
from eligibility.models import Snapshot
from eligibility.populations import snapshots
from eligibility.rules.catalogue import CATALOGUE
from enrollment.models import DECIDED_STATES, Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit
from perlinsos.regions.models import Area


@transaction.atomic
def take_monthly(area: Area, *, by: User) -> Snapshot | None:
    """Take the snapshot of this month; None where it is there, or where no family is decided yet.

    For the worker and officers of the area. It may run twice: the database takes one a month.
    """
    access.ensure(permissions.can_run(by, area))
    now = timezone.now()
    month = timezone.localdate(now).replace(day=1)
    decided = Application.objects.filter(village__code__startswith=f"{area.code}.", state__in=DECIDED_STATES)
    if not decided.exists():
        return None
    try:
        with transaction.atomic():
            snapshot = Snapshot.objects.create(area=area, facts=sorted(CATALOGUE), taken_at=now, month=month)
    except IntegrityError:
        return None
    snapshot.families = snapshots.fill(snapshot)
    snapshot.save(update_fields=["families", "updated_at"])
    audit.record("eligibility.snapshot.taken", subject=snapshot, by=by, families=snapshot.families)
    return snapshot
