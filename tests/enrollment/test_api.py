"""Sign-up status for other systems, and the read-only administration."""

from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client

from enrollment.models import Application, ConsentText, Person
from perlinsos.core.errors import DomainError
from tests import factories
from verification.enums import ASKED_SOURCES

LIST = "/api/v1/applications/"


def ask(client: Client, token: str, address: str = LIST):
    return client.get(address, headers={"Authorization": f"Bearer {token}"})


def test_a_system_reads_where_applications_of_its_area_stand(client: Client, cast) -> None:
    mine, draft = cast.application, factories.ApplicationFactory(village=cast.application.village)
    abroad = cast.kirana_application
    answer = ask(client, cast.client_token).json()
    assert [row["reference"] for row in answer["results"]] == [mine.reference]
    row = answer["results"][0]
    assert set(row) == {"reference", "state", "channel", "submitted_at", "decided_at", "village"}
    assert (row["state"], row["channel"], row["village"]) == ("submitted", "self", "35.10.22.2003")
    for hidden in (draft, abroad):
        assert ask(client, cast.client_token, f"{LIST}{hidden.reference}/").status_code == 404
    one = ask(client, cast.client_token, f"{LIST}{mine.reference}/").json()
    assert one == row


def test_without_a_token_there_is_nothing(client: Client, cast) -> None:
    assert client.get(LIST).status_code == 401
    assert ask(client, "wrong").status_code == 401


def test_an_expired_assignment_reads_nothing(client: Client, cast) -> None:
    cast.application  # noqa: B018 - there is something to read
    cast.client.user.memberships.all().delete()
    assert ask(client, cast.client_token).json()["results"] == []


def test_pages_follow_each_other(client: Client, cast, settings) -> None:
    for _more in range(3):
        factories.ApplicationFactory(submitted=True, village=factories.area("35.10.22.2003"))
    from enrollment.api import ApplicationList

    size = ApplicationList.pagination_class.page_size
    ApplicationList.pagination_class.page_size = 2
    try:
        first = ask(client, cast.client_token).json()
        second = ask(client, cast.client_token, first["next"]).json()
    finally:
        ApplicationList.pagination_class.page_size = size
    assert len(first["results"]) == 2
    assert len(second["results"]) == 1
    assert second["next"] is None


def test_nothing_can_be_written(client: Client, cast) -> None:
    for method in (client.post, client.put, client.patch, client.delete):
        address = f"{LIST}{cast.application.reference}/"
        assert method(address, headers={"Authorization": f"Bearer {cast.client_token}"}).status_code == 405


# --- administration -------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["application", "person", "family"])
def test_the_administration_only_looks_and_opens_nothing_personal(client: Client, cast, sign_in, model: str) -> None:
    application = cast.application
    sign_in(client, cast.laras)
    row = {"application": application, "person": application.applicant, "family": application.family}[model]
    pages = [client.get(f"/admin/enrollment/{model}/"), client.get(f"/admin/enrollment/{model}/{row.pk}/change/")]
    for page in pages:
        assert page.status_code == 200
        assert application.applicant.name not in page.content.decode()
        assert application.applicant.nik not in page.content.decode()
    assert client.get(f"/admin/enrollment/{model}/add/").status_code == 403
    assert client.post(f"/admin/enrollment/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/enrollment/{model}/{row.pk}/change/", {"reference": "x"}).status_code == 403


def test_nothing_of_a_case_can_be_deleted(cast, rf) -> None:
    request = rf.get("/admin/")
    request.user = cast.laras
    for model in (Application, Person, ConsentText):
        assert not admin.site._registry[model].has_delete_permission(request)


def test_a_consent_text_gets_a_new_version_and_never_another_wording(client: Client, cast, sign_in) -> None:
    text = factories.ConsentTextFactory()
    sign_in(client, cast.laras)
    new = {"source": "pln", "version": 2, "source_name": "PLN", "purpose": "Baru", "is_required": "on",
           "topic": "Rumah dan harta", "position": 3,
           "published_at_0": "2026-01-01", "published_at_1": "00:00"}  # fmt: skip
    assert client.post("/admin/enrollment/consenttext/add/", new).status_code == 302
    assert client.post(f"/admin/enrollment/consenttext/{text.pk}/change/", new).status_code == 403
    assert ConsentText.objects.filter(source="pln").count() == 2


# --- the texts that come with the product ---------------------------------------------------


def test_every_asked_source_has_a_text(db) -> None:
    said = StringIO()
    call_command("load_consent_texts", stdout=said)
    call_command("load_consent_texts", stdout=said)
    assert [text.source for text in ConsentText.objects.public()] == list(ASKED_SOURCES)
    assert said.getvalue().splitlines()[1] == "0 consent texts added, 18 were there"


def test_a_published_text_cannot_change(db) -> None:
    call_command("load_consent_texts", stdout=StringIO())
    ConsentText.objects.filter(source="pln").update(purpose="Apa saja")
    with pytest.raises(CommandError) as refused:
        call_command("load_consent_texts", stdout=StringIO())
    assert isinstance(refused.value.__cause__, DomainError)
