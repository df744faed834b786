"""Places that fall free: who may leave, with whose agreement, and who gets the place next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from eligibility import queue, tasks
from eligibility.enums import (
    BatchState,
    DepartureReason,
    DepartureState,
    ParticipationState,
    Placement,
    RankingCause,
)
from eligibility.models import Batch, Departure, Participation, Programme, Quota, RankedEntry
from eligibility.services import batches, places
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import Cast
from tests.eligibility.conftest import MakeFamily, SentTasks, answer
from tests.eligibility.test_batches import placed, refused, told
from verification.models import Fact

Announced = Callable[..., tuple[Batch, list[Application]]]
NAME = "Program Keluarga Harapan"


@pytest.fixture
def announced(decided: MakeFamily, pkh: Programme, banyuwangi: Area, cast: Cast, sent_tasks: SentTasks) -> Announced:
    """Families of these deciles announced in a batch of their own; the quota is that of the first call."""

    def make(*deciles: int, places: int = 2) -> tuple[Batch, list[Application]]:
        families = [decided(dtsen__decile=decile) for decile in deciles]
        factories.QuotaFactory(programme=pkh, area=banyuwangi, places=places)
        batch = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
        batches.hand_over(batch, by=cast.ani)
        batch.refresh_from_db()
        batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
        batch.refresh_from_db()
        sent_tasks.clear()
        return batch, families

    return make


def place_of(application: Application) -> RankedEntry:
    return RankedEntry.objects.current().get(entry__application=application, ranking__batch__programme__code="pkh")


def leave(application: Application, by: User, **fields: Any) -> Departure:
    fields = {"reason": DepartureReason.DIED, "note": "Akta kematian dilihat", **fields}
    return places.release_place(place_of(application), by=by, **fields)


def fill(batch: Batch) -> None:
    tasks.fill_free_places(quota_id=batch.quota_id)


# --- leaving ----------------------------------------------------------------------------------
def test_a_family_that_wants_no_more_leaves_at_once_and_the_next_moves_up(
    announced: Announced, sent_tasks: SentTasks
) -> None:
    batch, (first, second, third, fourth) = announced(1, 2, 3, 4)
    departure = leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT, note="")
    assert (departure.state, departure.takes_money) == (DepartureState.EFFECTIVE, False)
    assert sent_tasks == [("eligibility.fill_free_places", {"quota_id": batch.quota_id})]
    fill(batch)
    assert placed(batch) == [
        (second.pk, Placement.FUNDED, 1),
        (third.pk, Placement.FUNDED, 2),
        (fourth.pk, Placement.WAITING, 1),
        (first.pk, Placement.LEFT, None),
    ]
    newest = batch.rankings.get(is_current=True)
    assert (newest.number, newest.cause, newest.cause_reference) == (2, RankingCause.VACANCY, first.reference)
    assert told(third)[-1] == f"Keluarga Anda ditetapkan menerima {NAME}"
    assert told(first)[-1] == f"Keluarga Anda tidak lagi ikut {NAME}"
    assert (len(told(second)), len(told(fourth))) == (1, 1)  # nothing changed for them but a number
    fill(batch)
    assert batch.rankings.count() == 2


def test_taking_a_place_away_needs_a_second_officer(announced: Announced, cast: Cast, sent_tasks: SentTasks) -> None:
    batch, (first, second, third) = announced(1, 2, 3)
    departure = leave(first, by=cast.ani)
    assert (departure.state, sent_tasks) == (DepartureState.PROPOSED, [])
    fill(batch)
    assert placed(batch)[0] == (first.pk, Placement.FUNDED, 1)
    with refused("same_officer"):
        places.confirm_departure(departure, by=cast.ani)
    with pytest.raises(IntegrityError, match="departure_that_takes_money_needs_two"), transaction.atomic():
        Departure.objects.update(state=DepartureState.EFFECTIVE, decided_by=cast.ani)
    with refused("already_left"):
        leave(first, by=cast.budi)
    places.confirm_departure(departure, by=cast.budi)
    tasks.fill_free_places(**sent_tasks.pop()[1])
    assert placed(batch)[:2] == [(second.pk, Placement.FUNDED, 1), (third.pk, Placement.FUNDED, 2)]
    with refused("no_place"):
        leave(first, by=cast.ani)


def test_a_refused_departure_keeps_the_place_and_may_be_proposed_again(announced: Announced, cast: Cast) -> None:
    batch, (first, *_others) = announced(1, 2, 3)
    departure = places.refuse_departure(leave(first, by=cast.ani), reason="Masih tinggal di sini", by=cast.budi)
    assert departure.state == DepartureState.REFUSED
    fill(batch)
    assert batch.rankings.count() == 1
    assert leave(first, by=cast.ani).state == DepartureState.PROPOSED


def test_the_waiting_list_and_a_second_signature_need_no_second_step(announced: Announced, cast: Cast) -> None:
    batch, (first, second, third) = announced(1, 2, 3)
    assert leave(third, by=cast.ani, reason=DepartureReason.MOVED).state == DepartureState.EFFECTIVE
    both = leave(second, by=cast.ani, agreed_with=cast.budi)
    assert (both.state, both.proposed_by, both.decided_by) == (DepartureState.EFFECTIVE, cast.ani, cast.budi)
    fill(batch)
    assert placed(batch) == [
        (first.pk, Placement.FUNDED, 1), (second.pk, Placement.LEFT, None), (third.pk, Placement.LEFT, None),
    ]  # fmt: skip


def test_nobody_loses_a_place_while_an_objection_is_open(announced: Announced, cast: Cast) -> None:
    batch, (first, second, _third) = announced(1, 2, 3)
    proposed = leave(second, by=cast.ani)
    window = factories.ObjectionWindowFactory(batch=batch)
    for family in (first, second):
        fact = Fact.objects.current_of(family.family)["pln.power_va"]
        factories.AppealFactory(application=family, determination=answer(family), fact=fact, window=window)
    with refused("objection_open"):
        leave(first, by=cast.ani)
    with refused("objection_open"):
        places.confirm_departure(proposed, by=cast.budi)
    assert leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT).state == DepartureState.EFFECTIVE


def test_who_may_say_that_a_family_left(announced: Announced, cast: Cast) -> None:
    _batch, (first, second, _third) = announced(1, 2, 3)
    for by in (cast.citra, cast.dewi, cast.gita, cast.hadi, cast.eko, second.owner):
        with pytest.raises(PermissionDenied):
            leave(first, by=by)
    with pytest.raises(PermissionDenied):
        leave(first, by=first.owner, reason=DepartureReason.DIED)
    with pytest.raises(PermissionDenied):
        leave(first, by=cast.ani, agreed_with=cast.citra)
    departure = leave(first, by=cast.ani)
    for by in (cast.citra, cast.dewi, cast.gita, first.owner):
        with pytest.raises(PermissionDenied):
            places.confirm_departure(departure, by=by)


# --- filling ----------------------------------------------------------------------------------
def test_the_sweep_finds_what_nobody_was_told_of(announced: Announced, sent_tasks: SentTasks, cast: Cast) -> None:
    batch, (first, *_others) = announced(1, 2, 3)
    due = ("eligibility.fill_free_places", {"quota_id": batch.quota_id})
    tasks.sweep_free_places()
    assert sent_tasks == []
    Application.objects.filter(pk=first.pk).update(state=ApplicationState.WITHDRAWN)
    assert queue.quotas_to_fill() == [batch.quota_id]
    fill(batch)
    assert queue.quotas_to_fill() == []
    Quota.objects.filter(pk=batch.quota_id).update(places=3)
    assert queue.quotas_to_fill() == []  # nobody waits any more
    leave(_others[0], by=cast.ani, agreed_with=cast.budi)
    sent_tasks.clear()
    tasks.sweep_free_places()
    assert sent_tasks == [due]


def test_a_larger_quota_funds_the_next(announced: Announced) -> None:
    batch, (_first, _second, third, fourth) = announced(1, 2, 3, 4)
    Quota.objects.filter(pk=batch.quota_id).update(places=3)
    assert queue.quotas_to_fill() == [batch.quota_id]
    fill(batch)
    assert placed(batch)[2:] == [(third.pk, Placement.FUNDED, 3), (fourth.pk, Placement.WAITING, 1)]
    assert batch.rankings.get(is_current=True).cause == RankingCause.QUOTA
    assert queue.quotas_to_fill() == []


@pytest.mark.parametrize("state", [BatchState.ANNOUNCED, BatchState.FINAL])
def test_a_smaller_quota_takes_no_place_away_and_gives_none(announced: Announced, cast: Cast, state: str) -> None:
    batch, (first, second, third) = announced(1, 2, 3)
    Batch.objects.filter(pk=batch.pk).update(state=state)
    Quota.objects.filter(pk=batch.quota_id).update(places=1)
    batches.rerank(batch, cause=RankingCause.APPEAL, reference="SGH", by=cast.ani)
    assert [row[1] for row in placed(batch)] == [Placement.FUNDED, Placement.FUNDED, Placement.WAITING]
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT)
    fill(batch)
    assert placed(batch) == [
        (second.pk, Placement.FUNDED, 1), (third.pk, Placement.WAITING, 1), (first.pk, Placement.LEFT, None),
    ]  # fmt: skip
    check_now()


def test_the_neediest_of_all_batches_gets_the_place(announced: Announced) -> None:
    early, (first, _second, third) = announced(1, 2, 4)
    late, (poorer, richer) = announced(3, 4)
    assert [row[1] for row in placed(late)] == [Placement.WAITING] * 2
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT)
    fill(early)
    assert placed(late) == [(poorer.pk, Placement.FUNDED, 1), (richer.pk, Placement.WAITING, 1)]
    assert (third.pk, Placement.WAITING, 1) in placed(early)
    check_now()


def test_after_the_period_nobody_is_promoted(announced: Announced) -> None:
    batch, (first, second, third) = announced(1, 2, 3)
    Quota.objects.filter(pk=batch.quota_id).update(valid_during=("2024-01-01", "2025-01-01"))
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT)
    fill(batch)
    assert placed(batch) == [
        (second.pk, Placement.FUNDED, 1), (third.pk, Placement.WAITING, 1), (first.pk, Placement.LEFT, None),
    ]  # fmt: skip


def test_who_left_is_not_collected_again(announced: Announced, cast: Cast, pkh: Programme, banyuwangi: Area) -> None:
    batch, (first, _second) = announced(1, 2)
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT)
    fill(batch)
    with refused("nothing_ready"):
        batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)


def test_the_database_refuses_a_ranking_beyond_the_quota(announced: Announced, decided: MakeFamily) -> None:
    batch, _families = announced(1, 2, 3)
    check_now()
    second = factories.BatchFactory(announced=True, programme=batch.programme, quota=batch.quota)
    other = decided()
    entry = factories.BatchEntryFactory(batch=second, application=other)

    def overfund() -> None:
        overfull = factories.RankingFactory(batch=second, places=1)
        factories.RankedEntryFactory(ranking=overfull, entry=entry, determination=answer(other))
        check_now()

    with pytest.raises(IntegrityError, match="would fund 3 families"), transaction.atomic():
        overfund()


def check_now() -> None:
    """What the database checks at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(("days", "state"), [(100, ParticipationState.ACTIVE), (160, ParticipationState.CHECK)])
def test_who_moves_up_by_data_that_grew_too_old_is_looked_at_from_the_first_day(
    announced: Announced, days: int, state: str
) -> None:
    """A decile counts for 180 days, and this one was a month old when the families were decided."""
    batch, (first, second, third) = announced(1, 2, 3)
    Quota.objects.update(valid_during=DateRange(timezone.localdate(), None))
    Batch.objects.update(state=BatchState.FINAL)
    tasks.start_participations(batch_id=batch.pk)
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT, note="")
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        fill(batch)
        tasks.start_participations(batch_id=batch.pk)
        for one in Participation.objects.due():
            tasks.look_after_participation(participation_id=one.pk)
    states = dict(Participation.objects.values_list("application_id", "state"))
    assert (states[third.pk], states[second.pk]) == (state, ParticipationState.ACTIVE)
