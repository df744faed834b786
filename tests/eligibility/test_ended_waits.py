"""Whose wait ended is told and decided anew a few at a time: what became of a family before its turn."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from eligibility import tasks
from eligibility.enums import Placement
from eligibility.models import Batch, Programme, Quota, RankedEntry
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Parameter
from tests import factories
from tests.cast import LATENG
from tests.conftest import SignIn
from tests.eligibility.conftest import answer
from tests.eligibility.test_batches import placed
from tests.eligibility.test_next_period import (
    Announce,
    NextQuota,
    announce,
    finish,
    first_quota,
    next_quota,
    status_page,
)

__all__ = ["announce", "first_quota", "next_quota"]
pytestmark = pytest.mark.django_db
Ended = Callable[[], tuple[Batch, Application]]


@pytest.fixture
def ended(announce: Announce, first_quota: Quota, next_quota: NextQuota) -> Ended:
    """A family whose wait ended, and which the worker has not told yet; by the numbers of today it would be decided
    anew."""

    def make() -> tuple[Batch, Application]:
        batch, (_first, _second, waits) = announce(1, 2, 3)
        finish(batch)
        next_quota()
        Parameter.objects.filter(area=batch.area).update(value=3_000_000)
        tasks.end_waiting(batch_id=batch.pk)
        return batch, waits

    return make


def tell(batch: Batch) -> None:
    tasks.publish_places(ranking_id=batch.rankings.get(is_current=True).pk)


def titles(application: Application) -> list[str]:
    told = OutboxMessage.objects.filter(subject_type="enrollment.application", subject_id=application.pk)
    return list(told.order_by("pk").values_list("title", flat=True))


def test_a_family_that_registered_again_before_its_turn_hears_no_more_of_the_old_case(ended: Ended) -> None:
    batch, waits = ended()
    before, said = answer(waits), titles(waits)
    Application.objects.filter(pk=waits.pk).update(state=ApplicationState.WITHDRAWN, closed_at=timezone.now())
    tell(batch)
    assert (answer(waits), titles(waits)) == (before, said)
    assert not RankedEntry.objects.untold().exists()


def test_a_family_that_is_announced_again_before_its_turn_keeps_that_result(ended: Ended, announce: Announce) -> None:
    batch, waits = ended()
    later, _families = announce()
    assert placed(later) == [(waits.pk, Placement.FUNDED, 1)]
    before = answer(waits)
    tell(batch)
    assert answer(waits) == before
    assert titles(waits)[-1] == "Keluarga Anda ditetapkan menerima Program Keluarga Harapan"
    assert not RankedEntry.objects.untold().exists()


@pytest.mark.parametrize("is_collected", [True, False])
def test_the_next_announcement_is_promised_to_whom_it_collects(
    ended: Ended, pkh: Programme, client: Client, sign_in: SignIn, is_collected: bool
) -> None:
    batch, waits = ended()
    if not is_collected:
        pkh.areas.set([factories.area(LATENG)])
    tell(batch)
    told = OutboxMessage.objects.get(subject_id=waits.pk, title__startswith="Daftar tunggu").body
    sign_in(client, waits.owner)
    for text in (told, status_page(client, waits)):
        assert ("keluarga Anda otomatis ikut pengumuman berikutnya" in text) is is_collected
        assert ("tidak otomatis ikut pengumuman berikutnya" in text) is not is_collected
