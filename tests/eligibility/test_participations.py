"""A family's time in a programme: who begins, which dates come, who looks, how it ends, who takes the place."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from appeals.services import windows
from eligibility.enums import BatchState, Outcome, ParticipationState
from eligibility.models import Determination, Participation
from eligibility.services import finishing, leaving, participations, recertifications
from eligibility.tasks import sweep_participations
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from perlinsos.messages.models import OutboxMessage
from tests import factories
from tests.cast import Cast
from tests.eligibility.conftest import SentTasks
from tests.support import again

pytestmark = pytest.mark.django_db
STATEMENT = "Keluarga saya berhenti menerima bantuan ini."
START = date(2026, 1, 15)


def at(day: date) -> time_machine.travel:
    return time_machine.travel(datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("Asia/Jakarta")), tick=False)


def begin(cast: Cast, on: date = START, **facts: Any) -> Participation:
    """Indah's family, funded and final on that day."""
    with at(on):
        return factories.participation(cast.application, **facts)


def look_after(one: Participation) -> Participation:
    participations.look_after(one.pk, by=service_account("eligibility"))
    return Participation.objects.select_related("application", "determination__rule_set").get(pk=one.pk)


def recertify(one: Participation, *, by: User) -> Participation:
    """Looked at again and confirmed by the same officer."""
    look = recertifications.look_again(one, by=by)
    recertifications.answer(look.pk, by=service_account("eligibility"))
    return participations.recertify(one, by=by)


def decide_again(one: Participation, **changes: Any) -> Determination:
    old = one.determination
    fields = {
        "amount_per_year": old.amount_per_year,
        "outcome": Outcome.ELIGIBLE,
        "rule_set": old.rule_set,
        **changes,
    }
    return factories.DeterminationFactory(application=one.application, supersedes=old, cause="fact:x", **fields)


def propose(one: Participation, reason: str, *, by: User) -> None:
    leaving.propose_end(one, reason=reason, note="dilihat di rumah", by=by)


def told(one: Participation) -> list[str]:
    about = OutboxMessage.objects.filter(subject_type="enrollment.application", subject_id=one.application_id)
    return list(about.order_by("pk").values_list("title", flat=True))


# --- beginning ------------------------------------------------------------------------------------
def test_a_funded_place_of_a_final_batch_begins_once(cast: Cast) -> None:
    one = begin(cast)
    assert (one.state, one.started_on, one.ends_on) == (ParticipationState.ACTIVE, START, date(2031, 1, 15))
    assert one.recertify_on == date(2027, 1, 15)
    assert participations.start_participations(one.entry.batch_id, by=service_account("eligibility")) is False
    assert Participation.objects.count() == 1
    assert told(one) == ["Program Keluarga Harapan: hasilnya sudah tetap"]


@pytest.mark.parametrize("state", [BatchState.ANNOUNCED, BatchState.CANCELLED])
def test_nobody_begins_before_the_result_is_final(state: BatchState) -> None:
    batch = factories.BatchFactory(announced=True, state=state)
    place = factories.RankedEntryFactory(ranking__batch=batch)
    participations.start_participations(batch.pk, by=service_account("eligibility"))
    assert not Participation.objects.filter(entry=place.entry).exists()


@pytest.mark.parametrize("placement", ["waiting", "not_eligible"])
def test_who_has_no_place_does_not_begin(placement: str) -> None:
    batch = factories.BatchFactory(announced=True, state=BatchState.FINAL)
    factories.RankedEntryFactory(ranking__batch=batch, placement=placement, position=None)
    participations.start_participations(batch.pk, by=service_account("eligibility"))
    assert not Participation.objects.exists()


def test_a_batch_becomes_final_when_the_window_is_over_and_objections_are_answered(sent_tasks: SentTasks) -> None:
    window, still_open = factories.ObjectionWindowFactory(closed=True), factories.ObjectionWindowFactory()
    appeal = factories.AppealFactory(window=factories.ObjectionWindowFactory(closed=True))
    worker = service_account("appeals")
    assert windows.close_windows(by=worker) == 1
    assert windows.close_windows(by=worker) == 0
    for one, state in ((window, "final"), (still_open, "announced"), (appeal.window, "announced")):
        one.batch.refresh_from_db()
        assert one.batch.state == state
    assert ("eligibility.start_participations", {"batch_id": window.batch_id}) in sent_tasks
    type(appeal).objects.filter(pk=appeal.pk).update(state="withdrawn")
    assert windows.close_windows(by=worker) == 1


