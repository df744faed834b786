"""Other systems read announced batches of their area: references and places, nothing about people."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from eligibility.models import Batch
from eligibility.services import batches
from enrollment.models import Application
from tests import factories
from tests.cast import JATILUWIH, TABANAN, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily

LIST = reverse("api-batch-list")


def results(batch: Batch) -> str:
    return reverse("api-batch-results", args=[batch.reference])


@pytest.fixture
def announced(decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast) -> tuple[Batch, list[Application]]:
    """Places for one: the first is funded, the second waits, the third has a car."""
    families = [decided(dtsen__decile=1), decided(dtsen__decile=2), decided(samsat__cars=1)]
    batch = prepared(places=1)
    batches.announce_batch(batch, decree=factories.DecreeFactory(number="188/1/KEP"), by=cast.budi)
    batch.refresh_from_db()
    return batch, families


def test_a_client_reads_announced_batches(
    client: Client, cast: Cast, announced: tuple[Batch, list[Application]]
) -> None:
    batch, _families = announced
    answer = client.get(LIST, headers={"Authorization": f"Bearer {cast.client_token}"})
    assert answer.status_code == 200
    (found,) = answer.json()["results"]
    assert found == {
        "reference": batch.reference,
        "state": "announced",
        "programme": "pkh",
        "area_code": "35.10",
        "area_name": "Kabupaten Banyuwangi",
        "decree_number": "188/1/KEP",
        "announced_at": found["announced_at"],
        "seed": batch.seed,
    }


def test_results_hold_places_and_no_people(
    client: Client, cast: Cast, announced: tuple[Batch, list[Application]], django_assert_max_num_queries: object
) -> None:
    batch, families = announced
    token = cast.client_token
    with django_assert_max_num_queries(7):  # type: ignore[operator]  # the fixture's type is a protocol
        answer = client.get(results(batch), headers={"Authorization": f"Bearer {token}"})
    rows = answer.json()["results"]
    assert [(row["application"], row["placement"], row["position"]) for row in rows] == [
        (families[0].reference, "funded", 1),
        (families[1].reference, "waiting", 1),
        (families[2].reference, "not_eligible", None),
    ]
    assert set(rows[0]) == {"application", "programme", "placement", "position", "decided_at"}
    said = answer.content.decode()
    for application in families:
        assert application.applicant.name not in said
        assert application.applicant.nik not in said


def test_a_batch_that_is_not_announced_is_nobodys_business(
    client: Client, cast: Cast, decided: MakeFamily, prepared: Callable[..., Batch]
) -> None:
    decided()
    batch = prepared()
    bearer = {"Authorization": f"Bearer {cast.client_token}"}
    assert client.get(LIST, headers=bearer).json()["results"] == []
    assert client.get(results(batch), headers=bearer).status_code == 404


def test_a_client_of_another_regency_with_a_batch_of_its_own_gets_404(
    client: Client, cast: Cast, announced: tuple[Batch, list[Application]], decided: MakeFamily
) -> None:
    batch, _families = announced
    decided(JATILUWIH)
    factories.QuotaFactory(programme=batch.programme, area=factories.area(TABANAN))
    own = batches.prepare_batch(area=factories.area(TABANAN), programme=batch.programme, by=cast.citra)
    batches.hand_over(own, by=cast.citra)
    decree = factories.DecreeFactory(area=factories.area(TABANAN))
    batches.announce_batch(own, decree=decree, by=factories.staff("Cahya", "officer", TABANAN))
    factories.ApiClientFactory(token="of-tabanan", scope=TABANAN)
    bearer = {"Authorization": "Bearer of-tabanan"}
    assert [row["reference"] for row in client.get(LIST, headers=bearer).json()["results"]] == [own.reference]
    assert client.get(results(own), headers=bearer).status_code == 200
    assert client.get(results(batch), headers=bearer).status_code == 404


def test_without_a_token_nothing_is_said(
    client: Client, announced: tuple[Batch, list[Application]], cast: Cast, sign_in: SignIn
) -> None:
    batch, _families = announced
    sign_in(client, cast.ani)
    for address in (LIST, results(batch)):
        assert client.get(address).status_code == 401
        assert client.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert client.post(address, headers={"Authorization": f"Bearer {cast.client_token}"}).status_code == 405
