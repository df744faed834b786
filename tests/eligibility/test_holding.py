"""Who holds what in which order, on two connections: nobody waits in a circle, nobody decides over what came first."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from eligibility import tasks
from eligibility.enums import BatchState, RankingCause
from eligibility.models import Batch, Determination, Programme, Quota, RankedEntry, Ranking
from eligibility.services import batches, decisions, finishing, participations
from eligibility.services.holding import hold_applications
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from tests import factories
from tests.cast import Cast
from tests.eligibility.conftest import MakeFamily, answer
from tests.eligibility.test_first_days import follow
from tests.eligibility.test_next_period import Announce, NextQuota, announce, finish, first_quota, next_quota
from tests.eligibility.test_overlaps import blocked
from tests.support.second import beside

__all__ = ["announce", "blocked", "first_quota", "next_quota"]
pytestmark = pytest.mark.django_db(transaction=True)


def drawn_again(batch: Batch, by: User) -> Ranking | None:
    return batches.rerank(batch, cause=RankingCause.APPEAL, reference="SGH", by=by)


# --- a batch and the orders of it -----------------------------------------------------------------
def test_an_order_is_drawn_while_families_of_the_batch_begin_to_receive(announce: Announce, worker: User) -> None:
    """Who draws holds a family already, as an objection does; who begins holds the batch and waits for the family."""
    batch, (first, _second) = announce(1, 2)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FINAL)
    with transaction.atomic():
        hold_applications([first.pk])
        beginning = beside(lambda: participations.start_participations(batch.pk, by=worker))
        assert not beginning.done()
        assert drawn_again(batch, worker) is not None
    assert beginning.result() is False
    assert batch.rankings.count() == 2


def test_an_order_is_drawn_while_the_result_becomes_final(announce: Announce, worker: User) -> None:
    batch, _families = announce(1, 2)
    with transaction.atomic():
        finishing.finish_batch(batch, by=worker)
        drawing = beside(lambda: drawn_again(Batch.objects.get(pk=batch.pk), worker))
        assert drawing.done()
    assert drawing.result().number == 2


# --- families of a ranking ------------------------------------------------------------------------
def test_families_are_announced_without_waiting_for_one_that_somebody_holds(
    decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The needier family was decided later: the order of the ranking is not the one in which families are held."""
    held, needier = decided(dtsen__decile=4), decided(dtsen__decile=1)
    batch = prepared()
    monkeypatch.setattr("eligibility.services.rankings.AT_ONCE", 0)
    ranking = batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    monkeypatch.undo()
    with transaction.atomic():
        hold_applications([held.pk])
        telling = beside(lambda: tasks.publish_places(ranking_id=ranking.pk))
        assert telling.done()
        hold_applications([needier.pk])
    telling.result()
    states = dict(Application.objects.values_list("pk", "state"))
    assert (states[held.pk], states[needier.pk]) == (ApplicationState.DECIDED, ApplicationState.ANNOUNCED)
    assert RankedEntry.objects.untold().get().entry.application == held
    tasks.publish_places(ranking_id=ranking.pk)
    assert Application.objects.get(pk=held.pk).state == ApplicationState.ANNOUNCED
    assert not RankedEntry.objects.untold().exists()


def test_families_whose_wait_ended_are_held_by_their_key(announce: Announce, next_quota: NextQuota) -> None:
    batch, (_first, _second, held, needier) = announce(1, 1, 4, 3)
    finish(batch)
    next_quota()
    tasks.end_waiting(batch_id=batch.pk)
    ranking = batch.rankings.get(is_current=True)
    assert list(RankedEntry.objects.untold().order_by("pk").values_list("entry__application", flat=True)) == [
        needier.pk, held.pk,
    ]  # fmt: skip
    with transaction.atomic():
        hold_applications([held.pk])
        telling = beside(lambda: tasks.publish_places(ranking_id=ranking.pk))
        assert not telling.done()
        hold_applications([needier.pk])
    telling.result()
    assert not RankedEntry.objects.untold().exists()


# --- what was decided in between ------------------------------------------------------------------
def test_rules_that_came_in_between_stand_over_a_place_of_another_programme(
    tmp_path: Path, blocked: Programme, announce: Announce, first_quota: Quota, pkh: Programme, worker: User
) -> None:
    """The decision by new rules is not committed yet when the place is looked at."""
    _batch, (*_funded, waits) = announce(1, 1, 2)
    old = answer(waits, "uji")
    assert old.outcome == "not_eligible"
    version = follow("uji", worker)
    with transaction.atomic():
        made = decisions.redecide(waits, blocked, rule_set=version, cause=f"rules:{version.pk}", by=worker)
        following = beside(lambda: tasks.follow_places(programme_id=pkh.pk))
    following.result()
    assert answer(waits, "uji").rule_set == version
    assert answer(waits, "uji") == made
    assert Determination.objects.filter(application=waits, programme=blocked).count() == 2
