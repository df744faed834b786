"""Pages about places: who reserves them, who records that a family left, and what the family reads."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from eligibility.enums import DepartureReason, DepartureState, Placement
from eligibility.models import Departure, Programme, Quota, RankedEntry, ReservedShare
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import KESILIR, LATENG, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily
from tests.eligibility.test_admin import address
from tests.eligibility.test_batches import placed, told
from tests.eligibility.test_places import Announced, announced, fill, leave, place_of

__all__ = ["announced"]
PLACES = reverse("place-list")


def text(response: Any) -> str:
    return str(response.content.decode())


def reserve(quota: Quota, **fields: Any) -> ReservedShare:
    fields = {"name": "keluarga dengan disabilitas berat", "condition": "citizen.severe_disability >= 1", **fields}
    return ReservedShare.objects.create(quota=quota, legal="SK Bupati (rekaan)", **fields)


@pytest.fixture
def quota(pkh: Programme, banyuwangi: Area) -> Quota:
    return factories.QuotaFactory(programme=pkh, area=banyuwangi, places=4)


# --- reserved shares --------------------------------------------------------------------------
def test_reserved_places_are_filled_first_and_the_family_reads_it(
    decided: MakeFamily, quota: Quota, announced: Announced, client: Client, sign_in: SignIn
) -> None:
    disabled = reserve(quota, percent=25)
    village = reserve(quota, percent=50, name="warga Lateng", condition="", area=factories.area(LATENG))
    # Decile 4 puts both behind every other family; the village has one family for its two places.
    with_disability = decided(dtsen__decile=4, citizen__severe_disability=1)
    of_village = decided(LATENG, dtsen__decile=4)
    batch, (first, second, third) = announced(1, 2, 3)
    rows = {row.entry.application_id: row for row in RankedEntry.objects.current().select_related("entry", "share")}
    assert [row[0] for row in placed(batch)] == [first.pk, second.pk, with_disability.pk, of_village.pk, third.pk]
    assert {pk: row.share for pk, row in rows.items()} == {
        first.pk: None, second.pk: None, third.pk: None, with_disability.pk: disabled, of_village.pk: village,
    }  # fmt: skip
    assert rows[third.pk].placement == Placement.WAITING
    sign_in(client, with_disability.owner)
    page = text(client.get(reverse("application-status", args=[with_disability.public_id])))
    assert "Tempat ini termasuk bagian khusus untuk: keluarga dengan disabilitas berat." in page


def test_an_unknown_fact_reserves_nothing(decided: MakeFamily, quota: Quota, announced: Announced) -> None:
    reserve(quota, percent=100)
    unknown = decided(dtsen__decile=1, citizen__severe_disability=None)
    announced(2)
    assert place_of(unknown).share is None
    assert place_of(unknown).position == 1


def test_the_database_keeps_shares_within_the_quota(quota: Quota) -> None:
    reserve(quota, percent=60)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="are 101 percent"), transaction.atomic():
        reserve(quota, percent=41, name="lain")
    with pytest.raises(IntegrityError, match="reserved_share_is_for_somebody"), transaction.atomic():
        reserve(quota, percent=1, name="siapa saja", condition="")
    with pytest.raises(IntegrityError, match="reserved_share_is_a_percentage"), transaction.atomic():
        reserve(quota, percent=101, name="semua")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, ""),
        ({"percent": "41"}, "Sisanya paling banyak 40."),
        ({"condition": ""}, "Isi untuk siapa tempat ini"),
        ({"condition": "pln.power <= 900"}, "pln.power"),
        ({"condition": "citizen.severe_disability >="}, ""),
        ({"condition": "bank.account_active = true"}, "Aturan program ini tidak memakai bank.account_active"),
        ({"area": "51.02"}, "Wilayah ini tidak termasuk wilayah kuota."),
    ],
)
def test_a_share_is_set_in_the_administration(
    client: Client, cast: Cast, sign_in: SignIn, quota: Quota, changes: dict[str, str], message: str
) -> None:
    sign_in(client, cast.laras)
    factories.area("51.02")
    reserve(quota, percent=60, name="warga Kesilir", area=factories.area(KESILIR))
    form = {
        "quota": quota.pk, "name": "desil 1", "percent": "40", "condition": "dtsen.decile = 1", "area": "",
        "legal": "SK", **changes,
    }  # fmt: skip
    response = client.post(address(ReservedShare, "add"), form)
    assert (response.status_code == 302) == (not changes), text(response)
    assert message in text(response)
    assert quota.shares.count() == (1 if changes else 2)


# --- the desk ---------------------------------------------------------------------------------
def test_two_officers_let_a_family_leave(
    announced: Announced, client: Client, cast: Cast, sign_in: SignIn, quota: Quota
) -> None:
    batch, (first, second, *_others) = announced(1, 2, 3, 3, 3)
    form_page = reverse("place-release", args=[first.public_id, "pkh"])
    sign_in(client, cast.ani)
    assert form_page in text(client.get(reverse("case-detail", args=[first.public_id])))
    assert "Isi" in text(client.post(form_page, {"reason": "died"}))
    assert client.post(form_page, {"reason": "died", "note": "Akta kematian"}).status_code == 302
    departure = Departure.objects.get()
    mine = text(client.get(PLACES))
    assert "Akta kematian" in mine
    assert reverse("departure-confirm", args=[departure.public_id]) not in mine
    other = Client()
    sign_in(other, cast.budi)
    assert "Setuju" in text(other.get(PLACES))
    other.post(reverse("departure-confirm", args=[departure.public_id]))
    fill(batch)
    departure.refresh_from_db()
    assert departure.state == DepartureState.EFFECTIVE
    assert placed(batch)[0] == (second.pk, Placement.FUNDED, 1)
    assert client.get(form_page).status_code == 404


def test_a_proposal_is_refused_with_a_reason(announced: Announced, client: Client, cast: Cast, sign_in: SignIn) -> None:
    _batch, (first, *_others) = announced(1, 2, 3)
    refuse = reverse("departure-refuse", args=[leave(first, by=cast.ani).public_id])
    sign_in(client, cast.budi)
    assert client.post(refuse, {"reason": ""}).status_code == 200
    assert Departure.objects.proposed().exists()
    client.post(refuse, {"reason": "Masih tinggal di sini"})
    assert Departure.objects.get().state == DepartureState.REFUSED


def test_only_the_desk_of_the_area_sees_places(
    announced: Announced, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    _batch, (first, *_others) = announced(1, 2, 3)
    departure = leave(first, by=cast.ani)
    form_page = reverse("place-release", args=[first.public_id, "pkh"])
    for who, listed in (("citra", 200), ("dewi", 403), ("gita", 200), ("hadi", 200), ("eko", 403), ("indah", 403)):
        sign_in(client, cast[who])
        page = client.get(PLACES)
        assert (who, page.status_code) == (who, listed)
        if who in ("gita", "hadi"):
            assert "Setuju" not in text(page)
            assert client.get(form_page).status_code == 403
        else:
            assert first.receipt_code not in text(page)
            assert client.get(form_page).status_code == 404
        answer = client.post(reverse("departure-confirm", args=[departure.public_id]))
        assert answer.status_code in (403, 404)


def test_the_list_of_places_costs_the_same_for_many(
    announced: Announced, client: Client, cast: Cast, sign_in: SignIn, quota: Quota,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    reserve(quota, percent=25)
    _batch, families = announced(1, 2, 3, 4, 4)
    for family in families[:3]:
        leave(family, by=cast.ani)
    sign_in(client, cast.budi)
    with django_assert_max_num_queries(12):
        assert text(client.get(PLACES)).count("/setuju/") == 3


# --- the family -------------------------------------------------------------------------------
def test_a_family_reads_every_order_it_was_in_and_can_check_its_lot(
    announced: Announced, client: Client, sign_in: SignIn, cast: Cast
) -> None:
    batch, (first, second, third) = announced(1, 2, 3)
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT)
    fill(batch)
    sign_in(client, third.owner)
    page = text(client.get(reverse("place-history", args=[third.public_id])))
    assert page.index("Akan menerima, tempat 2 dari 2") < page.index("Daftar tunggu, nomor 1")
    assert "Ada tempat kosong" in page
    for shown in (batch.seed, str(third.public_id), place_of(third).tie_break, batch.decree.number):
        assert shown in page
    assert first.reference not in page
    sign_in(client, first.owner)
    gone = text(client.get(reverse("place-history", args=[first.public_id])))
    assert "Alasan: Keluarga tidak ingin lagi." in gone
    assert "tidak lagi ikut" in text(client.get(reverse("application-status", args=[first.public_id])))
    assert len(told(second)) == 1
    sign_in(client, cast.joko)
    assert client.get(reverse("place-history", args=[third.public_id])).status_code == 404
