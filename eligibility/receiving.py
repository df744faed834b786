"""What a family that receives reads: its payments with their cuts, its dates, what it can do. No queries of its own.

The status page takes participations and records along in the query of the application
(`with_receiving`), because its number of queries is held small.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from eligibility import lifetimes
from eligibility.checks import kind_of
from eligibility.documents import document_of
from eligibility.enums import Outcome, ParticipationState, RecertificationState
from eligibility.models import Determination, DutyRecord, Participation, Programme, Recertification
from eligibility.models.participations import END_NOTICE
from eligibility.owing import note_of
from eligibility.presenters import language
from eligibility.rules.commitments import RETURN_DAYS, may_apply_from
from eligibility.rules.duties import Cause, Settlement, settle
from eligibility.rules.periods import Quarter, quarter_of

SHOWN = timedelta(days=90)  # how long the result of a look stays on the page
DATES = ("started_on", "ends_on", "recertify_on", "ended_on", "return_until", "apply_from")


@dataclass(frozen=True)
class Payment:
    """One quarter: what is paid, and each broken duty in words. It may still change while the quarter runs."""

    quarter: str
    settlement: Settlement
    causes: tuple[str, ...]
    is_running: bool


@dataclass(frozen=True)
class Look:
    """The newest look at the data of a family that receives: begun on a day, and confirmed on another."""

    begun_on: date
    confirmed_on: date | None

    @property
    def is_open(self) -> bool:
        return self.confirmed_on is None

    @property
    def is_shown(self) -> bool:
        """A result stays on the page for a quarter."""
        return self.confirmed_on is None or timezone.localdate() - self.confirmed_on <= SHOWN


@dataclass(frozen=True)
class Receiving:
    """One programme a family receives or received."""

    public_id: UUID
    programme: str
    state: str
    state_word: str
    kind: str
    is_running: bool
    is_receiving: bool
    payments: tuple[Payment, ...]
    is_exempt: bool | None
    started_on: date
    ends_on: date | None
    is_ending: bool
    recertify_on: date | None
    ended_on: date | None
    return_until: date | None
    apply_from: date | None
    look: Look | None

    @property
    def has_cuts(self) -> bool:
        return any(payment.causes for payment in self.payments)

    @property
    def sentence(self) -> str:
        """How it stands, in one sentence."""
        sentences: dict[str, str] = {
            ParticipationState.ACTIVE: _("Your family receives this assistance."),
            ParticipationState.CHECK: _("An officer looks at your data again. Assistance goes on meanwhile."),
            ParticipationState.SUSPENDED: _("Payments are paused. The reason is in the message to you."),
            ParticipationState.LEFT: _("Your family stepped back of its own accord."),
            ParticipationState.GRADUATED: _("The time limit is reached. Your family now stands on its own feet."),
        }
        return sentences.get(self.state, _("This assistance has ended. The reason is in the message to you."))


def with_receiving(applications: QuerySet[Any]) -> QuerySet[Any]:
    """Annotated with what `of` reads: the participations, and live records of this quarter and the last."""
    since = quarter_of(timezone.localdate()).previous.months[0]
    participations = Participation.objects.filter(application=OuterRef("pk")).order_by("programme__code", "pk")
    looks = Recertification.objects.filter(participation=OuterRef("pk")).exclude(state=RecertificationState.DROPPED)
    newest = looks.order_by("-pk").values(row=JSONObject(begun="created_at", confirmed="confirmed_at"))
    kept = JSONObject(
        look=Subquery(newest[:1]),
        public_id="public_id", state="state", programme="programme_id", name="programme__name", is_exempt="is_exempt",
        **{name: name for name in DATES},
    )  # fmt: skip
    records = DutyRecord.objects.current().filter(member__family=OuterRef("family"), month__gte=since).order_by("pk")
    said = JSONObject(member="member_id", kind="kind", month="month", value="value", percent="percent")
    found: QuerySet[Any] = applications.annotate(
        participation_rows=ArraySubquery(participations.values(row=kept)),
        duty_rows=ArraySubquery(records.values(row=said)),
    )
    return found


def of(application: Any, determinations: Iterable[Determination]) -> list[Receiving]:
    """Every programme the family receives or received; `application` comes from `with_receiving`."""
    decided = {answer.programme_id: answer for answer in determinations}
    records = [
        DutyRecord(member_id=row.pop("member"), **row | {"month": date.fromisoformat(row["month"])})
        for row in application.duty_rows
    ]
    found = [(_participation(row), _look(row["look"])) for row in application.participation_rows]
    return [card(one, decided.get(one.programme_id), records, look) for one, look in found]


def card(
    participation: Participation,
    answer: Determination | None,
    records: Sequence[DutyRecord],
    look: Look | None = None,
) -> Receiving:
    """How a participation stands. `answer` is the decision it is paid by, with its rules."""
    one, today = participation, timezone.localdate()
    return Receiving(
        public_id=one.public_id,
        programme=str(one.programme),
        state=one.state,
        state_word=one.get_state_display(),
        kind=kind_of(one.state),
        is_running=one.is_running,
        is_receiving=one.is_receiving,
        payments=tuple(_payments(one, answer, records, today)) if one.is_receiving else (),
        is_exempt=one.is_exempt,
        started_on=one.started_on,
        ends_on=one.ends_on,
        is_ending=one.ends_on is not None and one.ends_on <= today + END_NOTICE,
        recertify_on=one.recertify_on,
        ended_on=one.ended_on,
        return_until=one.return_until if one.may_return else None,
        apply_from=one.apply_from,
        look=look,
    )


def quarter_name(quarter: Quarter) -> str:
    """`Oktober sampai Desember 2026`."""
    names = {
        "first": date_format(quarter.months[0], "F"),
        "last": date_format(quarter.months[-1], "F"),
        "year": quarter.year,
    }
    return _("%(first)s to %(last)s %(year)s") % names


def _payments(
    participation: Participation, answer: Determination | None, records: Sequence[DutyRecord], today: date
) -> Iterable[Payment]:
    """This quarter, and the last one if the family received then already."""
    if answer is None or answer.outcome != Outcome.ELIGIBLE or not answer.amount_per_year:
        return
    duties, now = document_of(answer.rule_set).duties, quarter_of(today)
    notes = [note_of(record) for record in records]
    for quarter in (now, now.previous):
        if participation.started_on <= quarter.last_day:
            settled = settle(answer.amount_per_year, duties, notes, quarter)
            causes = tuple(_cause(cause) for cause in settled.causes)
            yield Payment(quarter_name(quarter), settled, causes, is_running=quarter == now)


def _cause(cause: Cause) -> str:
    months = sorted({note.month for note in cause.notes})
    said = ", ".join(date_format(month, "F Y") for month in months)
    return f"{cause.duty.texts[language()]} ({said})"


def _look(row: dict[str, Any] | None) -> Look | None:
    if row is None:
        return None
    return Look(_day(row["begun"]), _day(row["confirmed"]) if row["confirmed"] else None)


def _day(instant: str) -> date:
    return timezone.localdate(datetime.fromisoformat(instant))


def _participation(row: dict[str, Any]) -> Participation:
    dates = {name: date.fromisoformat(row[name]) if row[name] else None for name in DATES}
    programme = Programme(pk=row["programme"], name=row["name"])
    return Participation(
        public_id=row["public_id"], state=row["state"], programme=programme, is_exempt=row["is_exempt"], **dates
    )


def statement_of(participation: Participation) -> str:
    """What a family agrees to when it steps back today; kept in these words."""
    today = timezone.localdate()
    limit = lifetimes.limit_of(participation.determination)
    days = limit.return_days if limit else RETURN_DAYS
    names = {
        "programme": participation.programme,
        "date": date_format(today + timedelta(days=days), "j F Y"),
        "again": date_format(may_apply_from(limit, today) if limit else today, "j F Y"),
    }
    return (
        _(
            "My family stops receiving %(programme)s. We can change our mind until %(date)s. "
            "Then another family gets our place. We can apply again from %(again)s."
        )
        % names
    )
