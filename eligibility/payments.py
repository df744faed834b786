"""What a family is paid for each quarter: by what held on its last day, less the cuts, without the months paused.

Up to that day a quarter shows as known today (ADR 0050). What is read comes along in the query of the participations
(`basis`): no queries of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from eligibility.enums import Outcome, ParticipationState
from eligibility.models import Determination, DutyRecord, Participation
from eligibility.owing import note_of
from eligibility.presenters import language
from eligibility.rules.commitments import Duty, read_duties
from eligibility.rules.duties import Cause, Settlement, settle
from eligibility.rules.periods import Quarter, last_day, quarter_of
from eligibility.rules.reading import Node
from perlinsos.core.models import AuditEvent

# Stepping back is not among them: while the family may return, what was paused stays paused.
MOVED = {
    f"{Participation._meta.label_lower}.{state}": state
    for state in ParticipationState
    if state != ParticipationState.LEFT
}


@dataclass(frozen=True)
class Payment:
    """One quarter: what is paid, each broken duty in words, and why months are left out.

    It may still change while the quarter runs.
    """

    quarter: str
    settlement: Settlement
    causes: tuple[str, ...]
    left_out: tuple[str, ...]
    is_running: bool


@dataclass(frozen=True)
class Answer:
    """A decision as far as it is paid by."""

    rupiah_per_year: int
    duties: tuple[Duty, ...]


@dataclass(frozen=True)
class Pause:
    """Payments were paused on the day `since` and went on, or the assistance ended, on the day `until`."""

    since: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Basis:
    """What decides the payments of this quarter and the last: a decision for each, every pause, and the day on which
    the family received the programme last under an earlier registration."""

    now: Answer | None
    before: Answer | None
    pauses: tuple[Pause, ...]
    earlier_end: date | None


def basis() -> dict[str, Combinable]:
    """Expressions for a query of participations: what `read` reads.

    An answer that is not known yet, or against the family, ends nothing by itself: the last that was in its
    favour is paid by until an officer pauses or ends it. Pauses are read where every step is on record.
    """
    now = quarter_of(timezone.localdate())
    earlier = Participation.objects.filter(
        application__family=OuterRef("application__family"),
        programme=OuterRef("programme"),
        pk__lt=OuterRef("pk"),
        ended_on__isnull=False,
    )
    moves = AuditEvent.objects.filter(
        subject_type=Participation._meta.label_lower, subject_id=OuterRef("pk"), action__in=MOVED
    )
    return {
        "answer_now": _answer_of(now),
        "answer_before": _answer_of(now.previous),
        "earlier": Subquery(earlier.order_by("-ended_on").values(row=JSONObject(ended_on="ended_on"))[:1]),
        "moves": ArraySubquery(moves.order_by("pk").values(row=JSONObject(action="action", at="at"))),
    }


def read(rows: dict[str, Any]) -> Basis:
    """From what `basis` brought, by name."""
    moves = [(MOVED[row["action"]], local_day(row["at"])) for row in rows["moves"]]
    earlier = rows["earlier"]
    ends = [day for _state, day in moves[1:]] + [None]
    return Basis(
        now=_answer(rows["answer_now"]),
        before=_answer(rows["answer_before"]),
        pauses=tuple(
            Pause(day, end)
            for (state, day), end in zip(moves, ends, strict=False)
            if state == ParticipationState.SUSPENDED
        ),
        earlier_end=date.fromisoformat(earlier["ended_on"]) if earlier else None,
    )


def of(participation: Participation, found: Basis, records: Sequence[DutyRecord], today: date) -> Iterable[Payment]:
    """This quarter and the last, as far as the family received in them."""
    now = quarter_of(today)
    for quarter, answer in ((now, found.now), (now.previous, found.before)):
        is_inside = participation.started_on <= quarter.last_day
        is_over = participation.ended_on is not None and participation.ended_on < quarter.months[0]
        if answer and answer.rupiah_per_year and is_inside and not is_over:
            yield _payment(quarter, answer, records, _months_out(participation, found, quarter, today), today)


def local_day(instant: str) -> date:
    """The day of an instant as PostgreSQL writes it into JSON."""
    return timezone.localdate(datetime.fromisoformat(instant))


def quarter_name(quarter: Quarter) -> str:
    """`Oktober sampai Desember 2026`."""
    names = {
        "first": date_format(quarter.months[0], "F"),
        "last": date_format(quarter.months[-1], "F"),
        "year": quarter.year,
    }
    return _("%(first)s to %(last)s %(year)s") % names


# --- how ------------------------------------------------------------------------------------------
def _answer_of(quarter: Quarter) -> Subquery:
    """The newest answer for the family up to the last day of the quarter."""
    decided = Determination.objects.filter(
        application=OuterRef("application"),
        programme=OuterRef("programme"),
        outcome=Outcome.ELIGIBLE,
        decided_at__date__lte=quarter.last_day,
    )
    kept = JSONObject(rupiah="amount_per_year", duties="rule_set__document__duties")
    return Subquery(decided.order_by("-pk").values(row=kept)[:1])


def _answer(row: dict[str, Any] | None) -> Answer | None:
    if row is None:
        return None
    return Answer(row["rupiah"], read_duties(Node(row["duties"])) if row["duties"] else ())


def _payment(
    quarter: Quarter, answer: Answer, records: Sequence[DutyRecord], out: dict[str, list[date]], today: date
) -> Payment:
    unpaid = {month for months in out.values() for month in months}
    paid = [month for month in quarter.months if month not in unpaid]
    settled = settle(answer.rupiah_per_year, answer.duties, map(note_of, records), quarter, months=paid)
    return Payment(
        quarter=quarter_name(quarter),
        settlement=settled,
        causes=tuple(_cause(cause) for cause in settled.causes),
        left_out=tuple(why % {"months": _named(months, "F")} for why, months in out.items()),
        is_running=quarter == quarter_of(today),
    )


def _months_out(participation: Participation, basis: Basis, quarter: Quarter, today: date) -> dict[str, list[date]]:
    """The months not paid for, by why: on their last day, as known today, payments were paused or over, or the
    family received under its earlier registration, which settles them."""
    ended, paused = _("Not for %(months)s: it had ended."), _("Not for %(months)s: payments were paused.")
    settled = _("Not for %(months)s: it belongs to the time your family received before.")
    found: dict[str, list[date]] = {}
    for month in quarter.months:
        if participation.ended_on and participation.ended_on <= last_day(month):
            found.setdefault(ended, []).append(month)
        elif basis.earlier_end and last_day(month) < basis.earlier_end:
            found.setdefault(settled, []).append(month)
        elif any(pause.holds_on(min(last_day(month), today)) for pause in basis.pauses):
            found.setdefault(paused, []).append(month)
    return found


def _cause(cause: Cause) -> str:
    return f"{cause.duty.texts[language()]} ({_named({note.month for note in cause.notes}, 'F Y')})"


def _named(months: Iterable[date], style: str) -> str:
    return ", ".join(date_format(month, style) for month in sorted(months))
