"""Which days a programme would have no rules if a scheduled version were taken back."""

from datetime import date

from eligibility.documents import document_of
from eligibility.models import RuleSet


def reach_without(rule_set: RuleSet) -> tuple[RuleSet | None, date | None]:
    """The version that ended for the sake of this one, and when it would end without it; None: never."""
    earlier = rule_set.programme.rule_sets.filter(valid_during__endswith=rule_set.valid_during.lower).first()
    if earlier is None:
        return None, None
    ends = [day for day in (document_of(earlier).valid_until, _next_first_day(rule_set)) if day is not None]
    return earlier, min(ends, default=None)


def gap_without(rule_set: RuleSet) -> tuple[date, date | None] | None:
    """From which day on, and until before which, nobody would be decided."""
    earlier, end = reach_without(rule_set)
    following = _next_first_day(rule_set)
    begins = end if earlier else rule_set.valid_during.lower
    return None if begins is None or begins == following else (begins, following)


def _next_first_day(rule_set: RuleSet) -> date | None:
    later = rule_set.programme.rule_sets.kept().filter(valid_during__startswith__gt=rule_set.valid_during.lower)
    period = later.order_by("valid_during").values_list("valid_during", flat=True).first()
    return period.lower if period else None
