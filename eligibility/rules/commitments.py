"""What a family that receives commits to, and for how long it receives: duties, cuts, and the time limit.

Part of a rule document, so dated and cited like the criteria. Everything here is a pure function of
records and dates.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eligibility.rules.catalogue import NOTED
from eligibility.rules.reading import Node, _, each, gather
from eligibility.rules.tree import read_count
from eligibility.rules.wording import read_labels


class Measure(StrEnum):
    """What is recorded about a family in a quarter; of several people the worst counts."""

    ATTENDANCE_PERCENT = "attendance_percent"
    MISSED_HEALTH_VISITS = "missed_health_visits"


RETURN_DAYS = 14  # where a document says nothing of changing one's mind
HIGHEST = {Measure.ATTENDANCE_PERCENT: 100, Measure.MISSED_HEALTH_VISITS: 3}  # three months a quarter


@dataclass(frozen=True)
class Duty:
    """Broken in a quarter when the measure is below `below`, or at least `from_`; costs `cut_percent` of it."""

    name: str
    measure: Measure
    below: int | None
    from_: int | None
    cut_percent: int
    texts: Mapping[str, str]
    legal: str

    def is_broken_by(self, value: int) -> bool:
        return (self.below is not None and value < self.below) or (self.from_ is not None and value >= self.from_)


@dataclass(frozen=True)
class TimeLimit:
    """`years` of receiving; looked at again every `recertify_months`.

    Exempt is a family of which one of the counts `exempt` is at least 1. Who leaves of their own
    accord may change their mind for `return_days`, and apply again after `reapply_after_years`.
    """

    years: int
    exempt: tuple[str, ...]
    recertify_months: int
    reapply_after_years: int
    legal: str
    return_days: int = RETURN_DAYS


# --- what follows from the records ----------------------------------------------------------------
def broken(duties: Iterable[Duty], records: Iterable[tuple[Measure, int]]) -> tuple[Duty, ...]:
    """The duties broken in a quarter, each once. Without a record nothing is broken: unknown is never no."""
    kept = list(records)
    return tuple(
        duty for duty in duties if any(measure == duty.measure and duty.is_broken_by(value) for measure, value in kept)
    )


def payment(rupiah_per_year: int, duties_broken: Iterable[Duty]) -> int:
    """Rupiah for one quarter: a quarter of the year, less the cuts, which add up; never below 0.

    Whole rupiah, rounded down. Four quarters may be up to 3 rupiah short of the year.
    """
    kept = max(0, 100 - sum(duty.cut_percent for duty in duties_broken))
    return rupiah_per_year // 4 * kept // 100


def later(day: date, *, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_exempt(limit: TimeLimit, values: Mapping[str, int]) -> bool | None:
    """Whether the time limit leaves the family out; None while that is not known.

    What only an officer notes (`catalogue.NOTED`) counts as 0 where nothing is noted.
    """
    noted = {fact.name for fact in NOTED}
    counts = [values.get(name, 0 if name in noted else None) for name in limit.exempt]
    if any(count for count in counts):
        return True
    return None if None in counts else False


def ends_on(limit: TimeLimit, started_on: date, values: Mapping[str, int]) -> date | None:
    """The day receiving ends; None without end, and while it is not known whether the family is exempt."""
    return later(started_on, months=12 * limit.years) if is_exempt(limit, values) is False else None


def recertify_on(limit: TimeLimit, last_looked_on: date) -> date:
    return later(last_looked_on, months=limit.recertify_months)


def may_apply_from(limit: TimeLimit, left_on: date) -> date:
    return later(left_on, months=12 * limit.reapply_after_years)


# --- reading --------------------------------------------------------------------------------------
def read_duties(node: Node) -> tuple[Duty, ...]:
    return each(node.items(least=1), _duty)


def read_time_limit(node: Node) -> TimeLimit:
    parts = node.mapping(["years", "recertify_months", "reapply_after_years", "legal"], ["exempt", "return_days"])
    found = gather(
        parts,
        years=lambda: parts["years"].integer(1, 50),
        exempt=lambda: each(parts["exempt"].items(), read_count) if "exempt" in parts else (),
        recertify_months=lambda: parts["recertify_months"].integer(1, 120),
        reapply_after_years=lambda: parts["reapply_after_years"].integer(0, 50),
        legal=lambda: parts["legal"].citation(),
        return_days=lambda: parts["return_days"].integer(0, 90) if "return_days" in parts else RETURN_DAYS,
    )
    return TimeLimit(**found)


def _duty(node: Node) -> Duty:
    parts = node.mapping(["id", "measure", "cut_percent", "text", "legal"], ["below", "from"])
    found = gather(
        parts,
        name=lambda: parts["id"].identifier(),
        measure=lambda: Measure(parts["measure"].choice(list(Measure))),
        below=lambda: parts["below"].integer() if "below" in parts else None,
        from_=lambda: parts["from"].integer() if "from" in parts else None,
        cut_percent=lambda: parts["cut_percent"].integer(1, 100),
        texts=lambda: read_labels(parts["text"]),
        legal=lambda: parts["legal"].citation(),
    )
    duty = Duty(**found)
    if (duty.below is None) == (duty.from_ is None):
        node.refuse(_("A duty says either “below” or “from”."))
    if (duty.below or duty.from_ or 0) > HIGHEST[duty.measure]:
        node.refuse(_("“%(name)s” can never have this value."), name=duty.measure.value)
    return duty
