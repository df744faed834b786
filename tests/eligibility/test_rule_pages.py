"""The pages of rules: who opens them, the walk from a text to a version in force, two people at one text."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eligibility.models import Programme, RuleDraft, RuleSet
from perlinsos.accounts.enums import Role
from perlinsos.decrees.models import DecreeKind
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.conftest import SignIn
from tests.eligibility.documents import small
from tests.eligibility.proposals import text as rules_text
from tests.factories.base import SINCE

pytestmark = pytest.mark.django_db

LIST = reverse("rule-list")


@pytest.fixture
def programme() -> Programme:
    version = factories.RuleSetFactory(
        programme=factories.ProgrammeFactory(code="uji", name="Program Uji"), version="2026-1", document=small()
    )
    return version.programme


@pytest.fixture
def nusa(client: Client, sign_in: SignIn) -> Client:
    sign_in(client, factories.staff("Nusa", Role.POLICY, ""))
    return client


@pytest.fixture
def tara(sign_in: SignIn) -> Client:
    client = Client()
    sign_in(client, factories.staff("Tara", Role.POLICY, ""))
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def address(verb: str, draft: RuleDraft) -> str:
    return reverse(f"draft-{verb}", args=[draft.public_id])


@pytest.mark.parametrize(
    ("who", "status"), [("ani", 200), ("dewi", 200), ("gita", 200), ("hadi", 200), ("eko", 403), ("indah", 403)]
)
def test_who_reads_rules_and_who_sees_drafts(
    client: Client, cast: Cast, sign_in: SignIn, programme: Programme, who: str, status: int
) -> None:
    draft = factories.RuleDraftFactory(programme=programme, title="Rahasia meja")
    sign_in(client, cast[who])
    for name, args in (("rule-list", []), ("rule-programme", ["uji"]), ("rule-version", ["uji", "2026-1"]),
                       ("rule-compare", ["uji"])):  # fmt: skip
        page = client.get(reverse(name, args=args))
        assert page.status_code == status, name
        assert "Rahasia meja" not in text(page)
    assert client.get(address("detail", draft)).status_code == 404
    assert client.post(address("replay", draft)).status_code == 404
    assert client.post(reverse("draft-start", args=["uji"]), {"title": "x"}).status_code == 403


def test_policy_staff_of_a_regency_write_no_rules_of_the_nation(
    client: Client, sign_in: SignIn, programme: Programme
) -> None:
    sign_in(client, factories.staff("Wangi", Role.POLICY, BANYUWANGI))
    assert client.get(reverse("home"))["Location"] == LIST
    page = client.get(reverse("rule-programme", args=["uji"]))
    assert "Tulis versi baru" not in text(page)
    assert client.post(reverse("draft-start", args=["uji"]), {"title": "x"}).status_code == 403


def test_the_walk_from_a_text_to_a_scheduled_version(nusa: Client, tara: Client, programme: Programme) -> None:
    decree = factories.DecreeFactory(kind=DecreeKind.RULES, area=None)
    started = nusa.post(reverse("draft-start", args=["uji"]), {"title": "Batas daya", "base": "2026-1"})
    draft = RuleDraft.objects.get()
    assert started["Location"] == address("edit", draft)
    wrong = draft.text.replace("pln.power_va", "pln.voltage").replace("Pasal 1", '""')
    page = nusa.post(address("edit", draft), {"text": wrong, "edition": 1}, follow=True)
    assert "“pln.voltage” bukan data dalam katalog." in text(page)
    assert "Dasar hukum aturan ini harus disebut" in text(page)
    assert re.search(r"Baris \d+, kolom \d+:", text(page))
    good = rules_text(parameters={"power_limit_va": {"unit": "VA", "default": 2200, "regional": True}})
    nusa.post(address("edit", draft), {"text": good.replace("\n", "\r\n"), "edition": 2})
    draft.refresh_from_db()
    assert draft.text == good
    page = nusa.get(address("detail", draft))
    assert "Batas daya listrik rumah naik dari 1.300 VA menjadi 2.200 VA." in text(page)
    page = nusa.post(address("propose", draft), {"edition": 3, "unsimulated_reason": "uji"})
    assert "Coba dulu teks ini pada keluarga acuan." in text(page)
    nusa.post(address("replay", draft))
    page = nusa.post(address("propose", draft), {"edition": 3, "unsimulated_reason": "uji"})
    assert "Tidak ada keluarga acuan yang mengharapkan sesuatu dari aturan ini." in text(page)
    nusa.post(address("propose", draft), {"edition": 3, "golden_reason": "belum ada", "unsimulated_reason": "uji"})
    assert "Petugas lain yang harus menetapkan" in text(nusa.get(address("detail", draft)))
    seen = tara.get(address("detail", draft)).context["enact_form"]
    form = {name: seen[name].value() for name in ("edition", "proposed_at")}
    form |= {"decree": decree.public_id, "is_sure": "on"}
    assert "Petugas lain yang harus menetapkan" in text(nusa.post(address("enact", draft), form))
    assert tara.post(address("enact", draft), form)["Location"] == reverse("rule-programme", args=["uji"])
    assert "menetapkannya lebih dulu" in text(tara.post(address("enact", draft), form))
    assert RuleSet.objects.scheduled().get().version == "2027-1"
    assert "Terjadwal" in text(tara.get(reverse("rule-programme", args=["uji"])))


def test_of_two_at_one_text_the_second_sees_both_and_keeps_their_own(
    nusa: Client, tara: Client, programme: Programme
) -> None:
    draft = factories.RuleDraftFactory(programme=programme, text="")
    nusa.post(address("edit", draft), {"text": "versi: dari Nusa", "edition": 1})
    page = text(tara.post(address("edit", draft), {"text": "versi: dari Tara", "edition": 1}))
    assert "Orang lain menyimpan rancangan ini saat Anda menulis." in page
    assert "-versi: dari Nusa" in page
    assert "+versi: dari Tara" in page
    assert 'name="edition" value="2"' in page
    tara.post(address("edit", draft), {"text": "versi: dari Tara", "edition": 2})
    draft.refresh_from_db()
    assert draft.text == "versi: dari Tara"
    assert draft.editions.filter(text="versi: dari Nusa").exists()


def test_an_earlier_version_is_brought_back_as_a_draft(nusa: Client, programme: Programme) -> None:
    today = timezone.localdate()
    RuleSet.objects.update(valid_during=(SINCE, today))
    day = today + timedelta(days=3)
    form = {"version": "2027-2", "first_day_day": day.day, "first_day_month": day.month, "first_day_year": day.year}
    page = nusa.post(reverse("rule-revert", args=["uji", "2026-1"]), form)
    draft = RuleDraft.objects.get()
    assert page["Location"] == address("detail", draft)
    assert (draft.is_revert, draft.title) == (True, "Kembali ke aturan 2026-1")
    assert "Teks ini terbaca sebagai aturan" in text(nusa.get(address("detail", draft)))


def test_a_proposal_is_returned_with_a_reason(nusa: Client, tara: Client, programme: Programme) -> None:
    draft = factories.RuleDraftFactory(programme=programme, proposed=True)
    assert "belum diisi" in text(tara.post(address("reject", draft), {"reason": ""}))
    tara.post(address("return", draft), {"reason": "Periksa lagi"})
    draft.refresh_from_db()
    assert draft.state == "draft"
    nusa.post(address("give-up", draft), {"reason": "Batal"})
    draft.refresh_from_db()
    assert draft.state == "withdrawn"


def test_the_list_costs_the_same_with_many_programmes(nusa: Client, programme: Programme) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert nusa.get(LIST).status_code == 200
        return len(queries)

    cost()
    first = cost()
    for number in range(5):
        other = factories.ProgrammeFactory(code=f"uji-{number}")
        factories.RuleSetFactory(programme=other, document=small())
        factories.RuleDraftFactory(programme=other)
    assert cost() == first <= 12


UNREADABLE = [
    "a: &x {b: *x}",
    "!!timestamp x",
    "a: " + "[" * 300,
    "a: \x07",
    "b: &b [*a]\na: &a [*b, *b]",
    "a: 1\na: 2",
]


@pytest.mark.parametrize("typed", UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_draft_whose_text_cannot_be_read_opens_and_can_be_mended_or_given_up(
    nusa: Client, programme: Programme, typed: str
) -> None:
    """The text is kept before anybody reads it, so its pages must open whatever it is."""
    draft = factories.RuleDraftFactory(programme=programme)
    nusa.post(address("edit", draft), {"text": typed, "edition": draft.edition})
    for verb in ("edit", "detail"):
        page = nusa.get(address(verb, draft))
        assert page.status_code == 200
        assert re.search(r"Baris \d+, kolom \d+:", text(page)), verb
    draft.refresh_from_db()
    nusa.post(address("edit", draft), {"text": rules_text(), "edition": draft.edition})
    assert not re.search(r"Baris \d+, kolom \d+:", text(nusa.get(address("edit", draft))))
    other = factories.RuleDraftFactory(programme=programme, text=typed)  # kept before such a text was refused
    assert nusa.get(address("edit", other)).status_code == 200
    nusa.post(address("give-up", other), {"reason": "Salah ketik"})
    other.refresh_from_db()
    assert other.state == "withdrawn"


def test_a_version_too_long_for_its_column_is_refused_before_anybody_enacts_it(
    nusa: Client, programme: Programme
) -> None:
    draft = factories.RuleDraftFactory(programme=programme, text=rules_text(version="v" * 21))
    page = text(nusa.get(address("edit", draft)))
    assert "Teks lebih panjang dari 20 huruf." in page
