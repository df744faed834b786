"""The five-year counter: how long a family has received, as far as it counts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from eligibility.rules.commitments import TimeLimit, later


@dataclass(frozen=True)
class Clock:
    """Runs from `started_on`, and stands still while the family is exempt or its assistance is paused.

    `days_before` were received under earlier participations of the family in the same programme.
    """

    started_on: date
    days_before: int = 0
    days_stopped: int = 0
    stopped_since: date | None = None

    def turned(self, *, is_stopped: bool, on: date) -> "Clock":
        """Stopped or let run on that day; a clock that stands so already is unchanged."""
        if is_stopped == (self.stopped_since is not None):
            return self
        if self.stopped_since is None:
            return replace(self, stopped_since=on)
        stood = max(0, (on - self.stopped_since).days)
        return replace(self, stopped_since=None, days_stopped=self.days_stopped + stood)

    def days_on(self, day: date) -> int:
        """Days that count up to `day`, that day not included."""
        until = min(day, self.stopped_since) if self.stopped_since else day
        return max(0, (until - self.started_on).days - self.days_stopped) + self.days_before

    def runs_out_on(self, limit: TimeLimit) -> date | None:
        """The day the time is used up; None while the clock stands still."""
        if self.stopped_since is not None:
            return None
        return later(self.started_on, months=12 * limit.years) + timedelta(days=self.days_stopped - self.days_before)
