"""Records of duties: who may say what about whom, one live record, late ones supersede, and what a family doubts."""

import threading
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client

from eligibility.enums import DutyKind, DutyValue
from eligibility.models import DutyRecord
from eligibility.services.duties import Told, doubt_duty, record_duty
from enrollment.models import Member
from perlinsos.core.errors import DomainError
from tests import factories
from tests.cast import KESILIR, Cast
from verification.enums import Source

pytestmark = pytest.mark.django_db
LIST = "/api/v1/duties/"
OCT, NOV = date(2026, 10, 1), date(2026, 11, 1)
YES, NO, OPEN = DutyValue.FULFILLED, DutyValue.NOT_FULFILLED, DutyValue.UNKNOWN


@pytest.fixture(autouse=True)
def day() -> Any:
    with time_machine.travel(datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Jakarta")), tick=False) as clock:
        yield clock


@pytest.fixture
def pupil(cast: Cast) -> Member:
    """A pupil of Indah's family, which receives since August."""
    return pupil_of(cast.application)


def pupil_of(application: Any) -> Member:
    with time_machine.travel(datetime(2026, 8, 1, 10, tzinfo=ZoneInfo("Asia/Jakarta")), tick=False):
        factories.participation(application)
    member: Member = factories.PupilFactory(family=application.family)
    return member


def told(value: DutyValue = NO, month: date = OCT, kind: DutyKind = DutyKind.SCHOOL) -> Told:
    return Told(kind, month, value)


def live(member: Member) -> DutyRecord:
    return DutyRecord.objects.current().get(member=member, kind="school", month=OCT)


# --- an agent or an officer records ---------------------------------------------------------------
def test_a_later_record_supersedes_and_the_same_adds_nothing(cast: Cast, pupil: Member) -> None:
    first = record_duty(pupil, told(), by=cast.eko)
    assert record_duty(pupil, told(), by=cast.eko) == first
    second = record_duty(pupil, told(YES), by=cast.ani)
    assert (live(pupil), second.supersedes) == (second, first)
    assert DutyRecord.objects.count() == 2


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (told(month=NOV), "not_yet"),
        (told(month=date(2026, 7, 1)), "too_late"),
        (told(kind=DutyKind.HEALTH), "not_owed"),
    ],
)
def test_only_duties_of_months_that_are_over(cast: Cast, pupil: Member, what: Told, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        record_duty(pupil, what, by=cast.eko)


def test_a_month_counts_from_its_last_day_on(cast: Cast, pupil: Member, day: Any) -> None:
    day.move_to(datetime(2026, 11, 30, 23, 59, tzinfo=ZoneInfo("Asia/Jakarta")))
    with pytest.raises(DomainError, match="not_yet"):
        record_duty(pupil, told(month=NOV), by=cast.eko)
    day.move_to(datetime(2026, 12, 1, 0, 1, tzinfo=ZoneInfo("Asia/Jakarta")))
    assert record_duty(pupil, told(month=NOV), by=cast.eko).month == NOV


def test_months_before_receiving_are_nobodys_duty(cast: Cast) -> None:
    factories.participation(cast.application)  # begins on 20 November
    child = factories.PupilFactory(family=cast.application.family)
    with pytest.raises(DomainError, match="not_owed"):
        record_duty(child, told(), by=cast.eko)


@pytest.mark.parametrize("who", ["fajar", "citra", "dewi", "gita", "hadi", "indah", "kirana", "laras"])
def test_strangers_record_nothing(cast: Cast, pupil: Member, who: str) -> None:
    pupil_of(cast.kirana_application), pupil_of(cast.fajar_application)
    with pytest.raises(PermissionDenied):
        record_duty(pupil, told(), by=cast[who])


def test_each_sees_the_records_of_the_own_area(cast: Cast, pupil: Member) -> None:
    here = factories.DutyRecordFactory(member=pupil)
    there = factories.DutyRecordFactory(member=pupil_of(cast.kirana_application))
    for who, seen in {"indah": {here}, "kirana": {there}, "ani": {here}, "citra": {there}, "eko": {here},
                      "fajar": set(), "hadi": set(), "laras": set()}.items():  # fmt: skip
        assert set(DutyRecord.objects.visible_to(cast[who])) == seen, who


# --- the family says it is wrong ------------------------------------------------------------------
def test_a_doubted_record_is_unknown_until_somebody_else_has_looked(cast: Cast, pupil: Member) -> None:
    record = record_duty(pupil, told(), by=cast.eko)
    doubt = doubt_duty(record, note="anak saya sakit", by=cast.indah)
    assert (live(pupil), doubt.value, doubt.note) == (doubt, OPEN, "anak saya sakit")
    with pytest.raises(DomainError, match="same_person"):
        record_duty(pupil, told(), by=cast.eko)
    again = record_duty(pupil, told(), by=cast.ani)
    assert live(pupil) == again
    with pytest.raises(DomainError, match="doubted_before"):
        doubt_duty(again, note="tetap keliru", by=cast.indah)


def test_what_costs_nothing_or_is_old_cannot_be_doubted(cast: Cast, pupil: Member) -> None:
    old = record_duty(pupil, told(), by=cast.eko)
    new = record_duty(pupil, told(YES), by=cast.eko)
    with pytest.raises(DomainError, match="stale"):
        doubt_duty(old, note="x", by=cast.indah)
    with pytest.raises(DomainError, match="costs_nothing"):
        doubt_duty(new, note="x", by=cast.indah)


@pytest.mark.parametrize("who", ["joko", "kirana", "fajar", "ani", "citra"])
def test_strangers_doubt_nothing(cast: Cast, pupil: Member, who: str) -> None:
    record = record_duty(pupil, told(), by=cast.eko)
    with pytest.raises(PermissionDenied):
        doubt_duty(record, note="x", by=cast[who])


# --- what the database refuses --------------------------------------------------------------------
@pytest.mark.parametrize(
    "fields",
    [
        {"month": date(2026, 10, 2)},
        {"value": "perhaps"},
        {"source": Source.PLN},
        {"percent": 101},
        {"kind": DutyKind.HEALTH, "percent": 90},
        {"source": Source.CITIZEN, "value": OPEN},
    ],
)
def test_the_database_refuses_what_cannot_be(pupil: Member, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="duty_record_"), transaction.atomic():
        factories.DutyRecordFactory(member=pupil, **fields)


def test_the_database_keeps_one_live_record_and_changes_none(pupil: Member) -> None:
    record = factories.DutyRecordFactory(member=pupil)
    with pytest.raises(IntegrityError, match="duty_record_one_chain_per_month"), transaction.atomic():
        factories.DutyRecordFactory(member=pupil)
    for verb in (lambda rows: rows.update(value=YES), lambda rows: rows.delete()):
        with pytest.raises(ProgrammingError, match="superseded, never changed"), transaction.atomic():
            verb(DutyRecord.objects.filter(pk=record.pk))


@pytest.mark.django_db(transaction=True)
def test_of_four_at_once_one_chain_is_left(cast: Cast, pupil: Member) -> None:
    people, start = [cast.eko, cast.ani, cast.budi, factories.staff("Oki", "agent", KESILIR)], threading.Barrier(4)

    def record(by: Any) -> None:
        start.wait()
        try:
            record_duty(pupil, told(YES if by == cast.ani else NO), by=by)
        finally:
            connection.close()

    threads = [threading.Thread(target=record, args=[by]) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert DutyRecord.objects.current().count() == 1
    assert DutyRecord.objects.filter(supersedes=None).count() == 1


# --- another system hands in ----------------------------------------------------------------------
@pytest.fixture
def school(cast: Cast) -> str:
    factories.DutyReporterFactory(client=cast.client)
    return cast.client_token


def row(member: Member, **fields: Any) -> dict[str, Any]:
    base = {"id": "a-1", "nik": member.person.nik, "month": "2026-10", "percent": 84, "as_of": "2026-11-03"}
    return {name: value for name, value in {**base, **fields}.items() if value is not None}


def send(client: Client, token: str, *rows: Any) -> list[dict[str, str]]:
    answer = client.post(
        LIST, {"rows": rows}, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200, answer.content
    results: list[dict[str, str]] = answer.json()["results"]
    return results


def said(results: list[dict[str, str]]) -> list[str]:
    return [one["code"] or one["status"] for one in results]


def test_a_system_hands_in_and_may_send_it_again(client: Client, school: str, pupil: Member) -> None:
    assert said(send(client, school, row(pupil))) == ["recorded"]
    assert said(send(client, school, row(pupil), row(pupil, id="a-2"))) == ["unchanged", "unchanged"]
    assert said(send(client, school, row(pupil, percent=90))) == ["reference_used"]
    record = live(pupil)
    assert (record.value, record.percent, record.source) == (NO, 84, Source.ATTENDANCE)
    later = row(pupil, id="a-3", percent=85, as_of="2026-11-10")
    assert said(send(client, school, later)) == ["recorded"]
    assert (live(pupil).value, live(pupil).supersedes) == (YES, record)
    assert said(send(client, school, row(pupil, id="a-4", percent=10, as_of="2026-11-09"))) == ["outdated"]


def test_each_row_is_answered_by_itself(client: Client, cast: Cast, school: str, pupil: Member) -> None:
    abroad = pupil_of(cast.kirana_application)
    idle = factories.PupilFactory(family=cast.joko_application.family)
    adult = factories.MemberFactory(family=pupil.family)
    rows = [
        row(pupil, id="1", nik="123"),
        row(pupil, id="2", month="2026-10-01"),
        row(pupil, id="3", percent=101),
        row(pupil, id="4", percent=None),
        row(pupil, id="5", value="fulfilled"),
        row(pupil, id="6", as_of="2026-11-21"),
        row(pupil, id="7", month="2026-11"),
        row(abroad, id="8"),
        row(idle, id="9"),
        row(adult, id="10"),
        row(pupil, id="11", nik="3510229999990001"),
        row(pupil, id="12", value="not_fulfilled", percent=None),
    ]
    found = send(client, school, *rows)
    assert [one["id"] for one in found] == [one["id"] for one in rows]
    assert said(found) == [*["invalid"] * 5, "future", "not_yet", *["not_found"] * 4, "recorded"]
    assert len({one["detail"] for one in found[7:11]}) == 1  # nobody learns who is registered elsewhere
    assert not any(person.person.nik in str(found) for person in (pupil, abroad, idle))


def test_who_looked_outranks_a_system_and_a_doubt_is_not_settled_by_repeating(
    client: Client, cast: Cast, school: str, pupil: Member
) -> None:
    send(client, school, row(pupil))
    doubt_duty(live(pupil), note="surat sakit", by=cast.indah)
    assert said(send(client, school, row(pupil, id="a-2", percent=80))) == ["doubted"]
    assert said(send(client, school, row(pupil, id="a-3", percent=95))) == ["recorded"]
    record_duty(pupil, told(), by=cast.eko)
    assert said(send(client, school, row(pupil, id="a-4", percent=95, as_of="2026-11-15"))) == ["outranked"]


def test_only_a_system_entered_as_a_reporter_may_hand_in(client: Client, cast: Cast, pupil: Member) -> None:
    body = {"rows": [row(pupil)]}
    for headers, status in (({}, 401), ({"Authorization": f"Bearer {cast.client_token}"}, 403)):
        answer = client.post(LIST, body, content_type="application/json", headers=headers)
        assert answer.status_code == status
    factories.DutyReporterFactory(client=cast.client, kind=DutyKind.HEALTH)
    assert said(send(client, cast.client_token, row(pupil))) == ["invalid"]
    assert said(send(client, cast.client_token, row(pupil, value="fulfilled", percent=None))) == ["not_found"]


@pytest.mark.parametrize("rows", [[], [{}] * 501, "x", [1]])
def test_a_body_that_is_no_list_of_rows_is_refused(client: Client, school: str, rows: Any) -> None:
    headers = {"Authorization": f"Bearer {school}"}
    assert client.post(LIST, {"rows": rows}, content_type="application/json", headers=headers).status_code == 400
