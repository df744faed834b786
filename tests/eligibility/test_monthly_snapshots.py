"""One snapshot a month of every regency that takes part, and any of them to choose from."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from eligibility import simulation_page, tasks
from eligibility.models import Snapshot, SnapshotRow
from eligibility.services import monthly
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, JATILUWIH, TABANAN, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily
from tests.eligibility.simulated import draft, snapshot_of

ZONE = ZoneInfo("Asia/Jakarta")


def on(year: int, month: int, day: int) -> time_machine.travel:
    return time_machine.travel(datetime(year, month, day, 3, tzinfo=ZONE))


@pytest.fixture
def served(db: None) -> None:
    for code in (BANYUWANGI, TABANAN):
        factories.ParameterFactory(area=factories.area(code), name=Parameter.Name.SERVED, value=True)


def of_months(*months: int, year: int = 2025) -> list[Snapshot]:
    made = []
    for month in months:
        snapshot = snapshot_of([{}])
        Snapshot.objects.filter(pk=snapshot.pk).update(taken_at=datetime(year, month, 2, tzinfo=ZONE))
        made.append(snapshot)
    return made


def test_each_regency_once_a_month_however_often_it_runs(served: None, decided: MakeFamily) -> None:
    here = decided()
    tasks.take_monthly_snapshots()
    tasks.take_monthly_snapshots()
    taken = Snapshot.objects.get()
    assert (taken.area_id, taken.families, taken.month is not None) == (BANYUWANGI, 1, True)
    assert SnapshotRow.objects.get().application_id == here.pk
    decided(JATILUWIH)  # the first family there: the next night takes it
    tasks.take_monthly_snapshots()
    assert sorted(Snapshot.objects.values_list("area_id", flat=True)) == [BANYUWANGI, TABANAN]


def test_the_next_month_takes_the_next_one(served: None, decided: MakeFamily) -> None:
    decided()
    for day in ((2027, 1, 1), (2027, 1, 31), (2027, 2, 1)):
        with on(*day):
            tasks.take_monthly_snapshots()
    assert [f"{month:%Y-%m}" for month in Snapshot.objects.order_by("month").values_list("month", flat=True)] == [
        "2027-01", "2027-02",
    ]  # fmt: skip


def test_who_may_and_what_the_database_refuses(
    served: None, decided: MakeFamily, banyuwangi: Area, worker: User, cast: Cast
) -> None:
    decided()
    with pytest.raises(PermissionDenied):
        monthly.take_monthly(banyuwangi, by=cast.citra)
    taken = monthly.take_monthly(banyuwangi, by=worker)
    assert taken is not None
    assert monthly.take_monthly(banyuwangi, by=worker) is None
    with pytest.raises(IntegrityError, match="snapshot_one_monthly_per_area"), transaction.atomic():
        Snapshot.objects.create(area=banyuwangi, facts=[], month=taken.month)


def test_the_latest_ones_then_one_a_month(db: None, cast: Cast) -> None:
    latest = of_months(*([11] * simulation_page.SHOWN_SNAPSHOTS), year=2026)
    old = of_months(3, 3, 5)
    shown = simulation_page.snapshots(cast.ani)
    assert {one.pk for one in shown[: len(latest)]} == {one.pk for one in latest}
    assert [one.taken_at.month for one in shown[len(latest) :]] == [5, 3]
    assert old[2].pk == shown[len(latest)].pk
    assert simulation_page.snapshots(cast.citra) == []


def test_any_snapshot_of_any_month_can_be_chosen(client: Client, cast: Cast, sign_in: SignIn) -> None:
    of_months(*([11] * simulation_page.SHOWN_SNAPSHOTS), year=2026)
    first, second = of_months(3, 3)
    sign_in(client, cast.ani)
    url = reverse("simulation-list")
    page = client.get(url).content.decode()
    assert "?bulan=2025-03" in page
    assert (str(first.public_id) in page) + (str(second.public_id) in page) == 1
    page = client.get(url, {"bulan": "2025-03"}).content.decode()
    assert str(first.public_id) in page
    assert str(second.public_id) in page
    assert client.get(url, {"bulan": "kapan saja"}).status_code == 200
    text = draft(decile_limit=5).text
    for one in (first, second):  # also the one that is not among those shown without a month
        given = {"potret": str(one.public_id), "teks": text, "aturan": "kini"}
        assert client.post(reverse("simulation-start"), given).status_code == 302
        one.simulations.update(state="stopped", reason="x")
