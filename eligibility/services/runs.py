"""Deciding everybody of an area again: facts, rules and parameters are fixed, then chunk follows chunk."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import parameters, permissions
from eligibility.documents import document_of, in_order_of_overlaps
from eligibility.enums import RunState
from eligibility.models import BatchEntry, Determination, RuleSet, Run, RunChange, RunRules, Snapshot, SnapshotRow
from eligibility.populations import answering, snapshots
from eligibility.populations.columns import KEY
from eligibility.rules.catalogue import CATALOGUE
from eligibility.services.decisions import redecide
from eligibility.services.holding import hold_applications
from enrollment.models import DECIDED_STATES
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area

SETTLED_AT_ONCE = 50  # new determinations of one transaction: each reads facts, writes and tells


@transaction.atomic
def start_run(area: Area, *, reason: str = "", because_of: RuleSet | None = None, by: User) -> Run:
    """Take a snapshot of the area and begin to decide everybody in it again, by the rules in force today.

    A programme that another one may block comes after it and hears its answer of the same run, or the
    place once there is one. `because_of` is the version whose first day it is: it starts one run in an
    area that is not given up. For officers of the area and the worker. Refused with `already_running`, `no_rules`
    when no programme has rules in force, and `nobody_decided` when the area has no decided family.
    """
    access.ensure(permissions.can_run(by, area))
    active = RuleSet.objects.in_force().filter(programme__is_active=True).order_by("programme__code")
    rule_sets = in_order_of_overlaps(active)
    if not rule_sets:
        raise DomainError(_("No programme has rules in force today."), code="no_rules")
    snapshot = Snapshot.objects.create(area=area, facts=sorted(CATALOGUE), taken_at=timezone.now())
    snapshot.families = snapshots.fill(snapshot)
    snapshot.save(update_fields=["families", "updated_at"])
    if not snapshot.families:
        raise DomainError(_("Nobody in %(area)s is decided yet.") % {"area": area}, code="nobody_decided")
    run = _create(area, snapshot, reason, because_of, by=by)
    RunRules.objects.bulk_create(_fixed(run, rule_sets))
    audit.record("eligibility.run.started", subject=run, by=by, families=snapshot.families, reason=reason)
    jobs.enqueue("eligibility.advance_run", run_id=run.pk)
    return run


@transaction.atomic
def advance_run(run_id: int, *, by: User) -> bool:
    """One step of a run: a chunk of families, then the families whose answer changed; whether more is left.

    For the worker. It commits whole or not at all, so it may be killed and may run twice; while
    another process holds the run it does nothing.
    """
    run = _held(run_id)
    if run is None or run.state != RunState.RUNNING:
        return False
    access.ensure(permissions.can_run(by, run.area))
    if _answer_chunk(run) or _settle_some(run, by=by):
        return True
    workflow.move(run, RunState.DONE, by=by, finished_at=timezone.now())
    return False


@transaction.atomic
def stop_run(run: Run, *, reason: str, by: User) -> Run:
    """Give a run up; what it has settled stays. For officers of the area and the worker.

    A version that counted on it for its first day has not begun after all: that goes on a day later.
    """
    access.ensure(permissions.can_run(by, run.area))
    counted_on_it = RuleSet.objects.filter(pk__in=run.rules.values("rule_set"), begun_at__gte=run.created_at)
    counted_on_it.update(begun_at=None)
    return workflow.move(run, RunState.STOPPED, by=by, reason=reason, finished_at=timezone.now())


# --- how ------------------------------------------------------------------------------------------
def _create(area: Area, snapshot: Snapshot, reason: str, because_of: RuleSet | None, *, by: User) -> Run:
    try:
        with transaction.atomic():
            return Run.objects.create(area=area, snapshot=snapshot, started_by=by, reason=reason, because_of=because_of)
    except IntegrityError as error:
        raise DomainError(_("Everybody here is being decided again already."), code="already_running") from error


def _fixed(run: Run, rule_sets: Iterable[RuleSet]) -> list[RunRules]:
    """Each rule version once per set of parameters that holds somewhere in the area; their order is kept."""
    rows = SnapshotRow.objects.filter(snapshot=run.snapshot_id)
    villages = sorted(rows.order_by().values_list("village_code", flat=True).distinct())
    made = []
    for rule_set in rule_sets:
        running = list(rule_set.programme.areas.values_list("code", flat=True))
        here = [village for village in villages if not running or village.startswith(tuple(running))]
        values = parameters.in_force(document_of(rule_set).regional_parameters)
        alike: defaultdict[tuple[tuple[str, int], ...], list[str]] = defaultdict(list)
        for village in here:
            alike[tuple(sorted(parameters.nearest(values, village).items()))].append(village)
        made += [RunRules(run=run, rule_set=rule_set, parameters=dict(key), villages=v) for key, v in alike.items()]
    return made


def _held(run_id: int) -> Run | None:
    """The run, kept from other processes until this transaction ends; None while another one has it."""
    rows = Run.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.select_related("snapshot", "area").filter(pk=run_id).first()


def _answer_chunk(run: Run) -> int:
    """Decide the next families of the snapshot; how many."""
    rules = list(run.rules.select_related("rule_set", "run__snapshot").order_by("pk"))
    facts = snapshots.chunk(run.snapshot, after=run.done_through, aged=answering.limited_facts(rules))
    if facts.is_empty():
        return 0
    snapshots.take_time()
    answering.answer(facts, rules)
    run.done_through = int(facts[KEY][-1])
    run.decided += len(facts)
    run.save(update_fields=["done_through", "decided", "updated_at"])
    return len(facts)


def _settle_some(run: Run, *, by: User) -> int:
    """Give the next changed families their new determination; how many were looked at.

    Whoever was decided meanwhile keeps that answer: it knows more than the snapshot. So does whoever was
    announced in the programme: a person changes that.
    """
    pending = RunChange.objects.pending().filter(rules__run=run).order_by("pk")
    changes = list(pending.select_related("rules__rule_set__programme")[:SETTLED_AT_ONCE])
    applications = hold_applications({change.application_id for change in changes})
    entries = BatchEntry.objects.announced().filter(application__in=applications)
    announced = set(entries.values_list("application", "programme"))
    for change in changes:
        application, programme = applications[change.application_id], change.rules.rule_set.programme
        if application.state in DECIDED_STATES and (application.pk, programme.pk) not in announced:
            change.determination = _decided_since(change, run) or redecide(
                application,
                programme,
                rule_set=change.rules.rule_set,
                cause=run.cause,
                fixed=change.rules.parameters,
                by=by,
            )
        change.settled_at = timezone.now()
        change.save(update_fields=["determination", "settled_at", "updated_at"])
    return len(changes)


def _decided_since(change: RunChange, run: Run) -> Determination | None:
    """What holds now, if it rests on a later version of the rules, or on this one and is younger than the snapshot."""
    rule_set = change.rules.rule_set
    is_later = Q(rule_set__valid_during__startswith__gt=rule_set.valid_during.lower)
    is_younger = Q(decided_at__gt=run.snapshot.taken_at, rule_set=rule_set)
    current = Determination.objects.current().filter(application=change.application_id, programme=rule_set.programme_id)
    return current.filter(is_younger | is_later).first()