def test_only_the_worker_makes_a_batch_final(cast: Cast) -> None:
    batch = factories.BatchFactory(announced=True)
    with pytest.raises(PermissionDenied):
        finishing.finish_batch(batch, by=cast.budi)


# --- the counter ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "is_exempt", "ends_on"),
    [
        ({}, False, date(2031, 1, 15)),
        ({"dukcapil__elderly_60": 1}, True, None),
        ({"citizen__severe_disability": 1}, True, None),
        ({"ground_check__mental_disorder": 1}, True, None),
        ({"dukcapil__elderly_60": None}, None, None),
    ],
)
def test_five_years_unless_exempt_or_not_known(
    cast: Cast, facts: dict[str, Any], is_exempt: bool | None, ends_on: date | None
) -> None:
    one = begin(cast, **facts)
    assert (one.is_exempt, one.ends_on) == (is_exempt, ends_on)
    assert (one.stopped_since is not None) == (is_exempt is True)


def test_an_exemption_that_comes_and_goes_pushes_the_end_back(cast: Cast) -> None:
    one = begin(cast)
    with at(date(2026, 3, 1)):
        one.determination = decide_again(one, facts=factories.used(dukcapil__elderly_60=1))
        exempt = look_after(one)
    assert (exempt.is_exempt, exempt.ends_on, exempt.stopped_since) == (True, None, date(2026, 3, 1))
    with at(date(2026, 3, 31)):
        decide_again(exempt, facts=factories.used())
        again = look_after(exempt)
    assert (again.is_exempt, again.days_stopped) == (False, 30)
    assert again.ends_on == date(2031, 2, 14)


def test_an_answer_that_is_not_known_changes_nothing(cast: Cast) -> None:
    one = begin(cast)
    with at(START):
        decide_again(one, outcome=Outcome.UNDECIDED, facts={})
        assert not Participation.objects.due().exists()
        assert look_after(one).determination_id == one.determination_id


def test_what_was_received_before_counts(cast: Cast) -> None:
    first = begin(cast)
    with at(date(2026, 4, 25)):  # a hundred days later
        leaving.step_back(first, statement=STATEMENT, reason="", by=cast.indah)
    with at(date(2026, 6, 1)):
        look_after(first)
        again.served()
        second = factories.participation(again.register_again(first.application, by=cast.indah))
    assert second.days_before == 100
    assert second.ends_on == date(2031, 6, 1) - timedelta(days=100)


# --- dates lead to a person, never to an end ------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "state"),
    [(date(2027, 1, 14), ParticipationState.ACTIVE), (date(2027, 1, 15), ParticipationState.CHECK)],
)
def test_a_date_that_came_makes_it_due_for_a_check(cast: Cast, day: date, state: str) -> None:
    one = begin(cast)
    with at(day):
        checked = look_after(one)
        assert checked.state == state
        assert checked.is_receiving
        assert not Participation.objects.due().exists()


def test_a_family_is_told_in_time_and_once(cast: Cast) -> None:
    one = begin(cast)
    with at(date(2026, 11, 15)):
        assert not Participation.objects.due().exists()
    with at(date(2026, 11, 16)):  # sixty days before
        assert list(Participation.objects.due()) == [one]
        look_after(one)
        look_after(one)
        assert not Participation.objects.due().exists()
    assert told(one)[1:] == ["Data Anda akan diperiksa lagi"]


def test_recertified_it_goes_on_for_another_year(cast: Cast) -> None:
    one = begin(cast)
    with at(date(2027, 1, 20)):
        one = recertify(look_after(one), by=cast.ani)
    assert (one.state, one.checked_on, one.recertify_on) == ("active", date(2027, 1, 20), date(2028, 1, 20))


