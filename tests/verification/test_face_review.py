"""Officers compare faces: queue of the area, answer first, machine afterwards, everything on record."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from tests import factories
from verification.enums import CheckState, FaceReason, Judgement
from verification.models import FaceAnswer, FaceCheck
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


def choose(client: Client, check: FaceCheck, reason: str) -> str:
    """Answer before the machine is heard; returns the page on which it is."""
    return client.post(address(check), {"reason": reason}, follow=True).content.decode()


def answer(client: Client, check: FaceCheck, reason: str) -> str:
    """Both steps; returns where the officer lands."""
    choose(client, check, reason)
    page = client.post(address(check), {"reason": reason, "is_final": "on"}, follow=True).content.decode()
    check.refresh_from_db()
    return page


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
    page = client.get(address(check))
    assert (page.status_code, page.context["form"]) == (200, None)
    assert "sudah ditutup" in page.content.decode()


def test_the_queue_costs_the_same_however_long_it_is(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, cast.ani)
    client.get(QUEUE)
    with django_assert_max_num_queries(16) as few:
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
    answered = choose(client, check, "face_fits")
    assert "dua orang yang berbeda" in answered
    assert "Lihat sekali lagi" in answered
    check.refresh_from_db()
    assert check.state == CheckState.REVIEW  # nothing is settled yet
    kept = FaceAnswer.objects.get()
    assert (kept.first_reason, kept.reason, kept.answered_at) == ("face_fits", "", None)


def test_a_final_answer_without_a_first_one_does_not_count(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    sign_in(client, cast.ani)
    page = client.post(address(check), {"reason": "face_fits", "is_final": "on"}, follow=True).content.decode()
    assert "Pilih dulu jawabannya" in page
    assert MACHINE not in page
    assert not FaceAnswer.objects.exists()


def test_who_thinks_again_leaves_both_answers(client: Client, cast: Any, sign_in: Any, check: FaceCheck) -> None:
    sign_in(client, cast.ani)
    choose(client, check, "face_fits")
    choose(client, check, "aged")  # the first choice stays the first: it was made before the machine was heard
    client.post(address(check), {"reason": "other_face", "is_final": "on"})
    kept = FaceAnswer.objects.get()
    assert (kept.first_reason, kept.reason, kept.changed_mind) == ("face_fits", "other_face", True)
    check.refresh_from_db()
    assert (check.state, check.judgement, check.settled_by) == (CheckState.REJECTED, "different_person", cast.ani)
    assert actions(check) == ["judged", "viewed", "viewed", "rejected"]


def test_no_page_shows_a_distance(client: Client, cast: Any, sign_in: Any, check: FaceCheck) -> None:
    kept = {"raw_distance": 0.7317, "population_distance": 1.0917, "general_distance": 1.1917, "similarity": 0.8117}
    FaceCheck.objects.update(**kept, mean_version="own-4217")
    sign_in(client, cast.ani)
    pages = client.get(address(check)).content.decode() + choose(client, check, "face_fits")
    for number in kept.values():
        assert f"{number:.2f}" not in pages
        assert f"{number:.2f}".replace(".", ",") not in pages
    assert "own-4217" not in pages


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
    answer(client, check, "other_face")
    assert (check.state, check.judgement) == (CheckState.REJECTED, "different_person")
    told = OutboxMessage.objects.get(key=f"face-rejected:{check.pk}:inbox")
    assert "gratis" in told.body
    assert "gagal" not in told.body.lower()
    check.application.refresh_from_db()
    assert check.application.state == "submitted"


def test_unsure_asks_the_agent_to_visit_and_stays_open(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    FaceCheck.objects.update(reason="uncertain")
    sign_in(client, cast.ani)
    answer(client, check, "relative")
    assert (check.state, check.judgement) == (CheckState.REVIEW, "unsure")
    assert OutboxMessage.objects.filter(key=f"face-visit:{check.pk}:inbox").exists()
    assert "Menunggu kunjungan" in client.get(QUEUE).content.decode()
    answer(client, check, "card_fits")  # the person came to the counter meanwhile
    assert (check.state, check.judgement) == (CheckState.CONFIRMED, "met_in_person")


def test_who_cannot_be_photographed_is_confirmed_by_meeting(client: Client, cast: Any, sign_in: Any) -> None:
    check = factories.FaceCheckFactory(application=cast.application, manual=True)
    sign_in(client, cast.ani)
    page = client.get(address(check)).content.decode()
    assert "tidak bisa difoto" in page
    refused = client.post(address(check), {"reason": "face_fits"})
    assert refused.context["form"].errors
    answer(client, check, "card_fits")
    assert check.state == CheckState.CONFIRMED


def test_nobody_waits_for_dukcapil_to_be_met(client: Client, cast: Any, sign_in: Any) -> None:
    check = factories.FaceCheckFactory(application=cast.application, selfie=None, reason="manual_route")
    assert check.state == CheckState.QUEUED
    sign_in(client, cast.ani)
    assert check.application.receipt_code in client.get(QUEUE).content.decode()
    answer(client, check, "card_fits")
    assert check.state == CheckState.CONFIRMED


@pytest.mark.parametrize("who", ["dewi", "gita"])
def test_readers_see_and_do_not_answer(client: Client, cast: Any, sign_in: Any, check: FaceCheck, who: str) -> None:
    sign_in(client, cast[who])
    assert client.get(address(check)).context["form"] is None
    assert client.post(address(check), {"reason": "face_fits"}).status_code == 403
    assert client.post(address(check), {"reason": "face_fits", "is_final": "on"}).status_code == 403


# --- a second officer -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "state"), [("face_fits", CheckState.CONFIRMED), ("other_face", CheckState.REJECTED)]
)
def test_an_officer_against_the_machine_is_not_alone(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck, second: str, state: str
) -> None:
    sign_in(client, cast.ani)
    assert "Petugas kedua ikut melihat" in answer(client, check, "face_fits")
    assert (check.state, check.disputed_by, check.settled_by) == (CheckState.REVIEW, cast.ani, None)
    page = client.get(address(check)).content.decode()
    assert "sudah menjawab" in page
    client.post(address(check), {"reason": "face_fits"})
    client.post(address(check), {"reason": "face_fits", "is_final": "on"})
    assert FaceAnswer.objects.count() == 1
    sign_in(client, cast.budi)
    assert "Perlu petugas kedua" in client.get(f"{QUEUE}?jenis=kedua").content.decode()
    before = client.get(address(check)).content.decode()
    assert "Menurut petugas lain" not in before
    after = choose(client, check, second)
    assert "Menurut petugas lain" in after
    assert "kedua foto sama" in after.partition("Menurut petugas lain")[2][:200]
    answer(client, check, second)
    assert (check.state, check.settled_by) == (state, cast.budi)


def test_the_database_wants_two_different_people(cast: Any, check: FaceCheck) -> None:
    ani = cast.ani
    with pytest.raises(IntegrityError, match="face_check_dispute_is_settled_by_another"), transaction.atomic():
        FaceCheck.objects.update(disputed_by=ani, settled_by=ani)
    said = {"face_check": check, "given_by": ani, "answered_at": timezone.now()}
    FaceAnswer.objects.create(first_reason="face_fits", reason="face_fits", **said)
    with pytest.raises(IntegrityError, match="face_answer_one_definite_each"), transaction.atomic():
        FaceAnswer.objects.create(first_reason="other_face", reason="other_face", **said)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"reason": "because"}, "face_answer_given_has_a_reason"),
        ({"first_reason": "because"}, "face_answer_first_reason_is_known"),
        ({"met": "self", "papers": []}, "face_answer_visit_confirms"),
        ({"met": "nobody", "papers": ["ktp"]}, "face_answer_visit_confirms"),
        ({"met": "helped", "papers": ["ktp"]}, "face_answer_representative"),
        ({"papers": ["sim"]}, "face_answer_papers_are_known"),
    ],
)
def test_the_database_refuses_answers_that_say_nothing(
    cast: Any, check: FaceCheck, wrong: dict[str, Any], rule: str
) -> None:
    said = {"first_reason": "card_fits", "reason": "card_fits", "answered_at": timezone.now(), **wrong}
    with pytest.raises(IntegrityError, match=rule):
        FaceAnswer.objects.create(face_check=check, given_by=cast.eko, **said)


# --- the service ------------------------------------------------------------------------------


def settle(check: FaceCheck, reason: str, by: Any) -> FaceCheck:
    face_review.choose_answer(check, reason=reason, by=by)
    return face_review.confirm_answer(check, reason=reason, by=by)


def test_confirming_wakes_the_decision(
    cast: Any, check: FaceCheck, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_rest: woken.append(name))
    type(check.application).objects.filter(pk=check.application.pk).update(state="matching")
    FaceCheck.objects.update(reason="uncertain")
    check.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        settle(check, FaceReason.FACE_FITS, cast.ani)
    assert "eligibility.decide_application" in woken


@pytest.mark.parametrize("who", ["citra", "dewi", "eko", "gita", "hadi", "laras", "indah", "joko"])
def test_only_an_officer_of_the_area_settles(cast: Any, check: FaceCheck, who: str) -> None:
    with pytest.raises(PermissionDenied):
        face_review.choose_answer(check, reason=FaceReason.FACE_FITS, by=cast[who])
    with pytest.raises(PermissionDenied):
        face_review.confirm_answer(check, reason=FaceReason.FACE_FITS, by=cast[who])


def test_an_officer_with_a_part_in_the_case_does_not_settle_it(cast: Any) -> None:
    application = factories.ApplicationFactory(
        assisted=True, submitted=True, assisted_by=cast.ani, village=cast.application.village
    )
    check = factories.FaceCheckFactory(application=application, review=True)
    with pytest.raises(PermissionDenied):
        face_review.choose_answer(check, reason=FaceReason.FACE_FITS, by=cast.ani)


def test_of_two_officers_the_later_hears_that_it_is_done(
    client: Client, cast: Any, sign_in: Any, check: FaceCheck
) -> None:
    sign_in(client, cast.budi)
    choose(client, check, "face_fits")
    settle(check, FaceReason.OTHER_FACE, cast.ani)
    page = answer(client, check, "face_fits")
    assert "sudah ditutup" in page
    assert (check.state, check.settled_by) == (CheckState.REJECTED, cast.ani)
    with pytest.raises(DomainError) as caught:
        face_review.confirm_answer(check, reason=FaceReason.FACE_FITS, by=cast.budi)
    assert caught.value.code == "stale"


def test_a_newer_picture_makes_the_answer_stale(cast: Any, check: FaceCheck) -> None:
    factories.FaceCheckFactory(application=check.application)
    with pytest.raises(DomainError) as caught:
        face_review.choose_answer(check, reason=FaceReason.FACE_FITS, by=cast.ani)
    assert caught.value.code == "stale"


def test_the_database_wants_a_person_and_a_reason_for_a_no(cast: Any) -> None:
    with pytest.raises(IntegrityError, match="face_check_rejected"):
        factories.FaceCheckFactory(state=CheckState.REJECTED, settled_by=cast.ani)


def test_every_reason_says_one_thing() -> None:
    assert {reason.judgement for reason in FaceReason} == set(Judgement)
