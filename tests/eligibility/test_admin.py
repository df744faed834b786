"""Administration of rules and quotas: to look things up, to set a quota, never to delete or decide."""

import pytest
from django.test import Client
from django.urls import reverse

from eligibility.models import Batch, Determination, Programme, Quota, RuleSet
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily


def address(model: type, verb: str, *args: object) -> str:
    return reverse(f"admin:eligibility_{model.__name__.lower()}_{verb}", args=args)


@pytest.fixture
def laras(client: Client, cast: Cast, sign_in: SignIn) -> Client:
    sign_in(client, cast.laras)
    return client


@pytest.mark.parametrize("model", [Programme, RuleSet, Quota, Batch, Determination])
def test_everything_can_be_listed_and_opened_and_nothing_deleted(
    laras: Client, decided: MakeFamily, pkh: Programme, banyuwangi: Area, model: type
) -> None:
    decided()
    factories.BatchFactory(programme=pkh)
    row = model.objects.first()  # type: ignore[attr-defined]  # every model here has a manager
    assert laras.get(address(model, "changelist")).status_code == 200
    assert laras.get(address(model, "change", row.pk)).status_code == 200
    assert laras.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()  # type: ignore[attr-defined]  # every model here has a manager


@pytest.mark.parametrize("model", [RuleSet, Batch, Determination])
def test_what_decided_something_cannot_be_changed_or_added(
    laras: Client, decided: MakeFamily, pkh: Programme, model: type
) -> None:
    decided()
    factories.BatchFactory(programme=pkh)
    row = model.objects.first()  # type: ignore[attr-defined]  # every model here has a manager
    assert laras.post(address(model, "change", row.pk), {"version": "x"}).status_code == 403
    assert laras.get(address(model, "add")).status_code == 403


def test_rules_are_shown_as_they_were_written(laras: Client, rules: dict[str, Programme]) -> None:
    rule_set = RuleSet.objects.in_force().get(programme=rules["pkh"])
    page = laras.get(address(RuleSet, "change", rule_set.pk)).content.decode()
    assert "fact: pln.power_va" in page
    assert "Daya listrik rumah tercatat {value}. Batasnya {limit}." in page


def test_a_quota_is_set_here(laras: Client, pkh: Programme, banyuwangi: Area) -> None:
    form = {
        "programme": pkh.pk, "area": banyuwangi.pk, "places": "120", "source": "Surat Kemensos (rekaan)",
        "valid_from": "01/01/2026", "valid_until": "31/12/2026",
    }  # fmt: skip
    response = laras.post(address(Quota, "add"), form)
    assert response.status_code == 302, response.content.decode()
    quota = Quota.objects.get()
    assert (quota.places, quota.area) == (120, banyuwangi)
    laras.post(address(Quota, "change", quota.pk), {**form, "places": "100"})
    quota.refresh_from_db()
    assert quota.places == 100


def test_reasons_and_facts_are_not_read_in_the_administration(laras: Client, decided: MakeFamily) -> None:
    application = decided(pln__power_va=2200)
    row = Determination.objects.filter(application=application).first()
    assert row is not None
    page = laras.get(address(Determination, "change", row.pk)).content.decode()
    assert "2.200 VA" not in page
    assert "dtsen.decile" not in page
