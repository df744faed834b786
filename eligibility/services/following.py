"""A value of a region that is another one now: whoever was decided by the earlier one is decided again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from eligibility import parameters, permissions
from eligibility.documents import document_of
from eligibility.models import Determination, FollowedParameter, RuleSet, Run
from eligibility.populations.snapshots import take_time
from eligibility.services import decisions
from enrollment.models import DECIDED_STATES, Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit

AT_ONCE = 25  # families of one transaction: each is decided and told by itself
CALM = timedelta(minutes=10)  # longer than any decision takes that may have begun with the earlier value


@transaction.atomic
def note_parameters(*, by: User) -> None:
    """Note every regional value in force today that is not the one its families were last decided by.

    For the worker. Only values that rules in force read are noted. A value that changes while its
    families still follow the one before begins anew.
    """
    access.ensure(permissions.is_worker(by))
    names = _names_in_use()
    rows = parameters.in_force(names)
    in_force = {(row.area_id, row.name): row.value if type(row.value) is int else None for row in rows}
    known = set(FollowedParameter.objects.values_list("area_id", "name"))
    new = [FollowedParameter(area_id=area, name=name) for area, name in in_force if (area, name) not in known]
    FollowedParameter.objects.bulk_create(new, ignore_conflicts=True)  # another sweep may just have made them
    noted = FollowedParameter.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    for row in noted.filter(name__in=names):
        value = in_force.get((row.area_id, row.name))
        if row.value != value:
            row.value, row.noted_at, row.done_through, row.followed_at = value, timezone.now(), 0, None
            row.save(update_fields=["value", "noted_at", "done_through", "followed_at", "updated_at"])


@transaction.atomic
def follow_parameter(followed_parameter_id: int, *, by: User) -> bool:
    """Decide the next families again whose decision used another value; whether another step may follow at once.

    For the worker. Killed, it goes on behind the last whole step; while another process holds the row it
    does nothing. An announced result is left to an appeal, as when a fact changes. A full re-decision
    under way has its values fixed and is waited for: the sweep comes again.
    """
    access.ensure(permissions.is_worker(by))
    followed = _held(followed_parameter_id)
    if followed is None or _is_run_under_way(followed.area_id or ""):
        return False
    take_time()
    touched = list(_touched(followed)[:AT_ONCE])
    if not touched:
        return _end(followed, by=by)
    for application_id in touched:
        decisions.decide_if_ready(application_id, by=by)
    followed.done_through = touched[-1]
    followed.save(update_fields=["done_through", "updated_at"])
    return True


# --- how ------------------------------------------------------------------------------------------
def _names_in_use() -> set[str]:
    """Parameters of the regions that rules in force read."""
    active = RuleSet.objects.in_force().filter(programme__is_active=True)
    return {name for rule_set in active for name in document_of(rule_set).regional_parameters}


def _held(followed_parameter_id: int) -> FollowedParameter | None:
    rows = FollowedParameter.objects.due().select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.filter(pk=followed_parameter_id).first()


def _is_run_under_way(code: str) -> bool:
    areas = Run.objects.due().values_list("area_id", flat=True)
    return any(area.startswith(code) or code.startswith(area) for area in areas)


def _touched(followed: FollowedParameter) -> QuerySet[Application, int]:
    """Decided families whose nearest value is that of this area, and who were decided by another one in a
    programme that is not announced to them yet."""
    name, code = followed.name, followed.area_id or ""
    rows = parameters.in_force([name])
    value = parameters.nearest(rows, code).get(name)
    is_used = Q(parameters__has_key=name) if value is None else ~Q(parameters__contains={name: value})
    readers = [one.pk for one in RuleSet.objects.all() if name in document_of(one).regional_parameters]
    earlier = (
        Determination.objects.current()
        .unannounced()
        .filter(is_used, application=OuterRef("pk"), rule_set__in=readers, programme__is_active=True)
    )
    here = Application.objects.filter(
        Exists(earlier), state__in=DECIDED_STATES, village__code__startswith=code, pk__gt=followed.done_through
    )
    for row in rows:
        if row.area_id and row.area_id != code and row.area_id.startswith(code):
            here = here.exclude(village__code__startswith=row.area_id)  # a nearer area has a value of its own
    return here.order_by("pk").values_list("pk", flat=True)


def _end(followed: FollowedParameter, *, by: User) -> bool:
    """Nobody is left behind the last one. Who was being decided when the value changed may have got the
    earlier one, so until that is impossible the sweep begins again from the first.
    """
    followed.done_through = 0
    if timezone.now() - followed.noted_at >= CALM:
        followed.followed_at = timezone.now()
        audit.record("eligibility.parameter.followed", subject=followed, by=by, value=followed.value)
    followed.save(update_fields=["done_through", "followed_at", "updated_at"])
    return False
