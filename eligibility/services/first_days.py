"""The first day of a version: every area it touches is decided again, once, whatever dies meanwhile."""

from django.db import transaction
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import permissions
from eligibility.models import RuleSet, Run
from eligibility.services.runs import start_run
from enrollment.models import DECIDED_STATES, Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area

REGENCY = len("35.10")


@transaction.atomic
def begin_rule_set(rule_set_id: int, *, by: User) -> bool:
    """One step of a version's first day; whether another may follow at once.

    For the worker. Regency by regency a run is started, in which programmes that this one blocks follow.
    Each step commits whole: killed, it goes on with the next regency, and while another process holds
    the version it does nothing. Where somebody gave the run up it is taken up again a day later, or by
    a full re-decision that is started by hand: the version has begun when every regency was decided by it.
    """
    access.ensure(permissions.is_worker(by))
    rule_set = _held(rule_set_id)
    if rule_set is None:
        return False
    left = _areas_left(rule_set)
    if left:
        given_up = set(Run.objects.given_up().following(rule_set).values_list("area_id", flat=True))
        area = next((one for one in left if one.code not in given_up), None)
        return area is not None and _start(rule_set, area, by=by)
    rule_set.begun_at = timezone.now()
    rule_set.save(update_fields=["begun_at", "updated_at"])
    audit.record("eligibility.rule_set.begun", subject=rule_set, by=by, runs=rule_set.runs.count())
    return False


# --- how ------------------------------------------------------------------------------------------
def _held(rule_set_id: int) -> RuleSet | None:
    rows = RuleSet.objects.due().select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.select_related("programme").filter(pk=rule_set_id).first()


def _areas_left(rule_set: RuleSet) -> list[Area]:
    """Regencies with decided families whom no run has decided by this version."""
    running = list(rule_set.programme.areas.values_list("code", flat=True))
    decided = Application.objects.filter(state__in=DECIDED_STATES).order_by()
    codes = decided.annotate(regency=Left("village_id", REGENCY)).values_list("regency", flat=True).distinct()
    covered = tuple(Run.objects.covering(rule_set).values_list("area_id", flat=True))
    touched = [code for code in codes if not running or _meet(code, running)]
    return list(
        Area.objects.filter(code__in=[code for code in touched if not code.startswith(covered)]).order_by("code")
    )


def _meet(code: str, running: list[str]) -> bool:
    return any(code.startswith(area) or area.startswith(code) for area in running)


def _start(rule_set: RuleSet, area: Area, *, by: User) -> bool:
    """A run under way with the rules of the day before is waited for: the sweep comes again."""
    reason = _("First day of %(rule_set)s") % {"rule_set": rule_set}
    try:
        start_run(area, reason=reason, because_of=rule_set, by=by)
    except DomainError as error:
        if error.code != "already_running":
            raise
        return False
    return True
