"""The registry of decrees: who sees which, what is in force, and how one is entered and revoked."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from perlinsos.core import files
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent, StoredFile
from perlinsos.decrees import services
from perlinsos.decrees.models import Decree
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import DecreeFactory, area, photo

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def test_a_decree_covers_its_area_and_what_lies_in_it() -> None:
    decree = DecreeFactory(area=area("35.10"))
    for code, covered in [("35.10", 1), ("35.10.22", 1), ("35.10.22.2003", 1), ("35", 0), ("51.02", 0)]:
        assert Decree.objects.for_area(code).filter(pk=decree.pk).count() == covered, code


def test_a_decree_counts_between_its_days_unless_revoked(cast: Cast) -> None:
    today = timezone.localdate()
    current = DecreeFactory(valid_during=(today, None))
    DecreeFactory(valid_during=(today - timedelta(days=9), today))
    DecreeFactory(valid_during=(today + timedelta(days=1), None))
    services.revoke_decree(DecreeFactory(), by=cast.laras)
    assert list(Decree.objects.in_force()) == [current]


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("ani", True),
        ("hadi", True),
        ("gita", True),
        ("citra", False),
        ("dewi", False),
        ("eko", False),
        ("indah", False),
    ],
)
def test_offices_see_the_decrees_of_their_area(cast: Cast, who: str, sees: bool) -> None:
    decree = DecreeFactory(area=area("35.10"))
    assert Decree.objects.visible_to(cast[who]).filter(pk=decree.pk).exists() is sees


def test_offices_see_the_decrees_above_them(cast: Cast) -> None:
    province = DecreeFactory(area=area("35"))
    assert Decree.objects.visible_to(cast.ani).filter(pk=province.pk).exists()
    assert not Decree.objects.visible_to(cast.citra).filter(pk=province.pk).exists()


def test_a_decree_is_registered_with_its_scan(cast: Cast) -> None:
    decree = services.register_decree(DecreeFactory.build(area=area("35.10")), document=PDF, by=cast.laras)
    assert files.read(decree.file) == PDF
    assert AuditEvent.objects.get(action="decrees.decree.registered").data == {"kind": "result", "area": "35.10"}


@pytest.mark.parametrize("who", ["ani", "hadi", "citra", "indah"])
def test_only_administrators_register_and_revoke(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        services.register_decree(DecreeFactory.build(area=area("35.10")), document=None, by=cast[who])
    with pytest.raises(PermissionDenied):
        services.revoke_decree(DecreeFactory(), by=cast[who])


def test_a_number_is_registered_once_until_it_is_revoked(cast: Cast) -> None:
    first = DecreeFactory(number="188/17/2026")
    with pytest.raises(IntegrityError, match="decree_number_once_per_area"), transaction.atomic():
        DecreeFactory(number="188/17/2026")
    services.revoke_decree(first, by=cast.laras)
    DecreeFactory(number="188/17/2026")


def test_revoking_twice_is_said_so(cast: Cast) -> None:
    decree = DecreeFactory()
    services.revoke_decree(decree, by=cast.laras)
    with pytest.raises(DomainError) as refused:
        services.revoke_decree(decree, by=cast.laras)
    assert refused.value.code == "already_revoked"


# --- the administration -----------------------------------------------------------------------


def entered(**changes: object) -> dict[str, object]:
    form = {"kind": "result", "number": "188/17/2026", "title": "Pengumuman", "signer": "Bupati"}
    days = {"signed_on": "2026-01-05", "valid_from": "2026-01-05", "valid_until": "2026-12-31"}
    return {**form, **days, "area": area("35.10").pk, **changes}


@pytest.fixture
def desk(client: Client, cast: Cast, sign_in: SignIn) -> Client:
    sign_in(client, cast.laras)
    return client


@pytest.mark.parametrize("scan", [PDF, photo()], ids=["pdf", "photo"])
def test_an_administrator_enters_a_decree(desk: Client, scan: bytes) -> None:
    upload = SimpleUploadedFile("sk.pdf", scan)
    assert desk.post(reverse("admin:decrees_decree_add"), entered(scan=upload)).status_code == 302
    decree = Decree.objects.get()
    assert (decree.number, decree.valid_during.upper) == ("188/17/2026", date(2027, 1, 1))
    assert decree.file


@pytest.mark.parametrize(
    ("name", "scan"),
    [("sk.pdf", b"MZ\x90\x00"), ("sk.pdf", b""), ("sk.jpg", photo()[:200]), ("sk.pdf", PDF + b"0" * 10 * 2**20)],
    ids=["program", "empty", "cut off", "too big"],
)
def test_a_scan_that_cannot_be_read_is_explained(desk: Client, name: str, scan: bytes) -> None:
    page = desk.post(reverse("admin:decrees_decree_add"), entered(scan=SimpleUploadedFile(name, scan)))
    assert page.status_code == 200
    assert "scan" in page.context["adminform"].form.errors
    assert not Decree.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_number_entered_twice_is_explained(desk: Client) -> None:
    DecreeFactory(number="188/17/2026", area=area("35.10"))
    page = desk.post(reverse("admin:decrees_decree_add"), entered())
    assert page.status_code == 200
    assert Decree.objects.count() == 1


def test_a_registered_decree_is_not_changed(desk: Client) -> None:
    decree = DecreeFactory()
    address = reverse("admin:decrees_decree_change", args=[decree.pk])
    assert desk.get(address).status_code == 200
    assert desk.post(address, entered(title="Another")).status_code == 403


def test_an_administrator_revokes_a_decree(desk: Client) -> None:
    decree = DecreeFactory()
    chosen = {"action": "revoke", "_selected_action": [decree.pk]}
    assert desk.post(reverse("admin:decrees_decree_changelist"), chosen, follow=True).status_code == 200
    decree.refresh_from_db()
    assert decree.revoked_at
