"""Deciding: facts and rules go in, an immutable determination with its reasons comes out."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import earlier, notices, parameters, permissions
from eligibility.documents import document_of, in_order_of_overlaps
from eligibility.earlier import History
from eligibility.models import Determination, Programme, RankedEntry, RuleSet
from eligibility.replaying import cause_of, fact_values, outcome_fields, programme_snapshot, replay, snapshot
from eligibility.rules.catalogue import PROGRAMMES
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.evaluate import evaluate
from enrollment import services as enrollment
from enrollment.enums import ApplicationState
from enrollment.models import DECIDED_STATES, Application
from perlinsos.accounts.models import User
from perlinsos.core import access, audit
from perlinsos.core.errors import DomainError
from verification import readiness
from verification.models import Fact
from verification.services.facts import current_facts

__all__ = ["adopt", "consider", "decide_application", "decide_if_ready", "redecide", "replay"]

logger = logging.getLogger(__name__)

DECIDABLE = (ApplicationState.MATCHING, *DECIDED_STATES)


@dataclass(frozen=True)
class Evidence:
    """What a decision rests on: current facts of the family and regional parameters in force today.

    Facts older on the day `on` than the rules believe count as unknown. `decided` holds what other
    programmes say about the family and `placements` where it stands in those that are announced, by code, and
    `received` what it received under earlier registrations.
    """

    facts: Mapping[str, Fact]
    parameters: Mapping[str, int]
    decided: Mapping[str, Determination]
    placements: Mapping[str, str]
    received: Mapping[str, History]
    on: date


@transaction.atomic
def decide_application(application: Application, *, by: User, cause: str = "first") -> list[Determination]:
    """Decide every active programme by the rules in force today; the new determinations.

    For the worker and for officers of the area. A programme whose result is announced keeps it (an appeal
    changes it then); the others hear it. Decided again with the same facts, parameters and rules it changes
    nothing and returns nothing, so it may run twice. Refused with `bad_state` before the data is asked for
    and once withdrawn, `not_ready` while a source or the face check is open, and `no_rules` when no
    programme has rules in force.
    """
    access.ensure(permissions.can_decide(by, application))
    application = _locked(application)
    if application.state not in DECIDABLE:
        raise DomainError(_("This application cannot be decided now."), code="bad_state")
    if not readiness.of(application).is_ready:
        raise DomainError(_("Not every source has answered yet."), code="not_ready")
    rule_sets = in_order_of_overlaps(RuleSet.objects.running_in(application.village_id or ""))
    if not rule_sets:
        raise DomainError(_("No programme has rules in force today."), code="no_rules")
    new = _decide_each(application, rule_sets, cause=cause, by=by)
    if application.state == ApplicationState.MATCHING:
        enrollment.record_decided(application, by=by)
    if new:
        notices.tell_decided(application, new)
    return new


@transaction.atomic
def redecide(
    application: Application,
    programme: Programme,
    *,
    rule_set: RuleSet,
    cause: str,
    by: User,
    fixed: Mapping[str, int] | None = None,
) -> Determination:
    """Decide one programme again under a given rule version, after a fact was corrected.

    For the worker, officers, and verifiers whose ruling asks for it. The parameters the earlier
    decision under this version used are used again, and data counts as old as it was then, so that
    only the corrected fact can change the answer; a full re-decision brings the parameters `fixed`
    when it started instead. Without any change the current determination is returned.
    """
    access.ensure(permissions.can_redecide(by, application))
    application = _locked(application)
    others = _current(application)
    current = others.pop(programme.code, None)
    # As when it is first decided, a programme that is not run here is not heard.
    running = RuleSet.objects.running_in(application.village_id or "").values_list("programme__code", flat=True)
    others = {code: others[code] for code in others.keys() & set(running)}
    evidence = replace(_evidence(application, [rule_set]), decided=others)
    if fixed is not None:
        evidence = replace(evidence, parameters=fixed)
    elif current is not None and current.rule_set_id == rule_set.pk:
        used = {**evidence.parameters, **current.parameters}
        evidence = replace(evidence, parameters=used, on=timezone.localdate(current.decided_at))
    new = _determine(application, rule_set, evidence, current, cause=cause)
    if new is None:
        assert current is not None  # noqa: S101 - nothing new means there is a current one
        return current
    _record(new, by=by)
    if application.state == ApplicationState.MATCHING:
        enrollment.record_decided(application, by=by)
    if current is None or current.outcome != new.outcome or new.changes_amount:
        notices.tell_decided(application, [new])
    return new


@transaction.atomic
def consider(application: Application, programme: Programme, *, by: User) -> Determination:
    """What would be decided about a family today, not saved, beside what holds: by the rules in force there.

    For the worker and officers of the area. Where the programme has none today, by those of the last decision.
    """
    access.ensure(permissions.can_decide(by, application))
    application = _locked(application)
    others = _current(application)
    current = others.pop(programme.code, None)
    here = RuleSet.objects.running_in(application.village_id or "").filter(programme=programme).first()
    rule_set = here or (current.rule_set if current else None)
    if rule_set is None:
        raise DomainError(_("No programme has rules in force today."), code="no_rules")
    evidence = replace(_evidence(application, [rule_set]), decided=others)
    found = _determine(application, rule_set, evidence, None, cause="recertification")
    assert found is not None  # noqa: S101 - without an earlier one every answer is new
    found.supersedes = current
    return found


@transaction.atomic
def adopt(proposed: Determination, *, by: User) -> Determination:
    """Make an answer that somebody looked at the one that holds, and tell the family. For officers of the area.

    Refused with `stale` when something else was decided since it was found.
    """
    application = proposed.application
    access.ensure(permissions.can_decide(by, application))
    current = _current(_locked(application)).get(proposed.programme.code)
    if current != proposed.supersedes:
        raise DomainError(_("Something was decided meanwhile. Look at the data again."), code="stale")
    _record(proposed, by=by)
    if current is None or current.outcome != proposed.outcome or proposed.changes_amount:
        notices.tell_decided(application, [proposed])
    return proposed


@transaction.atomic
def decide_if_ready(application_id: int, *, by: User) -> list[Determination]:
    """What the task calls: decide when it is time, and do nothing when it is not. It may run twice."""
    application = Application.objects.filter(pk=application_id, state__in=DECIDABLE).first()
    if application is None or not readiness.of(application).is_ready:
        return []
    try:
        return decide_application(application, by=by)
    except DomainError as error:  # somebody else moved it meanwhile, or no rules are in force yet
        logger.warning("application %s is not decided: %s", application_id, error.code)
        return []


# --- how ------------------------------------------------------------------------------------------
def _locked(application: Application) -> Application:
    # Two workers may be told at once: the second waits here and then finds nothing left to do.
    rows = Application.objects.select_for_update(of=("self",), no_key=True).select_related("family")
    return rows.get(pk=application.pk)


def _decide_each(application: Application, rule_sets: list[RuleSet], *, cause: str, by: User) -> list[Determination]:
    """The new determinations: each programme hears those before it, and one that is announced keeps its result."""
    evidence, holds = _evidence(application, rule_sets), _current(application)
    new = []
    decided: dict[str, Determination] = {}
    for rule_set in rule_sets:
        code = rule_set.programme.code
        if code not in evidence.placements:
            so_far = replace(evidence, decided=decided)
            made = _determine(application, rule_set, so_far, holds.get(code), cause=cause)
            if made is not None:
                _record(made, by=by)
                new.append(made)
                holds[code] = made
        decided = {**decided, code: holds[code]}
    return new


def _current(application: Application) -> dict[str, Determination]:
    """What holds now, by programme code."""
    rows = Determination.objects.current().filter(application=application).select_related("programme")
    return {row.programme.code: row for row in rows}


def _evidence(application: Application, rule_sets: Iterable[RuleSet]) -> Evidence:
    documents = [document_of(rule_set) for rule_set in rule_sets]
    names = frozenset[str]().union(*(document.regional_parameters for document in documents))
    assert application.family is not None  # noqa: S101 - a constraint: what was sent has a family
    regional = parameters.nearest(parameters.in_force(names), application.village_id or "")
    placements = RankedEntry.objects.placements_of(application)
    received = earlier.of_family(application, but=application)
    return Evidence(current_facts(application.family), regional, {}, placements, received, timezone.localdate())


def _determine(
    application: Application, rule_set: RuleSet, evidence: Evidence, current: Determination | None, *, cause: str
) -> Determination | None:
    """The determination this evidence leads to, not saved yet; None when `current` says the same."""
    document = document_of(rule_set)
    facts = _snapshots(document, evidence)
    regional = {
        name: evidence.parameters[name] for name in sorted(document.regional_parameters & evidence.parameters.keys())
    }
    used = (rule_set.pk, facts, regional)
    if current is not None and used == (current.rule_set_id, current.facts, current.parameters):
        return None
    verdict = evaluate(document, fact_values(facts), regional)
    new = Determination(
        application=application,
        programme=rule_set.programme,
        rule_set=rule_set,
        facts=facts,
        parameters=regional,
        criteria_count=len(document.criteria),
        cause=cause,
        supersedes=current,
        **outcome_fields(verdict),
    )
    new.cause = cause_of(new) if cause == "first" else cause
    for name, value in earlier.bars(evidence.received, new).items():
        setattr(new, name, value)
    return new


def _snapshots(document: RuleDocument, evidence: Evidence) -> dict[str, Any]:
    found = {}
    for name in sorted(document.facts):
        family, *rest = name.split(".")
        if family == PROGRAMMES:
            found[name] = programme_snapshot(name, evidence.decided.get(rest[0]), evidence.placements.get(rest[0]))
        elif name in evidence.facts:
            found[name] = snapshot(evidence.facts[name], on=evidence.on, max_age=document.max_age(name))
    return {name: kept for name, kept in found.items() if kept is not None}


def _record(determination: Determination, *, by: User) -> None:
    determination.save(force_insert=True)
    audit.record(
        "eligibility.determination.made",
        subject=determination,
        by=by,
        application=determination.application_id,
        outcome=determination.outcome,
        rule_set=determination.rule_set_id,
        cause=determination.cause,
        supersedes=determination.supersedes_id,
    )
