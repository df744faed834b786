"""Announced results that would be other ones today: who sees them, what they say, and when they are gone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from eligibility.models import RunChange
from eligibility.services import decisions, runs
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area
from tests.cast import LATENG, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import Announce, MakeFamily, answer
from tests.eligibility.test_decided_again import supersede
from tests.eligibility.test_runs import finish, wage
from tests.factories.receiving import receives

URL = reverse("difference-list")


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def earning(decided: MakeFamily, announce: Announce) -> Application:
    """Announced as not eligible, in both programmes, for a wage that is below the minimum wage of today."""
    application = decided(bpjs_tk__highest_wage=2_900_000)
    announce("pkh"), announce("sembako")
    wage(3_000_000)
    return application


def test_what_would_differ_and_why(
    earning: Application, decided: MakeFamily, announce: Announce, worker: User, banyuwangi: Area, client: Client,
    cast: Cast, sign_in: SignIn,
) -> None:  # fmt: skip
    elder, same = decided(), decided()
    announce("pkh"), announce("sembako")
    open_one = decided(bpjs_tk__highest_wage=3_100_000)
    supersede(open_one, "bpjs_tk.highest_wage", 0)
    supersede(elder, "dapodik.pupils_sd", 2)
    finish(runs.start_run(banyuwangi, by=worker))
    sign_in(client, cast.ani)
    shown = text(client.get(URL))
    for expected in (
        earning.receipt_code, "Belum bisa menerima", "Memenuhi syarat", "Rp2.810.139 sebulan → Rp3.000.000 sebulan",
        elder.receipt_code, "Rp3.900.000 setahun", "Rp4.800.000 setahun", "1 orang → 2 orang",
        reverse("case-detail", args=[earning.public_id]),
    ):  # fmt: skip
        assert expected in shown, expected
    assert earning.applicant is not None
    assert earning.applicant.name not in shown
    for absent in (same, open_one):  # nothing would differ; what is not announced was decided anew
        assert absent.receipt_code not in shown
    assert answer(earning).outcome == "not_eligible"


def test_a_programme_that_was_never_announced_is_not_named(
    decided: MakeFamily, announce: Announce, worker: User, banyuwangi: Area, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    """Sembako of the same family follows the wage by itself, so nothing is left to differ."""
    family = decided(bpjs_tk__highest_wage=2_900_000)
    announce("pkh")
    wage(3_000_000)
    finish(runs.start_run(banyuwangi, by=worker))
    sign_in(client, cast.ani)
    assert text(client.get(URL)).count(family.receipt_code) == 1
    assert family.receipt_code not in text(client.get(URL, {"program": "sembako"}))
    assert (answer(family).outcome, answer(family, "sembako").outcome) == ("not_eligible", "eligible")


def test_it_is_narrowed_down_and_ends_at_the_own_area(
    earning: Application, decided: MakeFamily, announce: Announce, worker: User, banyuwangi: Area, client: Client,
    cast: Cast, sign_in: SignIn,
) -> None:  # fmt: skip
    other = decided(LATENG, bpjs_tk__highest_wage=2_700_000)
    announce("pkh"), announce("sembako")
    supersede(other, "bpjs_tk.highest_wage", 4_000_000)
    finish(runs.start_run(banyuwangi, by=worker))
    sign_in(client, cast.ani)
    district = LATENG.rpartition(".")[0]
    shown = text(client.get(URL, {"wilayah": district}))
    assert (other.receipt_code in shown, earning.receipt_code in shown) == (True, False)
    shown = text(client.get(URL, {"program": "sembako"}))
    assert (shown.count(other.receipt_code), shown.count(earning.receipt_code)) == (1, 1)
    for who, status in (("citra", 200), ("hadi", 403), ("eko", 403), ("indah", 403)):
        sign_in(client, cast[who])
        page = client.get(URL)
        assert (page.status_code, other.receipt_code in text(page)) == (status, False)


def test_it_is_gone_after_an_appeal_or_a_run_that_agrees(
    earning: Application, worker: User, banyuwangi: Area, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    finish(runs.start_run(banyuwangi, by=worker))
    sign_in(client, cast.gita)
    assert text(client.get(URL)).count(earning.receipt_code) == 2  # both programmes
    supersede(earning, "bpjs_tk.highest_wage", 0)
    old = answer(earning)
    decisions.redecide(earning, old.programme, rule_set=old.rule_set, cause="appeal:1", by=worker)
    assert text(client.get(URL)).count(earning.receipt_code) == 1
    supersede(earning, "bpjs_tk.highest_wage", 4_000_000)
    finish(runs.start_run(banyuwangi, by=worker))
    assert text(client.get(URL)).count(earning.receipt_code) == 1  # sembako agrees again, pkh differs
    assert RunChange.objects.count() == 3


def test_a_list_of_any_length_costs_the_same(
    earning: Application, decided: MakeFamily, announce: Announce, worker: User, banyuwangi: Area, client: Client,
    cast: Cast, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    finish(runs.start_run(banyuwangi, by=worker))
    sign_in(client, cast.gita)
    client.get(URL)
    with django_assert_num_queries(13):
        client.get(URL)
    for _number in range(3):
        decided(bpjs_tk__highest_wage=3_050_000)
    announce("pkh"), announce("sembako")
    wage(3_100_000)
    finish(runs.start_run(banyuwangi, by=worker))
    with django_assert_num_queries(13):
        assert text(client.get(URL)).count("Memenuhi syarat") == 8


def test_a_family_that_receives_is_opened_where_it_is_looked_after(
    decided: MakeFamily, worker: User, banyuwangi: Area, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    application = decided()
    one = receives(application, answer(application))
    supersede(application, "pln.power_va", 2200)
    finish(runs.start_run(banyuwangi, by=worker))
    sign_in(client, cast.ani)
    case = reverse("participation-case", args=[one.public_id])
    assert case in text(client.get(URL))
    assert "Daya listrik rumah: 900 VA → 2.200 VA" in text(client.get(case))
    assert answer(application).cause == "first"
