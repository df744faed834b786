"""Officers compare faces: queue of the area, answer first, machine afterwards, everything on record."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from tests import factories
from verification.enums import CheckState, Judgement
from verification.models import FaceCheck
from verification.services import face_review

pytestmark = pytest.mark.django_db
QUEUE = "/petugas/wajah/"
MACHINE = "Menurut mesin"


@pytest.fixture
def check(cast: Any) -> FaceCheck:
    """Indah's selfie, for the officers of Banyuwangi."""
    return factories.FaceCheckFactory(
        application=cast.application, review=True, reason="mismatch", reference=factories.StoredFileFactory()
    )


def address(check: FaceCheck) -> str:
    return reverse("face-review", args=[check.public_id])


def actions(check: FaceCheck) -> list[str]:
    events = AuditEvent.objects.filter(subject_type="verification.facecheck", subject_id=check.pk).order_by("pk")
    return [event.action.rpartition(".")[2] for event in events]


# --- queue ------------------------------------------------------------------------------------


def test_the_queue_shows_the_own_area_longest_waiting_first(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    second = factories.FaceCheckFactory(application=cast.joko_application, manual=True)
    elsewhere = factories.FaceCheckFactory(application=cast.kirana_application, review=True)
    done = factories.FaceCheckFactory(application=cast.eko_application, accepted=True)
    sign_in(client, cast.ani)
    page = client.get(QUEUE).content.decode()
    first_at, second_at = (page.index(row.application.receipt_code) for row in (check, second))
    assert first_at < second_at
    assert "Temui orangnya" in page
    for other in (elsewhere, done):
        assert other.application.receipt_code not in page
    assert check.application.applicant.name not in page  # masked until the case is opened


def test_a_newer_picture_takes_the_older_one_out_of_the_queue(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    factories.FaceCheckFactory(application=check.application, accepted=True)
    sign_in(client, cast.ani)
    assert check.application.receipt_code not in client.get(QUEUE).content.decode()
    assert client.get(address(check)).status_code == 404


def test_the_queue_costs_the_same_however_long_it_is(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, cast.ani)
    client.get(QUEUE)
    with django_assert_max_num_queries(12) as few:
        client.get(QUEUE)
    for _ in range(5):
        factories.FaceCheckFactory(
            application=factories.ApplicationFactory(submitted=True, village=cast.application.village), review=True
        )
    with django_assert_max_num_queries(len(few)):
        client.get(QUEUE)


@pytest.mark.parametrize(
    ("who", "queue", "one"),
    [
        ("ani", 200, 200),
        ("budi", 200, 200),
        ("dewi", 200, 200),
        ("gita", 200, 200),
        ("hadi", 200, 403),
        ("citra", 200, 404),
        ("eko", 403, 403),
        ("laras", 403, 403),
        ("indah", 403, 403),
        ("kirana", 403, 403),
    ],
)
def test_who_may_look(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck, who: str, queue: int, one: int
) -> None:
    sign_in(client, cast[who])
    assert (client.get(QUEUE).status_code, client.get(address(check)).status_code) == (queue, one)


# --- one comparison ---------------------------------------------------------------------------


def test_the_machine_speaks_only_after_the_officer(client: Client, cast: Any, sign_in: Any, check: FaceCheck) -> None:
    sign_in(client, cast.ani)
    page = client.get(address(check)).content.decode()
    assert page.count("/berkas/") == 2
    assert MACHINE not in page
    answered = client.post(address(check), {"judgement": "same_person"}).content.decode()
    assert "dua orang yang berbeda" in answered
    assert "Lihat sekali lagi" in answered
    check.refresh_from_db()
    assert check.state == CheckState.REVIEW  # nothing is settled yet
    response = client.post(address(check), {"judgement": "same_person", "is_final": "on"})
    assert response["Location"] == QUEUE
    check.refresh_from_db()
    assert (check.state, check.judgement, check.settled_by) == (CheckState.CONFIRMED, "same_person", cast.ani)
    assert check.settled_at is not None
    assert actions(check) == ["viewed", "judged", "confirmed"]


def test_no_page_shows_a_distance(client: Client, cast: Any, sign_in: Any, check: FaceCheck) -> None:
    FaceCheck.objects.update(raw_distance=0.7317)
    sign_in(client, cast.ani)
    pages = client.get(address(check)).content + client.post(address(check), {"judgement": "same_person"}).content
    assert b"0.73" not in pages
    assert b"0,73" not in pages


def test_without_an_answer_the_page_says_so(client: Client, cast: Any, sign_in: Any, check: FaceCheck) -> None:
    sign_in(client, cast.ani)
    response = client.post(address(check), {})
    assert response.status_code == 200
    assert "Apakah orangnya sama" in response.content.decode()
    assert response.context["form"].errors


def test_another_person_is_a_reason_to_meet_not_a_refusal(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    sign_in(client, cast.budi)
    client.post(address(check), {"judgement": "different_person", "is_final": "on"})
    check.refresh_from_db()
    assert (check.state, check.judgement) == (CheckState.REJECTED, "different_person")
    told = OutboxMessage.objects.get(key=f"face-rejected:{check.pk}:inbox")
    assert "gratis" in told.body
    assert "gagal" not in told.body.lower()
    check.application.refresh_from_db()
    assert check.application.state == "submitted"


def test_unsure_asks_the_agent_to_visit_and_stays_open(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    sign_in(client, cast.ani)
    client.post(address(check), {"judgement": "unsure", "is_final": "on"})
    check.refresh_from_db()
    assert (check.state, check.judgement) == (CheckState.REVIEW, "unsure")
    assert OutboxMessage.objects.filter(key=f"face-visit:{check.pk}:inbox").exists()
    assert "Menunggu kunjungan" in client.get(QUEUE).content.decode()
    client.post(address(check), {"judgement": "met_in_person", "is_final": "on"})
    check.refresh_from_db()
    assert check.state == CheckState.CONFIRMED


def test_who_cannot_be_photographed_is_confirmed_by_meeting(client: Client, cast: Any, sign_in: Any) -> None:
    check = factories.FaceCheckFactory(application=cast.application, manual=True)
    sign_in(client, cast.ani)
    page = client.get(address(check)).content.decode()
    assert "tidak bisa difoto" in page
    refused = client.post(address(check), {"judgement": "same_person", "is_final": "on"})
    assert refused.context["form"].errors
    client.post(address(check), {"judgement": "met_in_person", "is_final": "on"})
    check.refresh_from_db()
    assert check.state == CheckState.CONFIRMED


@pytest.mark.parametrize("who", ["dewi", "gita"])
def test_readers_see_and_do_not_answer(client: Client, cast: Any, sign_in: Any, check: FaceCheck, who: str) -> None:
    sign_in(client, cast[who])
    assert client.get(address(check)).context["form"] is None
    assert client.post(address(check), {"judgement": "same_person"}).status_code == 403
    assert client.post(address(check), {"judgement": "same_person", "is_final": "on"}).status_code == 403


# --- the service ------------------------------------------------------------------------------


def test_confirming_wakes_the_decision(
    cast: Any, check: FaceCheck, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_rest: woken.append(name))
    type(check.application).objects.filter(pk=check.application.pk).update(state="matching")
    check.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        face_review.settle_face_check(check, confirmed=True, reason=Judgement.SAME_PERSON, by=cast.ani)
    assert "eligibility.decide_application" in woken


@pytest.mark.parametrize(
    ("confirmed", "reason"),
    [(True, "different_person"), (False, "same_person"), (True, "unsure"), (False, "unsure"), (False, ""), (True, "x")],
)
def test_the_reason_must_fit(cast: Any, check: FaceCheck, confirmed: bool, reason: str) -> None:
    with pytest.raises(DomainError) as caught:
        face_review.settle_face_check(check, confirmed=confirmed, reason=reason, by=cast.ani)
    assert caught.value.code == "bad_reason"


@pytest.mark.parametrize("who", ["citra", "dewi", "eko", "gita", "hadi", "laras", "indah", "joko"])
def test_only_an_officer_of_the_area_settles(cast: Any, check: FaceCheck, who: str) -> None:
    with pytest.raises(PermissionDenied):
        face_review.settle_face_check(check, confirmed=True, reason=Judgement.SAME_PERSON, by=cast[who])
    with pytest.raises(PermissionDenied):
        face_review.ask_for_visit(check, by=cast[who])


def test_an_officer_with_a_part_in_the_case_does_not_settle_it(cast: Any) -> None:
    application = factories.ApplicationFactory(
        assisted=True, submitted=True, assisted_by=cast.ani, village=cast.application.village
    )
    check = factories.FaceCheckFactory(application=application, review=True)
    with pytest.raises(PermissionDenied):
        face_review.settle_face_check(check, confirmed=True, reason=Judgement.SAME_PERSON, by=cast.ani)


def test_of_two_officers_the_second_hears_that_it_is_done(cast: Any, check: FaceCheck) -> None:
    seen_by_budi = FaceCheck.objects.get(pk=check.pk)
    face_review.settle_face_check(check, confirmed=True, reason=Judgement.SAME_PERSON, by=cast.ani)
    with pytest.raises(DomainError) as caught:
        face_review.settle_face_check(seen_by_budi, confirmed=False, reason=Judgement.DIFFERENT_PERSON, by=cast.budi)
    assert caught.value.code == "stale"
    with pytest.raises(DomainError):
        face_review.ask_for_visit(seen_by_budi, by=cast.budi)


def test_a_newer_picture_makes_the_answer_stale(cast: Any, check: FaceCheck) -> None:
    factories.FaceCheckFactory(application=check.application)
    with pytest.raises(DomainError) as caught:
        face_review.settle_face_check(check, confirmed=True, reason=Judgement.SAME_PERSON, by=cast.ani)
    assert caught.value.code == "stale"


def test_the_database_wants_a_person_and_a_reason_for_a_no(cast: Any) -> None:
    with pytest.raises(IntegrityError, match="face_check_rejected"):
        factories.FaceCheckFactory(state=CheckState.REJECTED, settled_by=cast.ani)
