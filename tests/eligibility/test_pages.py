"""The officers' pages: who sees what, the walk from cases to places, and how much a page costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.enums import BatchState
from eligibility.models import Batch, Programme
from eligibility.services import batches
from enrollment.models import Application
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import JATILUWIH, KESILIR, LATENG, TABANAN, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import Announce, MakeFamily, complete_family
from verification.enums import CheckState, RequestState, Source

QUEUE = reverse("officer-home")
LIST = reverse("batch-list")
MakeBatch = Callable[..., Batch]


def address(verb: str, batch: Batch) -> str:
    return reverse(f"batch-{verb}", args=[batch.public_id])


def text(response: Any) -> str:
    return str(response.content.decode())


# --- the queue --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 200), ("citra", 200), ("dewi", 200), ("gita", 200), ("hadi", 403), ("eko", 403), ("indah", 403)],
)
def test_who_may_open_the_queue(client: Client, cast: Cast, sign_in: SignIn, who: str, status: int) -> None:
    sign_in(client, cast[who])
    assert client.get(QUEUE).status_code == status


def test_officers_see_the_cases_of_their_own_regency(
    client: Client, cast: Cast, sign_in: SignIn, make_family: MakeFamily
) -> None:
    here, there = make_family(), make_family(JATILUWIH)
    sign_in(client, cast.ani)
    assert here.receipt_code in text(client.get(QUEUE))
    assert there.receipt_code not in text(client.get(QUEUE))
    stranger = Client()
    sign_in(stranger, cast.citra)
    assert here.receipt_code not in text(stranger.get(QUEUE))
    assert there.receipt_code in text(stranger.get(QUEUE))


def test_the_queue_opens_where_somebody_is_needed(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily
) -> None:
    sign_in(client, cast.gita)
    done = decided(samsat__cars=1)
    assert done.receipt_code in text(client.get(QUEUE))
    unknown = decided(dtsen__decile=None)
    assert unknown.receipt_code in text(client.get(QUEUE))


def test_each_case_is_in_its_tab_and_names_are_masked(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, make_family: MakeFamily, prepared: MakeBatch
) -> None:
    announced = decided()
    batches.announce_batch(prepared(), decree=factories.DecreeFactory(), by=cast.budi)
    waiting, unknown, done = make_family(), decided(dtsen__decile=None), decided(samsat__cars=1)
    waiting.source_requests.filter(source=Source.PLN).update(state=RequestState.DUE)
    sign_in(client, cast.gita)
    for tab, there in {"menunggu": waiting, "periksa": unknown, "diputus": done, "diumumkan": announced}.items():
        page = text(client.get(QUEUE, {"bagian": tab}))
        shown = {one.pk for one in (announced, waiting, unknown, done) if one.receipt_code in page}
        assert shown == {there.pk}
        assert there.applicant.name not in page
        assert "S**** R****" in page or "W**** R****" in page
    assert "Menunggu PLN" in text(client.get(QUEUE, {"bagian": "menunggu"}))
    assert "Belum bisa menerima" in text(client.get(QUEUE, {"bagian": "diputus"}))


def test_what_is_open_beside_an_announced_programme_needs_checking(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, announce: Announce
) -> None:
    """Sembako asks for a minimum wage nobody has entered; PKH is refused for the decile and announced."""
    Parameter.objects.filter(name=Parameter.Name.MINIMUM_WAGE).delete()
    family = decided(dtsen__decile=5)
    announce("pkh")
    sign_in(client, cast.ani)
    seen = {tab: text(client.get(QUEUE, {"bagian": tab})) for tab in ("periksa", "diputus", "diumumkan")}
    assert [tab for tab, page in seen.items() if family.receipt_code in page] == ["periksa"]


def test_a_face_for_an_officer_is_said(client: Client, cast: Cast, sign_in: SignIn, make_family: MakeFamily) -> None:
    make_family().face_checks.update(state=CheckState.REVIEW)
    sign_in(client, cast.ani)
    assert "Wajah perlu dilihat petugas" in text(client.get(QUEUE))


def test_an_open_case_says_which_source_does_not_know_it(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily
) -> None:
    asked = decided(dtsen__decile=None).source_requests.filter(source=Source.DTSEN)
    decided(samsat__cars=1).source_requests.filter(source=Source.PLN).update(state=RequestState.NOT_FOUND)
    sign_in(client, cast.ani)
    asked.update(state=RequestState.NOT_FOUND)
    assert "Tidak dikenal DTSEN" in text(client.get(QUEUE, {"bagian": "periksa"}))
    asked.update(state=RequestState.DUE)
    assert "Menunggu DTSEN" in text(client.get(QUEUE, {"bagian": "periksa"}))
    assert "Tidak dikenal" not in text(client.get(QUEUE, {"bagian": "diputus"}))


def test_the_queue_narrows_down(client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily) -> None:
    kesilir, lateng = decided(KESILIR), decided(LATENG, dtsen__decile=5)
    sign_in(client, cast.ani)

    def shown(**filters: str) -> set[int]:
        page = text(client.get(QUEUE, {"bagian": "diputus", **filters}))
        return {one.pk for one in (kesilir, lateng) if one.receipt_code in page}

    assert shown() == {kesilir.pk, lateng.pk}
    assert shown(wilayah="35.10.22") == {kesilir.pk}
    assert shown(program="pkh", hasil="not_eligible") == {lateng.pk}
    assert shown(program="sembako", hasil="eligible") == {kesilir.pk, lateng.pk}
    assert shown(wilayah="51.02.08") == shown(hasil="nonsense") == {kesilir.pk, lateng.pk}


def test_the_queue_turns_pages_without_losing_or_repeating_a_case(client: Client, cast: Cast, sign_in: SignIn) -> None:
    made = [factories.ApplicationFactory(submitted=True) for _number in range(60)]
    sign_in(client, cast.ani)
    seen: list[int] = []
    query: dict[str, str] = {}
    for _turn in range(2):
        page = client.get(QUEUE, query).context["page"]
        seen += [row.pk for row in page.rows]
        query = {"sesudah": page.next}
    assert seen == sorted(seen)
    assert set(seen) == set(Application.objects.values_list("pk", flat=True)) >= {one.pk for one in made}
    assert page.next == ""
    back = client.get(QUEUE, {"sebelum": page.previous}).context["page"]
    assert [row.pk for row in back.rows] == seen[:50]
    assert back.previous == ""
    assert [row.pk for row in client.get(QUEUE, {"sesudah": "'; --"}).context["page"].rows] == seen[:50]


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_queue_costs_the_same_for_one_and_for_many(
    client: Client, cast: Cast, sign_in: SignIn, rules: object
) -> None:
    sign_in(client, cast.ani)
    complete_family()
    one = queries(client, QUEUE)
    for _number in range(12):
        complete_family()
    assert queries(client, QUEUE) == one <= 18  # of which 9 say who is there and where they work


# --- batches ----------------------------------------------------------------------------------
def test_the_walk_from_cases_to_places(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, pkh: Programme, banyuwangi: Area
) -> None:
    """Ani prepares and hands over, Budi announces under a decree; both see what they need to see."""
    first, waits = decided(dtsen__decile=1), decided(dtsen__decile=3)
    quota = factories.QuotaFactory(programme=pkh, area=banyuwangi, places=1)
    decree = factories.DecreeFactory(number="188/7/KEP/429.011/2026")
    sign_in(client, cast.ani)
    assert "Program Keluarga Harapan" in text(client.get(LIST))
    response = client.post(reverse("batch-prepare"), {"quota": quota.pk}, follow=True)
    batch = Batch.objects.get()
    assert response.redirect_chain == [(address("detail", batch), 302)]
    assert "Serahkan" in text(response)
    assert "Umumkan</button>" not in text(response)
    assert "Petugas lain bisa mengumumkannya" in text(client.post(address("hand-over", batch), follow=True))
    second = Client()
    sign_in(second, cast.budi)
    page = text(second.get(address("detail", batch)))
    assert "Ani" in page
    assert "188/7/KEP/429.011/2026" in page
    unsure = second.post(address("announce", batch), {"decree": decree.public_id})
    assert "Beri tanda centang dulu." in text(unsure)
    form = {"decree": decree.public_id, "is_sure": "on"}
    done = text(second.post(address("announce", batch), form, follow=True))
    batch.refresh_from_db()
    assert batch.state == BatchState.ANNOUNCED
    assert batch.seed in done
    assert done.index(first.receipt_code) < done.index(waits.receipt_code)
    assert "Daftar tunggu" in done
    assert "Semua keluarga sudah diberi tahu." in done
    assert "Langkah ini belum bisa dilakukan" in text(second.post(address("announce", batch), form))


def test_the_preparer_is_told_why_another_must_announce(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, prepared: MakeBatch
) -> None:
    decided()
    batch, decree = prepared(), factories.DecreeFactory()
    sign_in(client, cast.ani)
    page = client.post(address("announce", batch), {"decree": decree.public_id, "is_sure": "on"})
    assert page.status_code == 200
    assert "Petugas lain yang harus mengumumkan." in text(page)


def test_a_decree_of_elsewhere_is_not_offered(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, prepared: MakeBatch
) -> None:
    decided()
    batch = prepared()
    elsewhere = factories.DecreeFactory(area=factories.area(TABANAN), number="188/99/TABANAN")
    sign_in(client, cast.budi)
    page = text(client.get(address("detail", batch)))
    assert "188/99/TABANAN" not in page
    assert "Belum ada SK yang berlaku" in page
    client.post(address("announce", batch), {"decree": elsewhere.public_id, "is_sure": "on"})
    batch.refresh_from_db()
    assert batch.state == BatchState.PREPARED


def test_a_batch_is_returned_or_cancelled_with_a_reason(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, prepared: MakeBatch
) -> None:
    decided()
    batch = prepared()
    sign_in(client, cast.budi)
    assert client.post(address("return", batch), {"reason": ""}).status_code == 200
    client.post(address("return", batch), {"reason": "Jumlah keliru"})
    batch.refresh_from_db()
    assert batch.state == BatchState.DRAFT
    client.post(address("cancel", batch), {"reason": "Diulang bulan depan"})
    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED


VERBS: dict[str, dict[str, str]] = {
    "hand-over": {},
    "announce": {"is_sure": "on"},
    "return": {"reason": "x"},
    "cancel": {"reason": "x"},
}


@pytest.mark.parametrize(
    ("who", "seen", "done"),
    [("citra", 404, 404), ("dewi", 404, 404), ("eko", 404, 404), ("indah", 404, 404), ("gita", 200, 403),
     ("hadi", 200, 403)],
)  # fmt: skip
def test_strangers_see_no_batch_and_readers_change_none(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, prepared: MakeBatch, who: str, seen: int,
    done: int,
) -> None:  # fmt: skip
    decided()
    batch, decree = prepared(), factories.DecreeFactory()
    tabanan_batch(decided, cast)
    sign_in(client, cast[who])
    assert client.get(address("detail", batch)).status_code == seen
    for verb, form in VERBS.items():
        answer = client.post(address(verb, batch), {**form, "decree": decree.public_id})
        assert answer.status_code == done, verb
    batch.refresh_from_db()
    assert batch.state == BatchState.PREPARED


def tabanan_batch(decided: MakeFamily, cast: Cast) -> Batch:
    """Citra has a batch of her own."""
    programme = Programme.objects.get(code="pkh")
    decided(JATILUWIH)
    factories.QuotaFactory(programme=programme, area=factories.area(TABANAN))
    return batches.prepare_batch(area=factories.area(TABANAN), programme=programme, by=cast.citra)


def test_nobody_prepares_with_the_quota_of_elsewhere(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, pkh: Programme, banyuwangi: Area
) -> None:
    decided()
    quota = factories.QuotaFactory(programme=pkh, area=banyuwangi)
    sign_in(client, cast.citra)
    assert client.post(reverse("batch-prepare"), {"quota": quota.pk}).status_code == 200
    reader = Client()
    sign_in(reader, cast.gita)
    assert reader.post(reverse("batch-prepare"), {"quota": quota.pk}).status_code == 403
    assert not Batch.objects.exists()


def test_the_list_shows_own_batches_only(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, prepared: MakeBatch
) -> None:
    decided()
    batch, other = prepared(), tabanan_batch(decided, cast)
    sign_in(client, cast.gita)
    page = text(client.get(LIST))
    assert batch.reference in page
    assert other.reference not in page
    assert "Siapkan" not in page
    for who in ("dewi", "eko", "indah"):
        stranger = Client()
        sign_in(stranger, cast[who])
        assert stranger.get(LIST).status_code == 403


def test_a_batch_page_costs_little_before_and_after(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, prepared: MakeBatch
) -> None:
    for _number in range(6):
        decided()
    batch = prepared()
    sign_in(client, cast.budi)
    assert queries(client, address("detail", batch)) <= 20  # five say whether anything is in the way
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    assert queries(client, address("detail", batch)) <= 14


def test_an_earlier_order_can_be_looked_at(
    client: Client, cast: Cast, sign_in: SignIn, decided: MakeFamily, prepared: MakeBatch
) -> None:
    decided()
    batch = prepared()
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    batches.rerank(batch, cause="vacancy", reference="SGH-2026-000001", by=cast.budi)
    sign_in(client, cast.ani)
    assert "SGH-2026-000001" in text(client.get(address("detail", batch)))
    assert "Sudah diganti urutan baru" in text(client.get(address("detail", batch), {"urutan": "1"}))
    assert client.get(address("detail", batch), {"urutan": "x"}).status_code == 200
