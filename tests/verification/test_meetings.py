"""A photograph that did not show who it is: the family reads what to do, and other people look again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enrollment import services as enrollment
from tests import factories
from verification import tasks
from verification.enums import CheckState
from verification.models import FaceCheck
from verification.readiness import identity_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rejected(cast: Any) -> FaceCheck:
    """Ani turned Indah's photograph down."""
    return factories.FaceCheckFactory(
        application=cast.application, state=CheckState.REJECTED, settled_by=cast.ani, judgement="different_person"
    )


def status(check: FaceCheck) -> str:
    return reverse("application-status", args=[check.application.public_id])


def meeting(check: FaceCheck) -> str:
    return reverse("face-meeting", args=[check.application.public_id])


def test_the_family_reads_what_to_do_next(client: Client, cast: Any, sign_in: Any, rejected: FaceCheck) -> None:
    sign_in(client, cast.indah)
    page = client.get(status(rejected)).content.decode()
    for said in ("belum pasti", "Ambil foto baru", "Minta bertemu petugas", "gratis"):
        assert said in page
    assert "gagal" not in page.lower()
    assert reverse("application-step", args=["photo"]) in page


def test_asking_to_be_met_opens_a_comparison_in_person_for_others(
    client: Client, cast: Any, sign_in: Any, rejected: FaceCheck
) -> None:
    sign_in(client, cast.indah)
    for _twice in range(2):
        assert "Anda akan ditemui" in client.post(meeting(rejected), follow=True).content.decode()
    again = FaceCheck.objects.get(selfie=None)
    assert identity_of(cast.application) == "pending"
    sign_in(client, cast.eko)
    assert reverse("face-visit", args=[again.public_id]) in client.get("/agen/").content.decode()
    desk = reverse("face-review", args=[again.public_id])
    sign_in(client, cast.ani)  # who turned the photograph down has no say in this
    assert client.get(desk).context["form"] is None
    assert client.post(desk, {"reason": "card_fits"}).status_code == 403
    sign_in(client, cast.budi)
    client.post(desk, {"reason": "card_fits"})
    client.post(desk, {"reason": "card_fits", "is_final": "on"})
    assert identity_of(cast.application) == "verified"


def test_at_the_counter_an_officer_compares_again(client: Client, cast: Any, sign_in: Any, rejected: FaceCheck) -> None:
    sign_in(client, cast.budi)
    assert rejected.application.receipt_code in client.get("/petugas/wajah/?jenis=belum").content.decode()
    page = client.get(reverse("face-review", args=[rejected.public_id])).content.decode()
    assert "Orangnya datang" in page
    again = client.post(meeting(rejected))["Location"]
    assert again == reverse("face-review", args=[FaceCheck.objects.get(selfie=None).public_id])
    assert client.get(again).context["form"] is not None


def test_a_new_photo_is_not_accepted_by_the_machine_alone(cast: Any, rejected: FaceCheck) -> None:
    document = enrollment.add_selfie(cast.application, factories.photo(), by=cast.indah)
    tasks.check_selfie(document_id=document.pk)
    newest = FaceCheck.objects.get(selfie=document)
    assert (newest.recheck_of, identity_of(cast.application)) == (None, "pending")


@pytest.mark.parametrize(
    ("who", "status_code"),
    [("kirana", 404), ("citra", 404), ("joko", 404), ("fajar", 404), ("gita", 403), ("dewi", 403)],
)
def test_strangers_do_not_ask(
    client: Client, cast: Any, sign_in: Any, rejected: FaceCheck, who: str, status_code: int
) -> None:
    sign_in(client, cast[who])
    assert client.post(meeting(rejected)).status_code == status_code
    assert FaceCheck.objects.filter(application=rejected.application).count() == 1


def test_nobody_is_met_again_who_is_known(client: Client, cast: Any, sign_in: Any) -> None:
    check = factories.FaceCheckFactory(application=cast.application, accepted=True)
    sign_in(client, cast.indah)
    client.post(meeting(check))
    assert FaceCheck.objects.count() == 1
