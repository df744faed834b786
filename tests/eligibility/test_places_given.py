"""The database counts places, however they are given: by a ranking, one by one, or by changing a row."""

import pytest
from django.db import IntegrityError, connection

from eligibility.enums import Placement
from eligibility.models import Quota, RankedEntry, Ranking
from tests import factories

pytestmark = pytest.mark.django_db
REFUSED = "has 2 places and would fund 3 families"


@pytest.fixture(autouse=True)
def rows_may_change(db: None) -> None:
    """Places are never changed (`test_kept_history.py`); the second guard holds where the owner switched that off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE eligibility_rankedentry DISABLE TRIGGER ranked_entry_is_only_told")


@pytest.fixture
def quota() -> Quota:
    return factories.QuotaFactory(places=2)


def ranking_of(quota: Quota) -> Ranking:
    """One batch of the quota: a family has a place, another one waits."""
    batch = factories.BatchFactory(announced=True, programme=quota.programme, quota=quota)
    ranking = factories.RankingFactory(batch=batch, places=2)
    place(ranking, Placement.FUNDED, 1)
    place(ranking, Placement.WAITING, 1)
    return ranking


def place(ranking: Ranking, placement: Placement, position: int) -> RankedEntry:
    made: RankedEntry = factories.RankedEntryFactory(ranking=ranking, placement=placement, position=position)
    return made


def commit() -> None:
    """What is looked at at commit is looked at now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def promote(ranking: Ranking) -> int:
    waiting = RankedEntry.objects.filter(ranking=ranking, placement=Placement.WAITING)
    return waiting.update(placement=Placement.FUNDED, position=2)


def test_a_row_that_is_changed_to_a_place_counts_with_other_batches(quota: Quota) -> None:
    first, _second = ranking_of(quota), ranking_of(quota)
    commit()
    assert promote(first) == 1
    with pytest.raises(IntegrityError, match=REFUSED):
        commit()


def test_a_place_that_is_added_to_an_older_ranking_counts(quota: Quota) -> None:
    first, _second = ranking_of(quota), ranking_of(quota)
    commit()
    place(first, Placement.FUNDED, 2)
    with pytest.raises(IntegrityError, match=REFUSED):
        commit()


def test_a_place_that_is_moved_into_the_current_ranking_counts(quota: Quota) -> None:
    first, _second = ranking_of(quota), ranking_of(quota)
    earlier = factories.RankingFactory(batch=first.batch, places=2, number=first.number + 1, is_current=False)
    moved = place(earlier, Placement.FUNDED, 2)
    commit()
    RankedEntry.objects.filter(pk=moved.pk).update(ranking=first)
    with pytest.raises(IntegrityError, match=REFUSED):
        commit()


def test_within_the_quota_and_in_history_nothing_is_refused(quota: Quota) -> None:
    only = ranking_of(quota)
    commit()
    promote(only)
    commit()
    old = factories.RankingFactory(batch=only.batch, places=2, number=only.number + 1, is_current=False)
    place(old, Placement.WAITING, 1)
    promote(old)
    commit()
    RankedEntry.objects.filter(ranking=only).update(told_at=None)  # says nothing about places
    commit()
    funded = RankedEntry.objects.filter(placement=Placement.FUNDED).values_list("ranking", flat=True)
    assert sorted(funded) == sorted([only.pk, only.pk, old.pk])


def test_two_changes_of_one_transaction_are_both_counted(quota: Quota) -> None:
    only = ranking_of(quota)
    commit()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    promote(only)
    other = factories.BatchFactory(announced=True, programme=quota.programme, quota=quota)
    ranking = factories.RankingFactory(batch=other, places=2)
    with pytest.raises(IntegrityError, match=REFUSED):
        place(ranking, Placement.FUNDED, 1)
