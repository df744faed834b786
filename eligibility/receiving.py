"""What a family that receives reads: its payments with their cuts, its dates, what it can do. No queries of its own.

The status page takes participations and records along in the query of the application
(`with_receiving`), because its number of queries is held small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from eligibility import lifetimes, payments
from eligibility.checks import kind_of
from eligibility.enums import ParticipationState, RecertificationState
from eligibility.models import DutyRecord, Participation, Programme, Recertification
from eligibility.models.participations import END_NOTICE
from eligibility.payments import Payment
from eligibility.rules.commitments import RETURN_DAYS, may_apply_from
from eligibility.rules.periods import quarter_of

SHOWN = timedelta(days=90)  # how long the result of a look stays on the page
DATES = ("started_on", "ends_on", "recertify_on", "ended_on", "return_until", "apply_from")


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
        **{name: name for name in DATES}, **payments.basis(),
    )  # fmt: skip
    records = DutyRecord.objects.current().filter(member__family=OuterRef("family"), month__gte=since).order_by("pk")
    said = JSONObject(member="member_id", kind="kind", month="month", value="value", percent="percent")
    found: QuerySet[Any] = applications.annotate(
        participation_rows=ArraySubquery(participations.values(row=kept)),
        duty_rows=ArraySubquery(records.values(row=said)),
    )
    return found


def with_payments(participations: QuerySet[Participation]) -> QuerySet[Any]:
    """Annotated with what `card_of` reads."""
    found: QuerySet[Any] = participations.annotate(**payments.basis())
    return found


def of(application: Any) -> list[Receiving]:
    """Every programme the family receives or received; `application` comes from `with_receiving`."""
    records = [
        DutyRecord(member_id=row.pop("member"), **row | {"month": date.fromisoformat(row["month"])})
        for row in application.duty_rows
    ]
    return [
        _card(_participation(row), payments.read(row), records, _look(row["look"]))
        for row in application.participation_rows
    ]


def card_of(participation: Any, records: Sequence[DutyRecord]) -> Receiving:
    """How one participation stands; it comes from `with_payments`."""
    return _card(participation, payments.read(vars(participation)), records, None)


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


# --- how ------------------------------------------------------------------------------------------
def _card(
    participation: Participation, basis: payments.Basis, records: Sequence[DutyRecord], look: Look | None
) -> Receiving:
    one, today = participation, timezone.localdate()
    return Receiving(
        public_id=one.public_id,
        programme=str(one.programme),
        state=one.state,
        state_word=one.get_state_display(),
        kind=kind_of(one.state),
        is_running=one.is_running,
        is_receiving=one.is_receiving,
        payments=tuple(payments.of(one, basis, records, today)),
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


def _look(row: dict[str, Any] | None) -> Look | None:
    if row is None:
        return None
    begun, confirmed = row["begun"], row["confirmed"]
    return Look(payments.local_day(begun), payments.local_day(confirmed) if confirmed else None)


def _participation(row: dict[str, Any]) -> Participation:
    dates = {name: date.fromisoformat(row[name]) if row[name] else None for name in DATES}
    programme = Programme(pk=row["programme"], name=row["name"])
    return Participation(
        public_id=row["public_id"], state=row["state"], programme=programme, is_exempt=row["is_exempt"], **dates
    )
