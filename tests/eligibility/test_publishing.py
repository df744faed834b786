"""Telling every family its place: a few at once, the others by the worker, each exactly once."""

from collections.abc import Callable

import pytest

from eligibility import queue, tasks
from eligibility.models import Batch, FollowedParameter, RankedEntry, Ranking
from eligibility.services import batches, following, rankings, runs
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import Cast
from tests.eligibility.conftest import MakeFamily, SentTasks, answer
from tests.eligibility.test_decided_again import supersede
from tests.eligibility.test_runs import finish, wage


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rankings, "AT_ONCE", 2)


@pytest.fixture
def ranking(
    few_at_once: None, decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast, sent_tasks: SentTasks
) -> Ranking:
    """Five families announced, two of them told within the request."""
    for _number in range(5):
        decided()
    return batches.announce_batch(prepared(places=2), decree=factories.DecreeFactory(), by=cast.budi)


def messages() -> int:
    return OutboxMessage.objects.filter(key__startswith="ranked:").count()


def test_the_request_tells_the_first_and_wakes_the_worker(ranking: Ranking, sent_tasks: SentTasks) -> None:
    assert messages() == RankedEntry.objects.exclude(told_at=None).count() == 2
    assert ("eligibility.publish_places", {"ranking_id": ranking.pk}) in sent_tasks


def test_the_worker_tells_the_others_once(ranking: Ranking, sent_tasks: SentTasks) -> None:
    for _turn in range(4):
        tasks.publish_places(ranking_id=ranking.pk)
    assert messages() == 5
    announced = Application.objects.filter(batch_entries__batch=ranking.batch)
    assert list(announced.values_list("state", flat=True)) == [ApplicationState.ANNOUNCED] * 5
    assert sent_tasks.count(("eligibility.publish_places", {"ranking_id": ranking.pk})) == 2
    assert not RankedEntry.objects.untold().exists()


def test_the_sweep_finds_families_nobody_told(ranking: Ranking, sent_tasks: SentTasks) -> None:
    sent_tasks.clear()
    tasks.sweep_places()
    assert sent_tasks == [("eligibility.publish_places", {"ranking_id": ranking.pk})]
    while rankings.publish_places(ranking.pk, by=ranking.batch.announced_by):
        pass
    assert queue.untold_rankings() == []


def test_a_newer_order_replaces_what_was_not_told_yet(ranking: Ranking, worker: User, sent_tasks: SentTasks) -> None:
    newer = batches.rerank(ranking.batch, cause="vacancy", reference="", by=worker)
    assert newer is not None
    tasks.publish_places(ranking_id=ranking.pk)
    assert messages() == 4  # two of the first order, two more of the newer one; nobody twice
    assert queue.untold_rankings() == [newer.pk]
    tasks.publish_places(ranking_id=newer.pk)
    assert messages() == 5
    assert OutboxMessage.objects.filter(key__startswith="ranked:").values("subject_id").distinct().count() == 5


def test_until_a_family_is_told_its_place_its_answer_stays_the_one_it_was_ranked_with(
    ranking: Ranking, worker: User, banyuwangi: Area
) -> None:
    """Another meter, another limit and everybody decided anew, while the worker still tells the others."""
    place = RankedEntry.objects.untold().filter(ranking=ranking).select_related("entry__application").latest("pk")
    family = place.entry.application
    assert family.state == ApplicationState.DECIDED
    supersede(family, "bpjs_tk.highest_wage", 2_900_000)
    tasks.decide_application(application_id=family.pk)
    wage(2_000_000)
    following.note_parameters(by=worker)
    for parameter in FollowedParameter.objects.due():
        following.follow_parameter(parameter.pk, by=worker)
    finish(runs.start_run(banyuwangi, by=worker))
    assert answer(family) == place.determination
    assert answer(family, "sembako").outcome == "not_eligible"
    tasks.publish_places(ranking_id=ranking.pk)
    tasks.publish_places(ranking_id=ranking.pk)
    place.refresh_from_db()
    assert (place.told_at is None, answer(family).outcome) == (False, "eligible")
