"""Golden families are no one person's to bend: who may change them, and what the second officer reads about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from eligibility import golden
from eligibility.golden_words import lines
from eligibility.models import GoldenFamily, Programme, RuleDraft
from eligibility.rules.document import parse
from eligibility.services import drafts
from eligibility.services.goldens import (
    add_golden_family,
    change_golden_family,
    restore_golden_family,
    retire_golden_family,
)
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.decrees.models import Decree
from tests import factories
from tests.cast import BANYUWANGI, TABANAN
from tests.conftest import SignIn
from tests.eligibility.documents import data, small
from tests.eligibility.proposals import TOMORROW, WHY, code_of, enact, propose, text, written

pytestmark = pytest.mark.django_db
TERMS = (
    "tahun menerima (0: tanpa batas): 5, diperiksa ulang setelah sekian bulan: 24, "
    "boleh kembali setelah sekian tahun: 2"
)
UNSIMULATED = {"unsimulated_reason": "Hanya uji"}


def family(code: str = "bu-uji", power: int = 900, programme: str = "uji", outcome: str = "eligible") -> dict[str, Any]:
    answer: dict[str, Any] = {"outcome": outcome}
    answer |= {"rupiah_per_year": 1_200_000} if outcome == "eligible" else {"because": ["power"]}
    return {
        "code": code,
        "name": f"Keluarga {code}",
        "story": "Untuk diuji.",
        "facts": {"pln.power_va": power},
        "expected": {programme: answer},
    }


def page_of(client: Client, draft: RuleDraft) -> str:
    return " ".join(client.get(reverse("draft-detail", args=[draft.public_id])).content.decode().split())


# --- who may --------------------------------------------------------------------------------------
@pytest.fixture
def wangi() -> User:
    return factories.staff("Wangi", Role.POLICY, BANYUWANGI)


@pytest.fixture
def local() -> Programme:
    """Runs in Banyuwangi only."""
    programme = factories.ProgrammeFactory(code="lokal", name="Program Lokal")
    programme.areas.set([factories.area(BANYUWANGI)])
    document = small(programme={"code": "lokal", "name": "Program Lokal"})
    factories.RuleSetFactory(programme=programme, version="2026-1", document=document)
    return programme


def test_families_of_a_programme_are_for_who_may_write_its_rules(
    programme: Programme, local: Programme, nusa: User, wangi: User
) -> None:
    of_nation, of_both = add_golden_family(family(), by=nusa), family("bu-dua")
    of_both["expected"] |= family(programme="lokal")["expected"]
    own = add_golden_family(family("bu-lokal", programme="lokal"), by=wangi)
    attempts: list[Callable[[User], Any]] = [
        lambda by: add_golden_family(family("bu-lain"), by=by),
        lambda by: add_golden_family(of_both, by=by),
        lambda by: change_golden_family(of_nation, {**family(), "name": "Lain"}, by=by),
        lambda by: change_golden_family(of_nation, {**family(programme="lokal"), "code": "bu-uji"}, by=by),
        lambda by: change_golden_family(own, {**of_both, "code": "bu-lokal"}, by=by),
        lambda by: retire_golden_family(of_nation, by=by),
        lambda by: restore_golden_family(of_nation, by=by),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt(wangi)
    elsewhere = factories.staff("Bali", Role.POLICY, TABANAN)
    with pytest.raises(PermissionDenied):
        retire_golden_family(own, by=elsewhere)
    retire_golden_family(own, by=wangi)
    assert GoldenFamily.objects.in_use().get() == of_nation


def test_the_administration_says_that_a_family_is_about_a_programme_elsewhere(
    client: Client, sign_in: SignIn, programme: Programme, local: Programme, nusa: User, wangi: User
) -> None:
    row = add_golden_family(family(), by=nusa)
    sign_in(client, wangi)
    address = reverse("admin:eligibility_goldenfamily_change", args=[row.pk])
    form = client.get(address).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, "")} | {"name": "Nama lain"}
    answer = client.post(address, sent)
    assert "program yang berjalan di luar wilayah Anda" in str(answer.context["adminform"].form.errors)
    changelist = reverse("admin:eligibility_goldenfamily_changelist")
    page = client.post(changelist, {"action": "retire", "_selected_action": [row.pk]}, follow=True)
    assert "program yang berjalan di luar wilayah Anda" in page.content.decode()
    row.refresh_from_db()
    assert (row.name, row.retired_at) == ("Keluarga bu-uji", None)


# --- none, and touched since ----------------------------------------------------------------------
def test_rules_that_nobody_is_tried_on_need_a_reason(programme: Programme, nusa: User) -> None:
    draft = written(programme, nusa)
    assert code_of(lambda: propose(draft, nusa, **UNSIMULATED)) == "golden_none"
    add_golden_family(family(), by=nusa)
    drafts.replay_draft(draft, by=nusa)
    assert propose(draft, nusa, **UNSIMULATED).golden_reason == ""


def test_what_was_done_to_golden_families_is_kept_with_the_proposal_and_read(
    client: Client, sign_in: SignIn, programme: Programme, local: Programme, worker: User, nusa: User, tara: User
) -> None:
    add_golden_family(family("bu-lama"), by=worker)
    mine = add_golden_family(family(power=2200), by=tara)
    add_golden_family(family("bu-lokal", programme="lokal"), by=nusa)
    change_golden_family(mine, family(power=2200, outcome="not_eligible"), by=nusa)
    moved = add_golden_family(family("bu-pindah"), by=tara)
    change_golden_family(moved, family("bu-pindah", programme="lokal"), by=tara)
    retire_golden_family(mine, by=nusa)
    draft = propose(written(programme, nusa), nusa, **UNSIMULATED)
    assert [(one["code"], one["action"], one["by"]) for one in draft.golden_changes] == [
        ("bu-lama", "added", worker.pk), ("bu-uji", "added", tara.pk), ("bu-uji", "changed", nusa.pk),
        ("bu-pindah", "added", tara.pk), ("bu-pindah", "changed", tara.pk), ("bu-uji", "retired", nusa.pk),
    ]  # fmt: skip
    sign_in(client, tara)
    page = page_of(client, draft)
    assert "uji: outcome eligible, rupiah_per_year 1200000 → because power, outcome not_eligible" in page
    assert page.count("mengusulkan atau ikut menulis aturan ini") == 2
    assert "1 keluarga acuan datang bersama portal sejak itu." in page
    assert "Keluarga bu-lokal" not in page


def test_changes_that_an_enactment_showed_are_not_shown_again(
    programme: Programme, nusa: User, tara: User, decree: Decree
) -> None:
    add_golden_family(family(), by=nusa)
    enact(propose(written(programme, nusa), nusa, **UNSIMULATED), decree, tara)
    retire_golden_family(GoldenFamily.objects.get(), by=nusa)
    later = written(programme, nusa, text("2027-2", TOMORROW + timedelta(days=30)))
    assert [one["action"] for one in propose(later, nusa).golden_changes] == ["retired"]


@pytest.mark.parametrize("is_harmless", [True, False])
def test_families_touched_after_the_proposal_are_read_before_it_is_enacted(
    client: Client,
    sign_in: SignIn,
    programme: Programme,
    nusa: User,
    tara: User,
    decree: Decree,
    is_harmless: bool,
) -> None:
    """A reason that was given for one difference does not cover the next one."""
    row = add_golden_family(family(power=2200), by=nusa)
    draft = propose(written(programme, nusa), nusa, **WHY)
    assert [one["code"] for one in draft.tried.differing] == ["bu-uji"]
    if is_harmless:
        change_golden_family(row, {**golden.data_of(row), "story": "Cerita lain."}, by=nusa)
    else:
        add_golden_family(family("bu-dua", power=900, outcome="not_eligible"), by=nusa)
        assert len(drafts.replay_draft(draft, by=nusa).differing) == 2
    assert code_of(lambda: enact(draft, decree, tara)) == "golden_changed"
    sign_in(client, tara)
    assert "Keluarga acuan diubah sejak usulan ini dibuat" in page_of(client, draft)
    again = drafts.return_draft(draft, reason="Keluarga acuan berubah", by=tara)
    drafts.replay_draft(again, by=nusa)
    assert code_of(lambda: propose(again, nusa, **UNSIMULATED)) == "golden_differs"
    assert enact(propose(again, nusa), decree, tara).rule_set is not None


def test_families_of_other_programmes_hold_nothing_up(
    programme: Programme, local: Programme, nusa: User, tara: User, decree: Decree
) -> None:
    draft = propose(written(programme, nusa), nusa)
    add_golden_family(family("bu-lokal", programme="lokal"), by=nusa)
    assert enact(draft, decree, tara).rule_set is not None


# --- what they differ in --------------------------------------------------------------------------
def test_the_approver_reads_what_a_family_differs_in(
    client: Client, sign_in: SignIn, programme: Programme, nusa: User, tara: User
) -> None:
    """The outcome and the money are as agreed; the place in the order is not."""
    agreed = family()
    agreed["facts"]["dtsen.decile"] = 2
    agreed["expected"]["uji"]["need_score"] = 2000
    add_golden_family(agreed, by=nusa)
    need = {"fact": "dtsen.decile", "scale": 1000, "base": 500, "eased_by": []}
    draft = propose(written(programme, nusa, text(need=need)), nusa)
    assert draft.tried is not None
    assert [one["fields"] for one in draft.tried.differing] == [["need_score"]]
    sign_in(client, tara)
    page = page_of(client, draft)
    assert "urutan kebutuhan (yang lebih kecil didahulukan): disepakati 2.000; menurut teks ini 2.500." in page
    assert "hasil: disepakati" not in page


def test_criteria_members_and_terms_are_told_in_words() -> None:
    document = parse(data("pkh-2026-2"))
    told = lines(
        {
            "fields": ["outcome", "because", "components", "terms"],
            "expected": {
                "outcome": "eligible",
                "because": [],
                "components": {"elderly": 1, "primary": None},
                "terms": {"years": 5, "recertify_months": 24, "reapply_after_years": 2},
            },
            "got": {"outcome": "not_eligible", "because": ["decile"], "components": {}, "terms": None},
        },
        document,
    )
    assert [(str(what), agreed, got) for what, agreed, got in told] == [
        ("hasil", "Memenuhi syarat", "Belum bisa menerima"),
        ("kriteria yang menentukan", "–", "Keluarga termasuk desil 1 sampai …."),
        ("anggota yang dihitung", "Lansia: 1, Murid SD: belum diketahui", "–"),
        ("ketentuan", TERMS, "–"),
    ]
