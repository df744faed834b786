"""The desk's pages about people who may have registered twice: who sees which side, and what is on record."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from perlinsos.core.models import AuditEvent
from tests import factories
from verification import tasks
from verification.duplicate_enums import DuplicateState
from verification.models import DuplicateCandidate, FaceTemplate

pytestmark = pytest.mark.django_db
QUEUE = "/petugas/ganda/"


@pytest.fixture
def near(cast: Any) -> DuplicateCandidate:
    """Indah and Joko, both of Banyuwangi."""
    return factories.pair(cast.application, cast.joko_application)


@pytest.fixture
def across(cast: Any) -> DuplicateCandidate:
    """Indah of Banyuwangi and Kirana of Tabanan."""
    return factories.pair(cast.application, cast.kirana_application)


def at(candidate: DuplicateCandidate, step: str = "") -> str:
    return f"{QUEUE}{candidate.public_id}/{step}"


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("ani", {"near": 200, "across": 200}),
        ("citra", {"near": 404, "across": 200}),
        ("dewi", {"near": 200, "across": 200}),
        ("gita", {"near": 200, "across": 200}),
        ("hadi", {"near": 404, "across": 404}),
        ("eko", {"near": 403, "across": 403}),
        ("laras", {"near": 403, "across": 403}),
        ("indah", {"near": 403, "across": 403}),
    ],
)
def test_who_sees_which_pair(
    client: Client, cast: Any, sign_in: Any, near: Any, across: Any, who: str, seen: dict[str, int]
) -> None:
    sign_in(client, cast[who])
    assert client.get(at(near)).status_code == seen["near"]
    assert client.get(at(across)).status_code == seen["across"]
    listed = client.get(QUEUE)
    if listed.status_code == 200:
        assert len(listed.context["waiting"]) == list(seen.values()).count(200)
    else:
        assert (listed.status_code, seen["near"]) == (403, 403)


def test_of_a_case_elsewhere_nothing_is_shown_but_that_it_is_elsewhere(
    client: Client, cast: Any, sign_in: Any, across: DuplicateCandidate
) -> None:
    sign_in(client, cast.citra)
    theirs = across.first_check if across.first_check.application == cast.application else across.second_check
    for address in (QUEUE, at(across)):
        page = client.get(address).content.decode()
        assert "wilayah lain" in page
        for secret in (cast.application.applicant.name, cast.application.receipt_code, "Kesilir", "Banyuwangi"):
            assert secret not in page
        assert str(theirs.selfie.file.public_id) not in page
    assert client.get(f"/berkas/{theirs.selfie.file.public_id}/").status_code == 404
    assert client.post(at(across), {"answer": "different_person"}).status_code == 403


def test_an_officer_compares_answers_and_leaves_a_trace(
    client: Client, cast: Any, sign_in: Any, near: DuplicateCandidate
) -> None:
    sign_in(client, cast.ani)
    page = client.get(at(near))
    pictures = [str(check.selfie.file.public_id) for check in near.checks]
    assert all(picture in page.content.decode() for picture in pictures)
    assert "0,3" not in page.content.decode()  # what the machine measured would sway the answer
    for picture in pictures:
        response = client.get(f"/berkas/{picture}/", headers={"referer": f"http://testserver{at(near)}"})
        assert response.status_code == 200
    views = AuditEvent.objects.filter(action="verification.photograph.viewed", actor=cast.ani)
    assert [(view.data["page"], view.data["file"]) for view in views.order_by("pk")] == [
        ("duplicate-review", picture) for picture in pictures
    ]
    assert client.post(at(near), {}).context["form"].errors
    assert client.post(at(near), {"answer": "same_person"})["Location"] == QUEUE
    followed = client.get(QUEUE).context["same"]
    assert [pair.candidate for pair in followed] == [near]
    assert client.post(at(near, "tindak-lanjut/"), {"follow_up": "data_corrected"})["Location"] == QUEUE
    near.refresh_from_db()
    assert (near.state, near.answer, near.settled_by) == ("followed_up", "same_person", cast.ani)
    assert client.post(at(near), {"answer": "twins"}).context["form"] is None
    actions = AuditEvent.objects.filter(subject_type="verification.duplicatecandidate", subject_id=near.pk)
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        "verification.duplicatecandidate.viewed",
        "verification.duplicatecandidate.same",
        "verification.duplicatecandidate.followed_up",
    ]


def test_the_coordination_team_gets_what_officers_hand_over(
    client: Client, cast: Any, sign_in: Any, across: DuplicateCandidate
) -> None:
    national = factories.staff("Wayan", "coordinator", "")
    pictures = [f"/berkas/{check.selfie.file.public_id}/" for check in across.checks]
    sign_in(client, national)
    assert client.get(at(across)).status_code == 404
    assert [client.get(picture).status_code for picture in pictures] == [404, 404]
    sign_in(client, cast.ani)
    assert client.post(at(across, "serahkan/"))["Location"] == at(across)
    sign_in(client, national)
    page = client.get(at(across)).content.decode()
    assert cast.application.applicant.name in page
    assert cast.kirana_application.applicant.name in page
    assert [client.get(picture).status_code for picture in pictures] == [200, 200]
    assert client.post(at(across), {"answer": "twins"})["Location"] == QUEUE
    across.refresh_from_db()
    assert across.state == DuplicateState.DIFFERENT
    sign_in(client, cast.ani)
    assert client.post(at(across, "serahkan/"), follow=True).status_code == 200


def test_the_pages_need_no_right_to_face_templates(client: Client, cast: Any, sign_in: Any, near: Any) -> None:
    """The web's role in the database: all rows but those of the schema `biometrics`."""
    sign_in(client, cast.ani)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE only_pages")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO only_pages")
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO only_pages")
        cursor.execute("SET LOCAL ROLE only_pages")
        cursor.execute("SELECT to_regclass('face_template')")
        assert cursor.fetchone() == (None,)
    check = factories.FaceCheckFactory(application=cast.application, review=True)
    assert client.get(QUEUE).status_code == 200
    assert client.get(at(near)).status_code == 200
    assert client.get(f"/petugas/kasus/{cast.application.public_id}/").status_code == 200
    answer = {"reason": "face_fits", "is_final": "on"}
    assert client.post(f"/petugas/wajah/{check.public_id}/", answer).status_code == 302
    assert client.post(at(near), {"answer": "unsure"}).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    tasks.search_duplicates(face_check_id=check.pk)
    assert not FaceTemplate.objects.exists()


def test_the_queue_costs_the_same_however_many_wait(
    client: Client, cast: Any, sign_in: Any, near: Any, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, cast.ani)
    client.get(QUEUE)
    with django_assert_max_num_queries(21) as few:
        client.get(QUEUE)
    factories.pair(cast.application, cast.eko_application)
    factories.pair(cast.joko_application, cast.kirana_application)
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(QUEUE).context["waiting"]) == 3
