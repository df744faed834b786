"""How the sources are, and stored photographs: who sees what, what is on record."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from perlinsos.core.models import AuditEvent, StoredFile
from tests import factories
from verification.enums import ASKED_SOURCES, BreakerState, RequestState, Source
from verification.models import FaceCheck, SourceHealth, SourceRequest
from verification.services import breaker

pytestmark = pytest.mark.django_db
HEALTH = "/petugas/sumber/"


# --- sources ----------------------------------------------------------------------------------


def lines(response: Any) -> dict[str, Any]:
    return {line.source.value: line for line in response.context["lines"]}


def test_the_page_shows_every_source_and_the_own_areas_questions(client: Client, cast: Any, sign_in: Any) -> None:
    breaker.record_success(Source.DTSEN, latency_ms=41)
    for _ in range(5):
        breaker.record_failure(Source.PLN)
    factories.SourceRequestFactory(application=cast.application)
    factories.SourceRequestFactory(application=cast.joko_application, state=RequestState.PARKED)
    factories.SourceRequestFactory(application=cast.kirana_application)
    factories.FaceCheckFactory(application=cast.application)
    sign_in(client, cast.ani)
    response = client.get(HEALTH)
    found = lines(response)
    assert set(found) == {*ASKED_SOURCES, Source.PHOTOGRAPH}
    pln, dtsen = found["pln"], found["dtsen"]
    assert (pln.is_open, pln.recent.calls, pln.recent.error_percent) == (True, 5, 100)
    assert (pln.queue.waiting, pln.queue.limited, pln.queue.parked) == (1, 1, 1)
    assert (dtsen.is_open, dtsen.recent.p50_ms, dtsen.recent.p95_ms, dtsen.recent.error_percent) == (False, 41, 41, 0)
    assert found["dukcapil_photo"].queue.waiting == 1
    page = response.content.decode()
    assert "Tidak menjawab" in page
    assert page.count("Tanya lagi") == 1


def test_the_page_costs_the_same_however_much_waits(
    client: Client, cast: Any, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, cast.ani)
    client.get(HEALTH)
    with django_assert_max_num_queries(14) as few:
        client.get(HEALTH)
    for source in ASKED_SOURCES:
        factories.SourceRequestFactory(application=cast.application, source=source)
    with django_assert_max_num_queries(len(few)):
        client.get(HEALTH)


def test_an_officer_asks_the_parked_questions_of_the_own_area_again(client: Client, cast: Any, sign_in: Any) -> None:
    later = {"state": RequestState.PARKED, "due_at": timezone.now() + timezone.timedelta(days=1)}
    mine = factories.SourceRequestFactory(application=cast.application, **later)
    theirs = factories.SourceRequestFactory(application=cast.kirana_application, **later)
    other = factories.SourceRequestFactory(application=cast.application, source=Source.BPN, **later)
    sign_in(client, cast.ani)
    assert client.post(f"{HEALTH}pln/tanya-lagi/")["Location"] == HEALTH
    states = {row.pk: row.state for row in SourceRequest.objects.all()}
    assert states == {mine.pk: RequestState.DUE, theirs.pk: RequestState.PARKED, other.pk: RequestState.PARKED}
    assert SourceRequest.objects.due().get() == mine
    event = AuditEvent.objects.get(action="verification.source.asked_again")
    assert (event.actor, event.data) == (cast.ani, {"count": 1})


@pytest.mark.parametrize(
    ("who", "status", "asking"),
    [
        ("ani", 200, 302),
        ("citra", 200, 302),
        ("dewi", 200, 403),
        ("gita", 200, 403),
        ("hadi", 200, 403),
        ("eko", 403, 403),
        ("laras", 403, 403),
        ("indah", 403, 403),
    ],
)
def test_who_sees_the_sources_and_who_asks_again(
    client: Client, cast: Any, sign_in: Any, who: str, status: int, asking: int
) -> None:
    sign_in(client, cast[who])
    assert client.get(HEALTH).status_code == status
    assert client.post(f"{HEALTH}pln/tanya-lagi/").status_code == asking


def test_only_sources_that_are_asked_can_be_asked_again(client: Client, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.ani)
    assert client.post(f"{HEALTH}citizen/tanya-lagi/").status_code == 404
    assert client.get(f"{HEALTH}pln/tanya-lagi/").status_code == 405


def test_the_health_of_a_source_says_nothing_about_anybody(cast: Any) -> None:
    SourceHealth.objects.create(source=Source.PLN, state=BreakerState.OPEN)
    assert SourceHealth.objects.visible_to(cast.hadi).count() == 1
    assert SourceHealth.objects.visible_to(cast.indah).count() == 0


# --- photographs ------------------------------------------------------------------------------


@pytest.fixture
def check(cast: Any) -> FaceCheck:
    """Indah's selfie and the register's photograph of her."""
    return factories.FaceCheckFactory(
        application=cast.application, review=True, reference=factories.StoredFileFactory()
    )


def at(file: StoredFile) -> str:
    return f"/berkas/{file.public_id}/"


@pytest.mark.parametrize(
    ("who", "selfie", "reference"),
    [
        ("indah", 200, 404),
        ("ani", 200, 200),
        ("dewi", 200, 200),
        ("gita", 200, 200),
        ("hadi", 404, 404),
        ("citra", 404, 404),
        ("eko", 404, 404),
        ("fajar", 404, 404),
        ("joko", 404, 404),
        ("kirana", 404, 404),
        ("laras", 404, 404),
    ],
)
def test_photographs_are_for_those_who_may_see_the_case(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck, who: str, selfie: int, reference: int
) -> None:
    sign_in(client, cast[who])
    assert client.get(at(check.selfie.file)).status_code == selfie
    assert client.get(at(check.reference)).status_code == reference


def test_the_agent_who_took_it_sees_the_selfie(client: Client, cast: Any, sign_in: Any) -> None:
    check = factories.FaceCheckFactory(application=cast.eko_application)
    sign_in(client, cast.eko)
    assert client.get(at(check.selfie.file)).status_code == 200


def test_a_photograph_is_served_as_nothing_but_a_photograph(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    sign_in(client, cast.ani)
    response = client.get(at(check.selfie.file))
    assert response.content == factories.photo()
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"].startswith("inline")
    pdf = factories.StoredFileFactory(data=b"%PDF-1.7", content_type="application/pdf")
    factories.DocumentFactory(application=cast.application, kind="evidence", file=pdf)
    assert client.get(at(pdf))["Content-Disposition"].startswith("attachment")


def test_every_look_is_on_record_with_the_page_it_was_on(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    sign_in(client, cast.ani)
    client.get(at(check.reference), headers={"referer": f"http://testserver/petugas/wajah/{check.public_id}/?a=b"})
    event = AuditEvent.objects.get(action="verification.photograph.viewed")
    assert (event.actor, event.subject_type, event.subject_id) == (
        cast.ani,
        "enrollment.application",
        cast.application.pk,
    )
    assert event.data == {"file": str(check.reference.public_id), "page": "face-review"}


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/no/such/page", "nonsense", "http://[broken"])
def test_ones_own_look_is_too_and_a_look_by_address_names_no_page(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck, referer: str
) -> None:
    sign_in(client, cast.indah)
    assert client.get(at(check.selfie.file), headers={"referer": referer}).status_code == 200
    event = AuditEvent.objects.get(action="verification.photograph.viewed")
    assert (event.actor, event.data) == (cast.indah, {"file": str(check.selfie.file.public_id)})


def test_a_removed_photograph_is_gone(client: Client, cast: Any, sign_in: Any, check: FaceCheck) -> None:
    sign_in(client, cast.ani)
    StoredFile.objects.filter(pk=check.selfie.file_id).update(removed_at=timezone.now())
    assert client.get(at(check.selfie.file)).status_code == 404


def test_the_administration_shows_no_person(client: Client, cast: Any, sign_in: Any, check: FaceCheck) -> None:
    fact = factories.FactFactory(value=1300)
    sign_in(client, cast.laras)
    for model, row in (("facecheck", check), ("fact", fact)):
        page = client.get(f"/admin/verification/{model}/").content + (
            client.get(f"/admin/verification/{model}/{row.pk}/change/").content
        )
        assert cast.application.applicant.name.encode() not in page
        assert b"1300" not in page
        assert client.post(f"/admin/verification/{model}/{row.pk}/delete/").status_code == 403
