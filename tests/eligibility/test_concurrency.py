"""Several people and workers at once, on a real PostgreSQL: one wins, the others are told, nothing is doubled."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from eligibility import tasks
from eligibility.enums import Placement, RankingCause
from eligibility.models import Batch, BatchEntry, Determination, RankedEntry, Ranking
from eligibility.services import batches
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree
from perlinsos.messages.models import OutboxMessage
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.eligibility.conftest import MakeFamily

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*attempts: Callable[[], Any]) -> list[Any]:
    """Run all attempts from the same moment on; what each returned, or the code it was refused with."""
    barrier = Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=20)
            return attempt()
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def test_two_workers_told_at_once_decide_once(make_family: MakeFamily) -> None:
    application = make_family()
    at_once(*[lambda: tasks.decide_application(application_id=application.pk)] * 6)
    assert Counter(Determination.objects.values_list("programme__code", flat=True)) == {"pkh": 1, "sembako": 1}
    assert OutboxMessage.objects.filter(key__startswith="decided:").count() == 1


def test_two_officers_announcing_at_once_one_wins(
    decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast
) -> None:
    for _number in range(3):
        decided()
    batch_id = prepared(places=2).pk
    decree = factories.DecreeFactory()
    officers = [cast.budi, *(factories.staff(name, "officer", BANYUWANGI) for name in ("Bayu", "Bagus"))]

    def attempt(officer: Any) -> Callable[[], Any]:
        batch, chosen = Batch.objects.get(pk=batch_id), Decree.objects.get(pk=decree.pk)  # the page was open before
        return lambda: batches.announce_batch(batch, decree=chosen, by=officer)

    answers = at_once(*map(attempt, officers))
    assert answers.count("already_announced") == 2
    assert sum(isinstance(answer, Ranking) for answer in answers) == 1
    assert Ranking.objects.count() == 1
    assert RankedEntry.objects.filter(placement=Placement.FUNDED).count() == 2
    assert OutboxMessage.objects.filter(key__startswith="ranked:").count() == 3


def test_two_officers_preparing_at_once_make_one_batch(decided: MakeFamily, cast: Cast) -> None:
    application = decided()
    area, programme = factories.area(BANYUWANGI), Determination.objects.filter(programme__code="pkh").get().programme
    factories.QuotaFactory(programme=programme, area=area)
    officers = (cast.ani, cast.budi)
    answers = at_once(*(lambda by=by: batches.prepare_batch(area=area, programme=programme, by=by) for by in officers))
    assert sum(isinstance(answer, Batch) for answer in answers) == 1
    assert "batch_open" in answers
    assert BatchEntry.objects.live().get().application_id == application.pk


def test_rankings_drawn_at_once_stay_within_the_quota_and_in_line(
    decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast, worker: Any
) -> None:
    for _number in range(5):
        decided()
    batch = prepared(places=3)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)

    def draw() -> Any:
        return batches.rerank(Batch.objects.get(pk=batch.pk), cause=RankingCause.VACANCY, reference="", by=worker)

    drawn = at_once(*[draw] * 5)
    assert sorted(ranking.number for ranking in drawn) == [2, 3, 4, 5, 6]
    assert Ranking.objects.get(batch=batch, is_current=True).number == 6
    funded = RankedEntry.objects.current().filter(placement=Placement.FUNDED)
    assert funded.count() == 3
