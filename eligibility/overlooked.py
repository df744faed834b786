"""Decided families whose decision rests on what no longer holds: a message was lost, or somebody came too late for it.

Newer data is on record than the decision used, or other rules are in force where the family lives and have begun.
"""

from typing import Any

from django.core.cache import cache
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from eligibility import left_behind
from eligibility.documents import document_of
from eligibility.enums import RunState
from eligibility.models import Determination, RuleSet, RunRules
from eligibility.queue import AT_ONCE, complete
from enrollment.models import DECIDED_STATES, Application
from verification.models import Fact

# Applications of one sweep, the oldest first: less than half a second, and a million in about two hours.
LOOKED_AT = 2_000
PLACE = "eligibility.overlooked"  # how far the last sweep came; lost, the next one begins with the first


def due() -> list[int]:
    """The next decided applications, of those a sweep looks at, whose decision rests on other facts or earlier rules,
    or whom another change left behind.

    Sweep after sweep goes through all of them and begins anew. A programme that is announced stays as it is. A
    decision that finds nothing to do changes nothing, so that a family may be named twice.
    """
    after = cache.get(PLACE, 0)
    ids = Application.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:LOOKED_AT]
    looked_at = list(ids)
    if not looked_at:
        cache.delete(PLACE)
        return []
    found = _outdated(looked_at[0], looked_at[-1])
    last = found[-1] if len(found) == AT_ONCE else looked_at[-1]
    cache.set(PLACE, last if last < looked_at[-1] or len(looked_at) == LOOKED_AT else 0, timeout=None)
    return found


def _outdated(first: int, last: int) -> list[int]:
    """Not more than one sweep names, the smallest ids first. Joined by OR the two questions would read everybody."""
    decided = complete(DECIDED_STATES).filter(pk__range=(first, last)).order_by("pk").values_list("pk", flat=True)
    outdated = Determination.objects.current().unannounced().filter(_is_outdated(), application=OuterRef("pk"))
    missed = decided.filter(pk__in=left_behind.within(first, last))
    return sorted({*decided.filter(Exists(outdated))[:AT_ONCE], *missed[:AT_ONCE]})[:AT_ONCE]


def _is_outdated() -> Q:
    """Decided by rules in force there today, one of whose facts is another row now, or was not known then.

    Or by earlier ones: their first day decides everybody anew, and this finds whom it missed once it is over.
    """
    used = Func(OuterRef("facts"), F("name"), Value("id"), function="jsonb_extract_path_text", output_field=TextField())
    current = Fact.objects.current().filter(family=OuterRef("application__family"))
    other = current.annotate(used=Coalesce(used, Value(""), output_field=TextField())).exclude(
        used=Cast("pk", TextField())
    )
    found = Q(pk__in=[])
    under_way = RunRules.objects.filter(rule_set=OuterRef("pk"), run__state=RunState.RUNNING)
    active = RuleSet.objects.in_force().filter(programme__is_active=True)
    marked: QuerySet[Any] = active.annotate(is_under_way=Exists(under_way))
    for rule_set in marked.select_related("programme").prefetch_related("programme__areas"):
        others = Q(Exists(other.filter(name__in=document_of(rule_set).facts)), rule_set=rule_set)
        if rule_set.begun_at is not None and not rule_set.is_under_way:
            others |= Q(programme=rule_set.programme_id) & ~Q(rule_set=rule_set)
        found |= others & rule_set.programme.where_it_runs("application__village")
    return found
