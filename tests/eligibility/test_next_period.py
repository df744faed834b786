"""A quota holds for a period, a family receives for years: what the next period knows of the one before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eligibility import announcing, queue, taken, tasks
from eligibility.enums import BatchState, DepartureReason, Outcome, Placement, RankingCause
from eligibility.models import Batch, Participation, Programme, Quota, RankedEntry, ReservedShare
from eligibility.services import batches, decisions, places
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import LATENG, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily, SentTasks, answer
from tests.eligibility.test_admin import address
from tests.eligibility.test_batches import placed
from tests.eligibility.test_decisions import corrected
from tests.eligibility.test_places import check_now
from tests.factories.base import SINCE
from verification.enums import RequestState, Source
from verification.models import Fact, SourceRequest

Announce = Callable[..., tuple[Batch, list[Application]]]
NextQuota = Callable[..., Quota]


@pytest.fixture
def first_quota(pkh: Programme, banyuwangi: Area) -> Quota:
    return factories.QuotaFactory(programme=pkh, area=banyuwangi, places=2)


@pytest.fixture
def announce(
    decided: MakeFamily, first_quota: Quota, cast: Cast, pkh: Programme, banyuwangi: Area, sent_tasks: SentTasks
) -> Announce:
    """Families of these deciles announced in a batch of their own, under the quota in force today."""

    def make(*deciles: int, **facts: Any) -> tuple[Batch, list[Application]]:
        families = [decided(dtsen__decile=decile, **facts) for decile in deciles]
        batch = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
        batches.hand_over(batch, by=cast.ani)
        batch.refresh_from_db()
        batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
        batch.refresh_from_db()
        return batch, families

    return make


@pytest.fixture
def next_quota(first_quota: Quota) -> NextQuota:
    """The first quota ended yesterday, the next one begins today."""

    def make(places: int = 3) -> Quota:
        today = timezone.localdate()
        Quota.objects.filter(pk=first_quota.pk).update(valid_during=(SINCE, today))
        return later(first_quota, places, since=today)

    return make


def later(quota: Quota, places: int, *, since: Any) -> Quota:
    return Quota.objects.create(
        programme=quota.programme, area=quota.area, valid_during=(since, None), places=places, source="Surat (rekaan)"
    )


def finish(batch: Batch) -> None:
    """The result is final and the funded families begin to receive."""
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FINAL)
    tasks.start_participations(batch_id=batch.pk)


def funded(batch: Batch) -> list[int]:
    return [pk for pk, placement, _position in placed(batch) if placement == Placement.FUNDED]


# --- families of the period before ------------------------------------------------------------
@pytest.mark.parametrize("is_final", [True, False])
def test_whoever_holds_a_place_from_earlier_counts_against_the_next_quota(
    announce: Announce, next_quota: NextQuota, is_final: bool
) -> None:
    """Whether the family receives already or its result is not final yet."""
    earlier, _families = announce(1, 2)
    if is_final:
        finish(earlier)
    quota = next_quota(places=3)
    batch, (first, second) = announce(3, 4)
    assert batch.quota == quota
    assert placed(batch) == [(first.pk, Placement.FUNDED, 1), (second.pk, Placement.WAITING, 1)]
    check_now()


def test_the_officer_sees_what_is_held_before_announcing(
    announce: Announce, next_quota: NextQuota, decided: MakeFamily, client: Client, cast: Cast, sign_in: SignIn,
    pkh: Programme, banyuwangi: Area,
) -> None:  # fmt: skip
    finish(announce(1, 2)[0])
    next_quota(places=4)
    announce(1)
    for _number in range(3):
        decided()
    batch = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
    seen = announcing.preview(batch)
    assert (seen.places, seen.given, seen.held, seen.free) == (4, 1, 2, 1)
    assert (seen.funded, seen.waiting) == (1, 2)
    sign_in(client, cast.ani)
    page = " ".join(client.get(reverse("batch-detail", args=[batch.public_id])).content.decode().split())
    assert "<dt>Masih dipakai dari periode sebelumnya</dt><dd>2</dd>" in page
    assert "<dt>Kosong</dt><dd>1</dd>" in page
    stocks = " ".join(client.get(reverse("place-list")).content.decode().split())
    assert 'data-label="Dari periode sebelumnya">2</td>' in stocks
    assert 'data-label="Kosong">1</td>' in stocks


def test_a_place_that_falls_free_of_an_earlier_period_goes_to_who_waits_now(
    announce: Announce, next_quota: NextQuota, sent_tasks: SentTasks
) -> None:
    earlier, (leaves, stays) = announce(1, 2)
    finish(earlier)
    quota = next_quota(places=3)
    batch, (first, second) = announce(3, 4)
    assert queue.quotas_to_fill() == []
    place = RankedEntry.objects.current().get(entry__application=leaves)
    places.release_place(place, reason=DepartureReason.OPTED_OUT, by=leaves.owner)
    participation = Participation.objects.get(application=leaves)
    tasks.look_after_participation(participation_id=participation.pk)
    sent_tasks.clear()
    tasks.fill_free_places(quota_id=earlier.quota_id)
    assert ("eligibility.fill_free_places", {"quota_id": quota.pk}) in sent_tasks
    assert queue.quotas_to_fill() == [quota.pk]
    tasks.fill_free_places(quota_id=quota.pk)
    assert (funded(earlier), funded(batch)) == ([stays.pk], [first.pk, second.pk])
    assert queue.quotas_to_fill() == []
    check_now()


def test_a_family_that_is_still_paid_counts_although_its_place_is_gone(
    announce: Announce, next_quota: NextQuota, cast: Cast
) -> None:
    """A new decision took the place; until two officers end it, the family receives."""
    earlier, (first, _second) = announce(1, 2)
    finish(earlier)
    corrected(first, 2_200, by=cast.ani)
    batches.rerank(earlier, cause=RankingCause.APPEAL, reference="SGH", by=cast.ani)
    assert first.pk not in funded(earlier)
    assert taken.held(next_quota(places=3)) == 2


def test_a_quota_below_what_is_held_gives_nothing_and_takes_nothing(announce: Announce, next_quota: NextQuota) -> None:
    earlier, families = announce(1, 2)
    finish(earlier)
    check_now()
    next_quota(places=1)
    batch, (waits,) = announce(1)
    assert placed(batch) == [(waits.pk, Placement.WAITING, 1)]
    assert funded(earlier) == [one.pk for one in families]
    check_now()


def test_an_earlier_quota_gives_no_place_after_its_period(
    announce: Announce, next_quota: NextQuota, cast: Cast
) -> None:
    """An objection that is upheld late does not add to what the next quota must carry."""
    earlier, (first, late) = announce(2, 1, pln__power_va=2_200)
    assert funded(earlier) == []
    next_quota(places=3)
    for family in (first, late):
        corrected(family, 900, by=cast.ani)
    batches.rerank(earlier, cause=RankingCause.APPEAL, reference="SGH", by=cast.ani)
    assert placed(earlier) == [(late.pk, Placement.WAITING, 1), (first.pk, Placement.WAITING, 2)]


def test_a_reserved_share_counts_its_families_of_earlier_periods(
    announce: Announce, next_quota: NextQuota, first_quota: Quota, decided: MakeFamily
) -> None:
    """Two of four are for a group, one of them holds a place already: one more comes before others."""

    def reserve(quota: Quota) -> ReservedShare:
        return ReservedShare.objects.create(
            quota=quota, legal="SK", name="warga Lateng", percent=50, area=factories.area(LATENG)
        )

    reserve(first_quota)
    decided(LATENG, dtsen__decile=4)
    earlier, _families = announce(1)
    finish(earlier)
    quota = next_quota(places=4)
    share = reserve(quota)
    of_village = [decided(LATENG, dtsen__decile=4) for _number in range(2)]
    batch, (needier,) = announce(1)
    reserved = RankedEntry.objects.current().filter(ranking__batch=batch, share=share)
    assert reserved.get().entry.application in of_village
    assert len(funded(batch)) == 2
    assert needier.pk in funded(batch)
    assert taken.with_held(ReservedShare.objects.filter(pk=share.pk)).get().held == 1


def overfund(quota: Quota, application: Application) -> None:
    """A place beyond all services, straight into the tables, and what the database says at commit."""
    batch = factories.BatchFactory(announced=True, programme=quota.programme, quota=quota)
    entry = factories.BatchEntryFactory(batch=batch, application=application)
    ranking = factories.RankingFactory(batch=batch, places=quota.places)
    factories.RankedEntryFactory(ranking=ranking, entry=entry, determination=answer(application))
    check_now()


def test_the_database_counts_earlier_quotas_too(announce: Announce, next_quota: NextQuota, decided: MakeFamily) -> None:
    finish(announce(1, 2)[0])
    quota = next_quota(places=2)
    check_now()
    with pytest.raises(IntegrityError, match=f"quota {quota.pk} has 2 places and would fund 3"), transaction.atomic():
        overfund(quota, decided())


def test_an_earlier_announcement_cannot_grow_into_the_next_quota(
    announce: Announce, next_quota: NextQuota, decided: MakeFamily
) -> None:
    """The database looks at the quota in force also when somebody draws an order of an earlier one."""
    earlier, _families = announce(1)
    quota = next_quota(places=2)
    announce(2)
    check_now()
    with pytest.raises(IntegrityError, match=f"quota {quota.pk} has 2 places and would fund 3"), transaction.atomic():
        overfund(earlier.quota, decided())


# --- quotas within each other -----------------------------------------------------------------
def test_a_quota_within_another_one_is_refused(first_quota: Quota, client: Client, cast: Cast, sign_in: SignIn) -> None:
    province, tomorrow = factories.area("35"), timezone.localdate() + timedelta(days=1)
    beside = {"programme": first_quota.programme, "area": province, "places": 9, "source": "Surat"}
    with pytest.raises(IntegrityError, match="lies within the area"), transaction.atomic():
        Quota.objects.create(valid_during=(SINCE, None), **beside)
    Quota.objects.filter(pk=first_quota.pk).update(valid_during=(SINCE, tomorrow))
    after = Quota.objects.create(valid_during=(tomorrow, None), **beside)
    with pytest.raises(IntegrityError, match="lies within the area"), transaction.atomic():
        Quota.objects.filter(pk=first_quota.pk).update(valid_during=(SINCE, None))
    sign_in(client, cast.laras)
    form = {"programme": first_quota.programme_id, "area": "35.10", "places": "5", "source": "Surat",
            "valid_from": str(tomorrow), "valid_until": ""}  # fmt: skip
    response = client.post(address(Quota, "add"), form)
    assert response.status_code == 200
    assert f"{after.area} sudah punya kuota program ini" in response.content.decode()
    assert Quota.objects.count() == 2


# --- who waited when the period ended ---------------------------------------------------------
def work_off(sent_tasks: SentTasks) -> None:
    """What the worker does with the sweep of periods and what it wakes."""
    sent_tasks.clear()
    tasks.sweep_periods()
    for name, ids in sent_tasks:
        {"eligibility.end_waiting": tasks.end_waiting, "eligibility.publish_places": tasks.publish_places}.get(
            name, lambda **_ids: None
        )(**ids)


def status_page(client: Client, family: Application, name: str = "application-status") -> str:
    return " ".join(client.get(reverse(name, args=[family.public_id])).content.decode().split())


def test_on_the_first_day_of_the_next_period_a_waiting_list_ends_and_its_families_are_told_once(
    announce: Announce, next_quota: NextQuota, sent_tasks: SentTasks, client: Client, sign_in: SignIn, cast: Cast
) -> None:
    earlier, (first, second, waits) = announce(1, 2, 3)
    finish(earlier)
    work_off(sent_tasks)
    assert earlier.rankings.count() == 1  # the period is not over
    next_quota(places=3)
    work_off(sent_tasks)
    work_off(sent_tasks)
    tasks.end_waiting(batch_id=earlier.pk)
    newest = earlier.rankings.get(is_current=True)
    assert (newest.number, newest.cause) == (2, RankingCause.PERIOD)
    assert placed(earlier) == [
        (first.pk, Placement.FUNDED, 1), (second.pk, Placement.FUNDED, 2), (waits.pk, Placement.LAPSED, None),
    ]  # fmt: skip
    bodies = [row.body for row in OutboxMessage.objects.filter(subject_id=waits.pk, key__startswith="ranked:")]
    assert len(bodies) == 2
    assert "Masa berlaku 2 tempat Program Keluarga Harapan sudah berakhir" in bodies[-1]
    assert "Anda tidak perlu mendaftar lagi" in bodies[-1]
    sign_in(client, waits.owner)
    page = status_page(client, waits)
    assert "Program Keluarga Harapan: daftar tunggu berakhir" in page
    assert "ikut pengumuman berikutnya" in page
    assert "Anda naik sendiri" not in page
    history = status_page(client, waits, "place-history")
    assert history.index("Daftar tunggu berakhir bersama periodenya") < history.index("Daftar tunggu, nomor 1")
    sign_in(client, cast.ani)
    assert "<dt>Daftar tunggu berakhir bersama periodenya</dt><dd>1</dd>" in status_page(
        client, earlier, "batch-detail"
    )


def test_the_next_announcement_collects_them_again(
    announce: Announce, next_quota: NextQuota, sent_tasks: SentTasks, client: Client, sign_in: SignIn, cast: Cast
) -> None:
    """By the numbers of the new period, and in the order of need among all."""
    earlier, (_first, leaves, waits) = announce(1, 2, 4)
    finish(earlier)
    next_quota(places=3)
    Parameter.objects.filter(area=earlier.area).update(value=3_000_000)
    work_off(sent_tasks)
    now = answer(waits)
    assert (now.cause, now.parameters["minimum_wage"]) == (f"period:{earlier.quota_id}", 3_000_000)
    later, (newcomer,) = announce(3)
    assert placed(later) == [(newcomer.pk, Placement.FUNDED, 1), (waits.pk, Placement.WAITING, 1)]
    sign_in(client, waits.owner)
    assert "Nomor 1 di daftar tunggu. Semua 3 tempat sudah terisi. Kalau ada tempat kosong, Anda naik sendiri." in (
        status_page(client, waits)
    )
    assert "Program Keluarga Harapan: daftar tunggu berakhir" not in status_page(client, waits)
    # The earlier order is drawn again when somebody leaves; who was taken up elsewhere is not touched by it.
    place = RankedEntry.objects.current().get(entry__application=leaves)
    places.release_place(place, reason=DepartureReason.DIED, by=cast.ani, agreed_with=cast.budi)
    tasks.look_after_participation(participation_id=Participation.objects.get(application=leaves).pk)
    tasks.fill_free_places(quota_id=earlier.quota_id)
    tasks.fill_free_places(quota_id=later.quota_id)
    assert (waits.pk, Placement.LAPSED, None) in placed(earlier)
    assert placed(later) == [(newcomer.pk, Placement.FUNDED, 1), (waits.pk, Placement.FUNDED, 2)]
    assert "Anda akan menerima" in status_page(client, waits)
    told = OutboxMessage.objects.filter(subject_id=waits.pk, key__startswith="ranked:")
    assert told.count() == 4  # waits, ended, waits, receives


def test_data_that_grew_old_while_a_family_waited_is_asked_for_and_the_answers_decide(
    announce: Announce, next_quota: NextQuota, sent_tasks: SentTasks, worker: User
) -> None:
    """What is announced is asked by no sweep: after a year old data would have decided, as unknown."""
    earlier, (_first, _second, waits) = announce(1, 2, 3)
    finish(earlier)
    before, told = answer(waits), OutboxMessage.objects.filter(subject_id=waits.pk)
    decided = told.filter(key__startswith="decided:").count()
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        next_quota(places=3)
        work_off(sent_tasks)
        assert placed(earlier)[2] == (waits.pk, Placement.LAPSED, None)
        assert told.filter(key__startswith="ranked:").count() == 2
        assert (answer(waits), told.filter(key__startswith="decided:").count()) == (before, decided)
        due = SourceRequest.objects.filter(application=waits, state=RequestState.DUE)
        assert Source.DTSEN in due.values_list("source", flat=True)
        for old in Fact.objects.current().filter(family=waits.family):
            fresh = {"name": old.name, "value": 9 if old.name == "dtsen.decile" else old.value, "unit": old.unit}
            factories.FactFactory(family=waits.family, supersedes=old, **fresh)
        due.update(state=RequestState.ANSWERED, answered_at=timezone.now())
        decisions.decide_if_ready(waits.pk, by=worker)
        assert (before.outcome, answer(waits).outcome) == (Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE)


def test_a_waiting_list_stays_while_its_result_may_still_change(
    announce: Announce, next_quota: NextQuota, sent_tasks: SentTasks, client: Client, sign_in: SignIn
) -> None:
    earlier, (_first, _second, waits) = announce(1, 2, 3)
    next_quota(places=3)
    work_off(sent_tasks)
    assert placed(earlier)[2] == (waits.pk, Placement.WAITING, 1)
    sign_in(client, waits.owner)
    page = status_page(client, waits)
    assert "Nomor 1 di daftar tunggu." in page
    assert "ikut pengumuman berikutnya" in page
    assert "Anda naik sendiri" not in page
    finish(earlier)
    work_off(sent_tasks)
    assert placed(earlier)[2] == (waits.pk, Placement.LAPSED, None)


def test_a_late_objection_that_is_upheld_leads_to_the_next_announcement(
    announce: Announce, next_quota: NextQuota, sent_tasks: SentTasks, cast: Cast
) -> None:
    earlier, (late,) = announce(1, pln__power_va=2_200)
    finish(earlier)
    next_quota(places=3)
    corrected(late, 900, by=cast.ani)
    batches.rerank(earlier, cause=RankingCause.APPEAL, reference="SGH", by=cast.ani)
    tasks.sweep_places()
    tasks.publish_places(**sent_tasks[-1][1])
    assert placed(earlier) == [(late.pk, Placement.LAPSED, None)]
    batch, _families = announce(2)
    assert (late.pk, Placement.FUNDED, 1) in placed(batch)
