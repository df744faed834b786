"""Months and quarters, in which duties are recorded and assistance is paid."""

from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = 3


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a calendar year (tahap): the period of one payment."""

    year: int
    number: int

    @property
    def months(self) -> tuple[date, date, date]:
        """The first day of each of its months."""
        first = MONTHS * (self.number - 1) + 1
        return date(self.year, first, 1), date(self.year, first + 1, 1), date(self.year, first + 2, 1)

    @property
    def previous(self) -> "Quarter":
        return quarter_of(self.months[0] - timedelta(days=1))

    @property
    def last_day(self) -> date:
        return last_day(self.months[-1])


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month - 1) // MONTHS + 1)


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def last_day(month: date) -> date:
    return next_month(month) - timedelta(days=1)


def months_ended(today: date, count: int = MONTHS) -> tuple[date, ...]:
    """The last `count` months that are over, the newest first."""
    found, month = [], month_of(today)
    for _number in range(count):
        month = month_of(month - timedelta(days=1))
        found.append(month)
    return tuple(found)
