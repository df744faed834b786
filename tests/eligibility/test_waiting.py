"""Why a family waits: its own need, the least need that got a place, and whether the lot decided."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from eligibility import standing
from eligibility.enums import Placement
from eligibility.models import Programme, Quota, RankedEntry, ReservedShare
from enrollment.models import Application
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily
from tests.eligibility.test_places import Announced, announced

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
    _batch, families = announced(2, 2, 2)
    waiting = RankedEntry.objects.get(placement=Placement.WAITING, ranking__is_current=True).entry.application
    assert waiting in families
    sign_in(client, waiting.owner)
    assert "Kebutuhannya sama; undian yang menentukan." in page(client, waiting)


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
