"""Why a family waits: its own need, the least need that got a place, and whether the lot decided."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from eligibility import standing
from eligibility.enums import BatchState, DepartureReason, Placement, RankingCause
from eligibility.models import Batch, Programme, Quota, RankedEntry, ReservedShare
from eligibility.rules.ranking import lot
from eligibility.services import batches
from enrollment.models import Application
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily
from tests.eligibility.test_batches import placed
from tests.eligibility.test_decisions import corrected
from tests.eligibility.test_places import Announced, announced, fill, leave, place_of

__all__ = ["announced"]
SAVEPOINT = 2


def page(client: Client, application: Application, name: str = "application-status") -> str:
    return " ".join(client.get(reverse(name, args=[application.public_id])).content.decode().split())


def waits(*, points: int, last: int | None, decile: str | None = "3") -> list[str]:
    place = RankedEntry(placement=Placement.WAITING)
    for name, value in {"points": points, "last_points": last, "decile": decile}.items():
        setattr(place, name, value)
    return standing.why_waiting(place)


@pytest.fixture
def quota(pkh: Programme, banyuwangi: Area) -> Quota:
    return factories.QuotaFactory(programme=pkh, area=banyuwangi, places=2)


def test_the_need_of_the_last_place_is_said_to_family_and_officer(
    quota: Quota, announced: Announced, client: Client, cast: Cast, sign_in: SignIn,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    _batch, (first, second, third) = announced(1, 2, 3)
    sign_in(client, third.owner)
    page(client, third)
    with django_assert_num_queries(6 + SAVEPOINT):
        shown = page(client, third)
    of = {row.entry.application_id: row.determination.need_score for row in RankedEntry.objects.select_related(
        "entry", "determination")}  # fmt: skip
    for expected in (
        f"{of[third.pk]:,} (desil 3)".replace(",", "."), f"punya {of[second.pk]:,} poin".replace(",", "."),
        "Keluarga yang mendapat tempat lebih membutuhkan.", reverse("place-history", args=[third.public_id]),
    ):  # fmt: skip
        assert expected in shown, expected
    for other in (first, second):
        assert other.receipt_code not in shown
        assert str(other.public_id) not in shown
    sign_in(client, cast.ani)
    assert "Keluarga yang mendapat tempat lebih membutuhkan." in page(client, third, "case-detail")
    sign_in(client, first.owner)
    assert "(desil " not in page(client, first)


def test_between_equals_the_lot_decided(quota: Quota, announced: Announced, client: Client, sign_in: SignIn) -> None:
    """Both lots are shown, so that the seed proves it: the family that waits has the higher one."""
    batch, families = announced(2, 2, 2)
    rows = {row.placement: row for row in RankedEntry.objects.current().order_by("pk").select_related("entry")}
    waiting, last = rows[Placement.WAITING].entry.application, rows[Placement.FUNDED]
    assert waiting in families
    sign_in(client, waiting.owner)
    assert "Kebutuhannya sama; undian yang menentukan." in page(client, waiting)
    lots = page(client, waiting, "place-history")
    assert f'<dd class="code">{last.tie_break}</dd>' in lots
    assert last.tie_break == lot(batch.seed, str(last.entry.application.public_id))
    assert last.tie_break < lot(batch.seed, str(waiting.public_id))
    sign_in(client, last.entry.application.owner)
    assert "Undian keluarga terakhir" not in page(client, last.entry.application, "place-history")


def test_a_place_that_was_given_before_is_not_put_down_to_the_lot(
    quota: Quota, announced: Announced, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    """Once the result is final an equal family keeps its place, also when a lower lot comes to wait."""
    batch, _families = announced(2, 2, 2)
    first = RankedEntry.objects.current().get(placement=Placement.FUNDED, position=1).entry.application
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FINAL)
    for power in (2_200, 900):
        corrected(first, power, by=cast.ani)
        batches.rerank(batch, cause=RankingCause.APPEAL, reference="SGH", by=cast.ani)
    assert place_of(first).placement == Placement.WAITING
    assert place_of(first).tie_break < min(row.tie_break for row in batch.rankings.get(is_current=True).entries.filter(
        placement=Placement.FUNDED))  # fmt: skip
    sign_in(client, first.owner)
    assert "tidak ada yang kehilangan tempat" in page(client, first)
    assert "Undian keluarga terakhir" not in page(client, first, "place-history")


def test_the_number_counts_everybody_who_waits_for_the_quota(
    quota: Quota, announced: Announced, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    """A later announcement has no places left, and its neediest family comes before those who wait already."""
    early, (first, _second, waits, waits_too) = announced(1, 2, 3, 4)
    late, (neediest, equal) = announced(2, 4)
    line = [neediest, waits, waits_too, equal]
    for number, family in enumerate(line, start=1):
        sign_in(client, family.owner)
        shown = page(client, family)
        assert f"Nomor {number} di daftar tunggu. Semua 2 tempat sudah terisi." in shown
    bodies = [OutboxMessage.objects.filter(subject_id=one.pk, key__startswith="ranked:").get().body for one in line]
    told = [f"semua 2 tempat sudah terisi. Daftar tunggu: nomor {number}." for number in (1, 1, 2, 4)]
    assert all(text in body for text, body in zip(told, bodies, strict=True)), bodies  # the first two were told before
    sign_in(client, cast.ani)
    assert "Daftar tunggu 4" in page(client, equal, "case-detail")
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT)
    fill(early)
    sign_in(client, waits.owner)
    assert "Nomor 1 di daftar tunggu." in page(client, waits)
    assert placed(late)[0] == (neediest.pk, Placement.FUNDED, 1)


def test_reserved_places_are_not_compared_with(
    quota: Quota, decided: MakeFamily, announced: Announced, client: Client, sign_in: SignIn
) -> None:
    ReservedShare.objects.create(
        quota=quota, legal="SK", name="disabilitas", condition="citizen.severe_disability >= 1", percent=50
    )
    decided(dtsen__decile=4, citizen__severe_disability=1)
    _batch, (first, second) = announced(1, 3)
    sign_in(client, second.owner)
    last = RankedEntry.objects.current().get(entry__application=first).determination.need_score
    assert f"punya {last:,} poin".replace(",", ".") in page(client, second)


def test_the_other_cases_in_words() -> None:
    assert "tidak ada yang kehilangan tempat" in waits(points=1000, last=2000)[-1]
    assert "dikhususkan untuk kelompok" in waits(points=1000, last=None)[-1]
    assert "desil" not in waits(points=1000, last=900, decile=None)[0]
    assert standing.why_waiting(RankedEntry(placement=Placement.FUNDED)) == []
