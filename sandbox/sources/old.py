"""The "old record" switch: what each service said some two years ago, as a copy nobody renewed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.sources import histories
from sandbox.sources.enums import SchoolLevel, WageStatus

Fields = dict[str, Any]
OLDER_BY = timedelta(days=800)  # longer than any fact is taken for fresh


def same(body: Fields, right: Fields) -> Fields:
    """What does not change, such as a photograph: only the date is old."""
    return right


def decile(body: Fields, right: Fields) -> Fields:
    """The family was better off then."""
    return {"decile": min(right["decile"] + 2, 10)}


def meters(body: Fields, right: Fields) -> Fields:
    """Before the house got a stronger connection."""
    before = [{"power_va": 450, "tariff": "R-1/TR"} for _ in right["meters"]]
    usage = histories.usage(450 * len(before), months_ago=histories.OLD_MONTHS) if before else []
    return {"meters": before, "usage": usage}


def nothing(field: str) -> Callable[[Fields, Fields], Fields]:
    """Nothing was registered yet, in the list called `field`."""
    return lambda body, right: {field: []}


def wages(body: Fields, right: Fields) -> Fields:
    """The job was new and the wage lower."""
    records = right["records"]
    return {
        "records": [
            {**record, "status": WageStatus.ACTIVE, "monthly_wage": record["monthly_wage"] * 7 // 10}
            for record in records
        ],
        "contributions": [
            histories.contribution(record["nik"], is_running=True, months_ago=histories.OLD_MONTHS)
            for record in records
        ],
    }


def pupils(body: Fields, right: Fields) -> Fields:
    """Two school years back: one level lower for those who have moved up since."""
    levels = list(SchoolLevel.values)
    before = {level: levels[max(0, number - 1)] for number, level in enumerate(levels)}
    return {"records": [{**record, "level": before[record["level"]]} for record in right["records"]]}
