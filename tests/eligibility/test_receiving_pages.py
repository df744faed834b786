"""Pages of those who receive: what the family reads and does, what officers do, and who may not."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import brotli
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from eligibility.enums import DutyKind
from eligibility.models import DutyRecord, Participation, Recertification
from eligibility.tasks import answer_recertification
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
SAVEPOINT = 2
ZONE = ZoneInfo("Asia/Jakarta")


@pytest.fixture(autouse=True)
def day() -> Any:
    with time_machine.travel(datetime(2026, 11, 20, 10, tzinfo=ZONE), tick=False) as clock:
        yield clock


@pytest.fixture
def one(cast: Cast) -> Participation:
    """Indah's family receives since August: a pupil who missed October, a baby who came."""
    with time_machine.travel(datetime(2026, 8, 1, 10, tzinfo=ZONE), tick=False):
        found = factories.participation(cast.application)
    family = cast.application.family
    factories.DutyRecordFactory(member=factories.PupilFactory(family=family), recorded_by=cast.eko)
    factories.DutyRecordFactory(member=factories.BabyFactory(family=family), kind=DutyKind.HEALTH, value="fulfilled")
    return found


def address(name: str, one: Participation, *more: Any) -> str:
    return reverse(name, args=[one.public_id, *more])


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_status_page_says_what_is_paid_and_why_less(
    client: Client, cast: Cast, sign_in: SignIn, one: Participation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sign_in(client, cast.indah)
    url = f"/status/{cast.application.public_id}/"
    client.get(url)
    with django_assert_num_queries(6 + SAVEPOINT):
        page = client.get(url)
    shown = text(page)
    for expected in (
        "Rp2.340.000", "Berkurang Rp260.000 dari Rp2.600.000", "Kehadiran sekolah di bawah 85 persen (Oktober 2026)",
        "Juli sampai September 2026", "Batas waktunya 1 Agustus 2031", "paling lambat 1 Agustus 2027",
        "Bila kewajiban dipenuhi", address("participation-detail", one),
    ):  # fmt: skip
        assert expected in shown, expected
    assert len(page.content) <= 20 * 1024
    assert len(brotli.compress(page.content, quality=5)) <= 6 * 1024


def test_the_family_says_a_record_is_wrong_and_is_paid_in_full(
    client: Client, cast: Cast, sign_in: SignIn, one: Participation
) -> None:
    sign_in(client, cast.indah)
    record = DutyRecord.objects.get(value="not_fulfilled")
    url = address("duty-doubt", one, record.public_id)
    detail = address("participation-detail", one)
    assert url in text(client.get(detail))
    assert "Tulis dalam satu kalimat" in text(client.post(url, {"note": " "}))
    assert client.post(url, {"note": "anak saya sakit"}).status_code == 302
    shown = text(client.get(detail))
    assert "Rp2.340.000" not in shown
    assert "Keluarga menganggap ini keliru" in shown
    again = text(client.post(url, {"note": "lagi"}))  # pressed twice, in an old tab
    assert "data yang lebih baru" in again
    assert DutyRecord.objects.filter(source="citizen").count() == 1


def test_stepping_back_and_changing_ones_mind(
    client: Client, cast: Cast, sign_in: SignIn, one: Participation, day: Any
) -> None:
    sign_in(client, cast.indah)
    leave, detail = address("participation-leave", one), address("participation-detail", one)
    assert "sampai 4 Desember 2026" in text(client.get(leave))
    kept = text(client.post(leave, {"reason": "sudah bekerja"}))
    assert "Beri tanda centang" in kept
    assert "sudah bekerja" in kept
    assert client.post(leave, {"reason": "", "is_sure": "on"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, "sampai 4 Desember 2026" in one.statement) == ("left", True)
    status = text(client.get(f"/status/{cast.application.public_id}/"))
    assert "Anda boleh mendaftar lagi mulai 20 November 2028" in status
    assert address("participation-return", one) in text(client.get(detail))
    assert client.post(address("participation-return", one)).status_code == 302
    one.refresh_from_db()
    assert one.state == "active"
    assert "tidak lagi menerima" not in text(client.get(detail))


@pytest.mark.parametrize(
    ("who", "status"),
    [("indah", 200), ("eko", 200), ("ani", 200), ("gita", 200), ("joko", 404), ("kirana", 404), ("fajar", 404),
     ("citra", 404), ("hadi", 404)],
)  # fmt: skip
def test_who_reads_what_a_family_receives(
    client: Client, cast: Cast, sign_in: SignIn, one: Participation, who: str, status: int
) -> None:
    for stranger in (cast.kirana_application, cast.fajar_application):
        factories.participation(stranger)
    sign_in(client, cast[who])
    assert client.get(address("participation-detail", one)).status_code == status
    looked = AuditEvent.objects.filter(action="eligibility.participation.viewed", subject_id=one.pk).count()
    assert looked == (status == 200 and who != "indah")


# --- officers -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 200), ("dewi", 200), ("gita", 200), ("citra", 200), ("hadi", 403), ("eko", 403), ("indah", 403)],
)
def test_who_opens_the_list_of_recipients(
    client: Client, cast: Cast, sign_in: SignIn, one: Participation, who: str, status: int
) -> None:
    factories.participation(cast.kirana_application)
    sign_in(client, cast[who])
    page = client.get(reverse("participation-queue"))
    assert page.status_code == status
    if status == 200:
        assert (cast.application.receipt_code in text(page)) == (who != "citra")
        assert cast.application.applicant.name not in text(page)


def test_an_officer_looks_again_pauses_and_ends(
    client: Client, cast: Cast, sign_in: SignIn, one: Participation
) -> None:
    Participation.objects.filter(pk=one.pk).update(state="check", recertify_on="2026-11-01")
    sign_in(client, cast.ani)
    assert cast.application.receipt_code in text(client.get(reverse("participation-queue")))
    case = address("participation-case", one)
    assert "Data harus diperiksa lagi." in text(client.get(case))
    assert "Periksa data lagi dahulu" in text(client.post(address("participation-recertify", one), follow=True))
    client.post(address("participation-look", one))
    answer_recertification(recertification_id=Recertification.objects.get().pk)
    assert "Sebagian data belum diketahui." in text(client.get(case))
    client.post(address("participation-recertify", one))
    one.refresh_from_db()
    assert (one.state, str(one.recertify_on)) == ("active", "2027-11-20")
    client.post(address("participation-suspend", one), {"reason": "rekening diperiksa"})
    client.post(address("participation-resume", one), {"reason": "rekening benar"})
    assert "Batas waktu keluarga ini belum tercapai" in text(
        client.post(address("participation-end", one), {"reason": "graduated", "note": "lima tahun"})
    )
    client.post(address("participation-end", one), {"reason": "moved", "note": "pindah ke Bali"})
    assert "pindah ke Bali" in text(client.get(case))
    assert "Petugas lain harus menyetujui" in text(client.post(address("participation-agree", one), follow=True))
    client.post(address("participation-decline", one), {"reason": "keliru"})
    client.post(address("participation-end", one), {"reason": "moved", "note": "pindah ke Bali"})
    second = Client()
    sign_in(second, cast.budi)
    second.post(address("participation-agree", one))
    one.refresh_from_db()
    assert one.state == "moved"
    assert "Selesai: pindah daerah" in text(client.get(case))
    assert address("participation-case", one) in text(
        client.get(reverse("case-detail", args=[one.application.public_id]))
    )


@pytest.mark.parametrize("who", ["citra", "eko", "indah", "gita"])
def test_others_end_nothing(client: Client, cast: Cast, sign_in: SignIn, one: Participation, who: str) -> None:
    factories.participation(cast.kirana_application)
    sign_in(client, cast[who])
    for name, data in {
        "look": {}, "recertify": {}, "suspend": {"reason": "x"}, "resume": {"reason": "x"},
        "end": {"reason": "moved", "note": "x"}, "agree": {}, "decline": {"reason": "x"},
    }.items():  # fmt: skip
        assert client.post(address(f"participation-{name}", one), data).status_code in (403, 404)
    one.refresh_from_db()
    assert one.state == "active"


def test_a_list_of_any_length_costs_the_same(
    client: Client, cast: Cast, sign_in: SignIn, one: Participation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sign_in(client, cast.gita)
    url = reverse("participation-queue") + "?bagian=semua"
    client.get(url)
    with django_assert_num_queries(9):
        client.get(url)
    factories.participation(cast.joko_application)
    with django_assert_num_queries(9):
        assert cast.joko_application.receipt_code in text(client.get(url))
