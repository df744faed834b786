"""Records of duties as people read them: who, which month, what was seen, by whom, and whether it may be doubted."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from eligibility.enums import DutyValue
from eligibility.models import DutyRecord, Participation
from eligibility.rules.periods import quarter_of

KINDS = {
    DutyValue.FULFILLED: "success",
    DutyValue.NOT_FULFILLED: "danger",
    DutyValue.UNKNOWN: "neutral",
}


@dataclass(frozen=True)
class Line:
    """One record; `may_doubt` as far as this page can tell."""

    record: DutyRecord
    name: str
    word: str
    kind: str
    may_doubt: bool


def of_family(participation: Participation) -> list[DutyRecord]:
    """What holds now for this quarter and the last, the newest month first."""
    family = participation.application.family
    assert family is not None  # a constraint of Application: what was sent has a family
    since = quarter_of(timezone.localdate()).previous.months[0]
    rows = DutyRecord.objects.of_family(family, since=since)
    return list(rows.select_related("member__person").order_by("-month", "member", "kind"))


def lines(records: Iterable[DutyRecord], *, may_doubt: bool) -> list[Line]:
    return [line(record, may_doubt=may_doubt) for record in records]


def line(record: DutyRecord, *, may_doubt: bool = False) -> Line:
    value = DutyValue(record.value)
    return Line(
        record=record,
        name=record.member.person.name,
        word=str(value.label),
        kind=KINDS[value],
        may_doubt=may_doubt and value == DutyValue.NOT_FULFILLED,
    )