def test_when_the_time_is_used_up_an_officer_graduates_the_family(cast: Cast) -> None:
    one = begin(cast)
    Participation.objects.filter(pk=one.pk).update(recertify_on=date(2031, 6, 1))
    with at(date(2030, 7, 19)):  # 180 days before
        look_after(one)
    assert told(one)[-1] == "Batas waktu sudah dekat"
    with at(date(2031, 1, 14)), pytest.raises(DomainError, match="limit_not_reached"):
        propose(one, "graduated", by=cast.ani)
    with at(date(2031, 1, 15)):
        one = look_after(one)
        assert one.state == ParticipationState.CHECK
        with pytest.raises(DomainError, match="limit_reached"):
            recertify(one, by=cast.ani)
        propose(one, "graduated", by=cast.ani)
        one = leaving.agree_to_end(one, by=cast.budi)
        assert (one.state, one.ended_on, one.released_at) == ("graduated", date(2031, 1, 15), timezone.now())


def test_a_decision_against_the_family_leads_to_an_officer(cast: Cast) -> None:
    one = begin(cast)
    with at(START), pytest.raises(DomainError, match="no_cause"):
        propose(one, "removed", by=cast.ani)
    with at(START):
        decide_again(one, outcome=Outcome.NOT_ELIGIBLE, facts=factories.used())
        one = look_after(one)
        assert one.state == ParticipationState.CHECK
        with pytest.raises(DomainError, match="not_funded"):
            recertify(one, by=cast.ani)
        propose(one, "removed", by=cast.ani)
        assert leaving.agree_to_end(one, by=cast.budi).state == "removed"


def test_paused_time_does_not_count(cast: Cast) -> None:
    one = begin(cast)
    with at(date(2026, 2, 1)):
        one = participations.suspend(one, reason="rekening diperiksa", by=cast.ani)
        assert (one.state, one.ends_on) == ("suspended", None)
    with at(date(2026, 2, 11)):
        one = participations.resume(one, reason="rekening benar", by=cast.ani)
    assert (one.state, one.days_stopped, one.ends_on) == ("active", 10, date(2031, 1, 25))


# --- officers, sweeps, constraints ----------------------------------------------------------------
@pytest.mark.parametrize("who", ["citra", "dewi", "gita", "eko", "indah"])
def test_only_officers_of_the_area_look_after(cast: Cast, who: str) -> None:
    one, by = begin(cast), cast[who]
    for verb in (
        lambda: recertifications.look_again(one, by=by),
        lambda: participations.recertify(one, by=by),
        lambda: participations.suspend(one, reason="x", by=by),
        lambda: participations.resume(one, reason="x", by=by),
        lambda: propose(one, "moved", by=by),
        lambda: leaving.agree_to_end(one, by=by),
        lambda: leaving.decline_end(one, reason="x", by=by),
    ):
        with pytest.raises(PermissionDenied):
            verb()


def test_each_sees_the_participations_of_the_own_area(cast: Cast) -> None:
    here, there = factories.participation(cast.application), factories.participation(cast.kirana_application)
    for who, seen in {
        "indah": {here}, "kirana": {there}, "ani": {here}, "citra": {there}, "eko": {here}, "fajar": set(),
        "gita": {here}, "hadi": set(), "laras": set(), "joko": set(),
    }.items():  # fmt: skip
        assert set(Participation.objects.visible_to(cast[who])) == seen, who


def test_the_sweep_wakes_what_is_due_and_nothing_else(cast: Cast, sent_tasks: SentTasks) -> None:
    due, resting = begin(cast), factories.participation(cast.joko_application)
    left_out = factories.RankedEntryFactory(ranking__batch=factories.BatchFactory(announced=True, state="final"))
    Participation.objects.filter(pk=due.pk).update(recertify_on=timezone.localdate())
    sent_tasks.clear()
    sweep_participations()
    assert sent_tasks == [
        ("eligibility.start_participations", {"batch_id": left_out.ranking.batch_id}),
        ("eligibility.look_after_participation", {"participation_id": due.pk}),
    ]
    assert resting.pk != due.pk


@pytest.mark.parametrize(
    "fields",
    [
        {"ended_on": START},
        {"state": "graduated"},
        {"state": "left", "ended_on": START},
        {"released_at": timezone.now()},
        {"is_exempt": True},
        {"state": "dropped"},
    ],
)
def test_the_database_refuses_what_cannot_be(cast: Cast, fields: dict[str, Any]) -> None:
    one = begin(cast)
    with pytest.raises(IntegrityError, match="participation_"), transaction.atomic():
        Participation.objects.filter(pk=one.pk).update(**fields)
