"""An agent looks at duties: own villages only, one press for each answer, nothing that could be read by strangers."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from eligibility.models import DutyRecord, Participation
from eligibility.services.duties import doubt_duty
from enrollment.models import Member
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
LIST = reverse("duty-families")
ZONE = ZoneInfo("Asia/Jakarta")


@pytest.fixture(autouse=True)
def day() -> Any:
    with time_machine.travel(datetime(2026, 11, 20, 10, tzinfo=ZONE), tick=False) as clock:
        yield clock


@pytest.fixture
def pupil(cast: Cast) -> Member:
    """A pupil of Indah's family in Kesilir, which receives since September."""
    begin(cast.application)
    member: Member = factories.PupilFactory(family=cast.application.family)
    return member


def begin(application: Any) -> Participation:
    with time_machine.travel(datetime(2026, 9, 1, 10, tzinfo=ZONE), tick=False):
        return factories.participation(application)


def url(member: Member) -> str:
    one = Participation.objects.get(application__family=member.family)
    return reverse("duty-family", args=[one.public_id])


def press(client: Client, pupil: Member, value: str, **fields: Any) -> str:
    sent = {"member": pupil.public_id, "kind": "school", "month": "2026-10-01", "value": value, **fields}
    return client.post(url(pupil), sent, follow=True).content.decode()


def test_a_press_records_and_another_corrects(client: Client, cast: Cast, sign_in: SignIn, pupil: Member) -> None:
    sign_in(client, cast.eko)
    assert "2 belum dicatat" in client.get(LIST).content.decode()
    page = client.get(url(pupil)).content.decode()
    assert pupil.person.name in page
    assert page.count('value="not_fulfilled"') == 2  # October and September
    assert "Tercatat." in press(client, pupil, "not_fulfilled")
    assert "Tercatat." in press(client, pupil, "fulfilled")
    assert list(DutyRecord.objects.order_by("pk").values_list("value", flat=True)) == ["not_fulfilled", "fulfilled"]
    assert "1 belum dicatat" in client.get(LIST).content.decode()


@pytest.mark.parametrize("fields", [{"value": "x"}, {"month": "x"}, {"kind": "x"}, {"member": "x"}])
def test_what_no_button_says_is_not_recorded(
    client: Client, cast: Cast, sign_in: SignIn, pupil: Member, fields: dict[str, str]
) -> None:
    sign_in(client, cast.eko)
    assert "tidak terbaca" in press(client, pupil, fields.pop("value", "fulfilled"), **fields)
    assert not DutyRecord.objects.exists()


def test_a_member_of_another_family_is_no_answer(client: Client, cast: Cast, sign_in: SignIn, pupil: Member) -> None:
    begin(cast.fajar_application)
    other = factories.PupilFactory(family=cast.fajar_application.family)
    sign_in(client, cast.eko)
    assert "tidak terbaca" in press(client, pupil, "fulfilled", member=other.public_id)


def test_what_the_family_doubts_somebody_else_looks_at(
    client: Client, cast: Cast, sign_in: SignIn, pupil: Member
) -> None:
    sign_in(client, cast.eko)
    press(client, pupil, "not_fulfilled")
    doubt_duty(DutyRecord.objects.get(), note="anak saya sakit", by=cast.indah)
    page = client.get(url(pupil)).content.decode()
    assert "anak saya sakit" in page
    assert "jadi orang lain yang memeriksa" in page
    assert "Anda yang mencatat" in press(client, pupil, "not_fulfilled")


@pytest.mark.parametrize(("who", "status"), [("eko", 200), ("fajar", 404), ("ani", 403), ("indah", 403)])
def test_only_agents_of_the_village(
    client: Client, cast: Cast, sign_in: SignIn, pupil: Member, who: str, status: int
) -> None:
    begin(cast.fajar_application)
    sign_in(client, cast[who])
    assert client.get(url(pupil)).status_code == status
    names = client.get(LIST)
    assert names.status_code == (403 if status == 403 else 200)
    assert pupil.person.name not in names.content.decode()
    assert url(pupil) not in names.content.decode() or who == "eko"


def test_a_list_of_any_length_costs_the_same(
    client: Client, cast: Cast, sign_in: SignIn, pupil: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sign_in(client, cast.eko)
    client.get(LIST)
    with django_assert_num_queries(13):
        client.get(LIST)
    begin(cast.eko_application)
    factories.PupilFactory(family=cast.eko_application.family)
    with django_assert_num_queries(13):
        page = client.get(LIST)
    assert page.content.decode().count("belum dicatat") == 2
    assert len(page.content) <= 20 * 1024
