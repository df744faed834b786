"""What stands in the way of announcing a batch. Reads only.

One announcement rests on one version of the rules, that of its day. While families of the batch are still to be
decided by it, and where nobody could be funded under it, the batch waits.
"""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eligibility import queue
from eligibility.models import Batch, Determination, Programme, Quota, RuleSet, Run
from eligibility.models.decisions import DeterminationQuerySet
from enrollment.models import DECIDED_STATES


@dataclass(frozen=True)
class Obstacle:
    """Why a batch cannot be announced now, and what to do, in a sentence or two."""

    code: str
    message: str


@dataclass(frozen=True)
class Versions:
    """The rules in force today, and how many families of a batch are still decided by which earlier version."""

    today: RuleSet | None
    earlier: dict[str, int]


def versions_of(batch: Batch) -> Versions:
    today = RuleSet.objects.in_force().filter(programme=batch.programme_id).first()
    others = _holding_up(batch).exclude(rule_set=today).order_by("rule_set__version").values_list("rule_set__version")
    return Versions(today, dict(others.annotate(families=Count("pk"))))


def first_of(batch: Batch, versions: Versions) -> Obstacle | None:
    """The first thing in the way: what needs somebody comes before what passes by itself."""
    return _needs_somebody(batch) or _passes(batch, versions)


def _holding_up(batch: Batch) -> DeterminationQuerySet:
    """Who is left out of the announcement (see `rankings.draw`) does not count."""
    return Determination.objects.of_batch(batch).not_barred().filter(application__state__in=DECIDED_STATES)


def _needs_somebody(batch: Batch) -> Obstacle | None:
    names = {"programme": batch.programme, "area": batch.area}
    if not Programme.objects.meeting(batch.area_id).filter(pk=batch.programme_id).exists():
        message = _("%(programme)s is switched off for %(area)s. Cancel this batch, or ask to have it switched on.")
        return Obstacle("not_active", message % names)
    if not Quota.objects.in_force().filter(pk=batch.quota_id).exists():
        message = _("The quota of this batch does not hold today. Cancel the batch and prepare it again.")
        return Obstacle("no_quota", message)
    return None


def _passes(batch: Batch, versions: Versions) -> Obstacle | None:
    names, rule_set = {"programme": batch.programme, "area": batch.area}, versions.today
    if rule_set is None:
        return Obstacle("no_rules", _("%(programme)s has no rules in force today. Announce once it has.") % names)
    if Run.objects.due().meeting(batch.area_id).filter(rules__rule_set__programme=batch.programme_id).exists():
        message = _("Everybody in %(area)s is being decided again. Announce when that is done.")
        return Obstacle("run_under_way", message % names)
    if rule_set.begun_at is None and not Run.objects.covering(rule_set).containing(batch.area_id).exists():
        message = _("The rules of %(programme)s are new and have not begun in %(area)s yet. Announce when they have.")
        return Obstacle("rules_begin", message % names)
    return _decided_earlier(batch, versions.earlier, rule_set) if versions.earlier else None


def _decided_earlier(batch: Batch, earlier: dict[str, int], rule_set: RuleSet) -> Obstacle:
    count = sum(earlier.values())
    message = ngettext(
        "%(count)d family is still decided by earlier rules (%(earlier)s). The portal decides it by those of today"
        " (%(today)s). Announce when that is done.",
        "%(count)d families are still decided by earlier rules (%(earlier)s). The portal decides them by those of"
        " today (%(today)s). Announce when that is done.",
        count,
    )
    names = {"count": count, "earlier": ", ".join(earlier), "today": rule_set.version}
    return Obstacle("earlier_rules", " ".join([message % names, *_not_by_itself(batch, rule_set)]))


def _not_by_itself(batch: Batch, rule_set: RuleSet) -> list[str]:
    """The sweep of overlooked families leaves out whose data is not complete; a full re-decision does not."""
    others = _holding_up(batch).exclude(rule_set=rule_set)
    count = others.exclude(application__in=queue.complete(DECIDED_STATES).values("pk")).count()
    message = ngettext(
        "Of %(count)d of them not all data is there yet. It is decided by a full re-decision of %(area)s only, which"
        " does not wait for it.",
        "Of %(count)d of them not all data is there yet. They are decided by a full re-decision of %(area)s only, which"
        " does not wait for it.",
        count,
    )
    return [message % {"count": count, "area": batch.area}] if count else []
