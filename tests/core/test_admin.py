"""The administration as a whole: reference data only, nothing deletable, no decision changeable."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from agents.models import AgentProfile
from eligibility.models import DutyReporter, GoldenFamily, Programme, Quota, ReservedShare
from eligibility.rules.catalogue import CATALOGUE, Sensitivity
from enrollment.models import ConsentText
from perlinsos.accounts.models import ApiClient, Membership, Organisation, User
from perlinsos.core.models import AuditEvent
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
PAGES = list(admin.site._registry.items())
# What an administrator may add or change. Everything else is looked up, or not there at all.
REFERENCE = {
    User, Organisation, Membership, ApiClient, Area, Parameter, Decree, AgentProfile, Programme, Quota, ReservedShare,
    ConsentText, DutyReporter, GoldenFamily,
}  # fmt: skip
SECRETS = ("authenticator", "socialtoken", "socialaccount", "emailaddress", "session", "storedfile", "identityclaims",
           "logentry", "group", "auditevent", "auditlink")  # fmt: skip


def label(value: Any) -> str:
    return value._meta.label if isinstance(value, type) and issubclass(value, Model) else ""


@pytest.fixture
def request_of_an_administrator(cast: Cast) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = cast.laras
    return request


@pytest.mark.parametrize(("model", "page"), PAGES, ids=label)
def test_nothing_can_be_deleted(model: type[Model], page: Any, request_of_an_administrator: Any) -> None:
    assert not page.has_delete_permission(request_of_an_administrator)
    assert "delete_selected" not in page.get_actions(request_of_an_administrator)


@pytest.mark.parametrize(("model", "page"), [pair for pair in PAGES if pair[0] not in REFERENCE], ids=label)
def test_people_cases_decisions_and_rules_are_read_only(
    model: type[Model], page: Any, request_of_an_administrator: Any
) -> None:
    assert not page.has_add_permission(request_of_an_administrator)
    assert not page.has_change_permission(request_of_an_administrator)


@pytest.mark.parametrize("sensitivity", Sensitivity)
def test_no_value_of_a_fact_is_shown(client: Client, cast: Cast, sign_in: SignIn, sensitivity: Sensitivity) -> None:
    sign_in(client, cast.laras)
    kind = next(one for one in CATALOGUE.values() if one.sensitivity == sensitivity and (one.high or 0) > 10**6)
    fact = factories.FactFactory(name=kind.name, value=987_653)
    for address in ("changelist", []), ("change", [fact.pk]):
        page = client.get(reverse(f"admin:verification_fact_{address[0]}", args=address[1])).content.decode()
        assert kind.name in page
        assert "987653" not in re.sub(r"[.,]", "", page)


@pytest.mark.parametrize(("model", "page"), PAGES, ids=label)
def test_a_state_is_never_edited(model: type[Model], page: Any, request_of_an_administrator: Any) -> None:
    assert "state" not in page.get_form(request_of_an_administrator, fields=None).base_fields


def test_secrets_and_the_trail_are_not_listed() -> None:
    listed = {model._meta.model_name for model, _page in PAGES}
    assert not listed & set(SECRETS)


@pytest.mark.parametrize(("model", "page"), PAGES, ids=label)
def test_every_list_opens_in_bahasa(model: type[Model], page: Any, client: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.laras)
    cast.application, cast.client  # noqa: B018 - something to list
    meta = model._meta
    response = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
    assert response.status_code == 200
    assert client.get(reverse("admin:index")).status_code == 200


def test_changes_are_on_record(client: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.laras)
    client.post(reverse("admin:accounts_organisation_add"), {"name": "Dinas Sosial Rekaan"})
    organisation = Organisation.objects.get(name="Dinas Sosial Rekaan")
    client.post(reverse("admin:accounts_organisation_change", args=[organisation.pk]), {"name": "Dinas Sosial Baru"})
    actions = AuditEvent.objects.filter(subject_type="accounts.organisation", actor=cast.laras).order_by("pk")
    assert [event.action for event in actions] == ["accounts.organisation.added", "accounts.organisation.changed"]
    assert LogEntry.objects.count() == 2


def test_columns_and_tools_are_in_bahasa(client: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.laras)
    page = client.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert "Bergabung" in page
    assert "Ketik untuk mencari" in page
    assert "Joined at" not in page
