"""What is counted month by month: electricity used, contributions paid. Made from what is on record."""

from datetime import date
from typing import Any

from django.utils import timezone

Fields = dict[str, Any]
MONTHS_BILLED = 12
OLD_MONTHS = 27  # the "old record" switch: about 800 days
KWH_PER_VA = 0.13  # a month: what houses of 450 to 2,200 VA use in the studies of the tariff, roughly
EMPLOYERS = ("CV Rekaan Jaya", "UD Contoh Makmur", "PT Latihan Sejahtera", "Koperasi Uji Coba")
PAID_UP, LEFT = 1, 14  # months since the last contribution of a running and of an ended job


def usage(power_va: int, *, months_ago: int = 0) -> list[Fields]:
    """The bills of all connections together, the oldest first. In two months of twelve nobody could read the meter."""
    bills = []
    for back in range(MONTHS_BILLED, 0, -1):
        month = months_before(_this_month(), back + months_ago)
        sway = (month.month * 5 % 7 - 3) * 4  # percent; the same month is always alike
        kwh = round(power_va * KWH_PER_VA * (100 + sway) / 100)
        bills.append({"month": f"{month:%Y-%m}", "kwh": kwh, "is_estimated": month.month % 6 == 0})
    return bills


def contribution(nik: str, *, is_running: bool, months_ago: int = 0) -> Fields:
    """What an employer has paid in for one employee."""
    number = int(nik[-3:])
    months = max(1, 6 + number % 90 - months_ago)
    last = months_before(_this_month(), (PAID_UP if is_running else LEFT) + months_ago)
    employer = EMPLOYERS[number % len(EMPLOYERS)]
    return {"nik": nik, "employer": employer, "months": months, "last_contribution": last.isoformat()}


def months_before(first: date, back: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 - back, 12)
    return date(year, month + 1, 1)


def _this_month() -> date:
    return timezone.localdate().replace(day=1)
