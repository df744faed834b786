"""Golden families between the files, the server and rules that are only a draft yet."""

from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from eligibility import golden
from eligibility.models import GoldenFamily, Programme
from eligibility.rules.golden_reading import read_families
from eligibility.rules.reading import DocumentError
from eligibility.services import drafts
from eligibility.services.goldens import add_golden_family, change_golden_family, retire_golden_family
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from tests import factories
from tests.cast import BANYUWANGI
from tests.conftest import SignIn
from tests.eligibility.documents import small
from tests.eligibility.proposals import text, written

pytestmark = pytest.mark.django_db
CHECKED: dict[str, Any] = {
    "code": "bu-tanah", "name": "Keluarga Bu Tanah", "story": "Tanah 2.000 m².", "facts": {"bpn.land_m2": 2000},
    "expected": {"uji": {"outcome": "not_eligible", "because": ["land"]}},
}  # fmt: skip


def with_land(**changes: Any) -> str:
    """The small rules with a criterion that no version has."""
    land = {**deepcopy(small()["criteria"][0]), "id": "land", "test": {"fact": "bpn.land_m2", "le": 1000}}
    return text(criteria=[*small()["criteria"], land], **changes)


# --- what only a draft knows ----------------------------------------------------------------------
def test_a_family_may_expect_what_an_open_draft_knows(programme: Programme, nusa: User) -> None:
    with pytest.raises(DocumentError, match="expected.uji.because"):
        add_golden_family(CHECKED, by=nusa)
    begun = drafts.start_draft(programme, title="Tanah", base=None, by=nusa)
    draft = drafts.save_text(begun, text="criteria: [belum", edition=1, by=nusa)
    with pytest.raises(DocumentError, match="expected.uji.because"):
        add_golden_family(CHECKED, by=nusa)
    draft = drafts.save_text(draft, text=with_land(), edition=2, by=nusa)
    row = add_golden_family(CHECKED, by=nusa)
    assert drafts.replay_draft(draft, by=nusa).differing == []
    drafts.give_up_draft(draft, reason="Batal", by=nusa)
    with pytest.raises(DocumentError, match="expected.uji.because"):
        change_golden_family(row, {**CHECKED, "name": "Lain"}, by=nusa)


def test_a_programme_without_rules_has_its_families_before_them(client: Client, sign_in: SignIn, nusa: User) -> None:
    programme = factories.ProgrammeFactory(code="uji", name="Program Uji")
    written(programme, nusa, with_land())
    add_golden_family(CHECKED, by=nusa)
    sign_in(client, nusa)
    page = client.get(reverse("admin:eligibility_goldenfamily_add"))
    assert "answer__uji__because" in page.context["adminform"].form.fields


def test_a_draft_shows_nothing_to_who_may_not_read_it(programme: Programme, nusa: User) -> None:
    """The form of a regency's policy staff names no criteria of a national draft."""
    written(programme, nusa, with_land())
    wangi = factories.staff("Wangi", Role.POLICY, BANYUWANGI)
    names = [
        {one.name for document in golden.known_rules(by)["uji"] for one in document.criteria} for by in (nusa, wangi)
    ]
    assert ["land" in found for found in names] == [True, False]


# --- what the rules in force make of one ----------------------------------------------------------
def test_the_administration_says_what_the_rules_in_force_make_of_a_family(
    client: Client, sign_in: SignIn, programme: Programme, nusa: User
) -> None:
    sign_in(client, nusa)
    sent = {
        "code": "bu-daya", "name": "Keluarga Bu Daya", "story": "Daya 2.200.", "fact__pln__power_va": "2200",
        "answer__uji__outcome": "eligible", "answer__uji__rupiah_per_year": "1200000",
    }  # fmt: skip
    page = client.post(reverse("admin:eligibility_goldenfamily_add"), sent, follow=True).content.decode()
    differs = "uji 2026-1: hasil: disepakati Memenuhi syarat; menurut aturan itu Belum bisa menerima."
    assert differs in page
    row = GoldenFamily.objects.get()
    address = reverse("admin:eligibility_goldenfamily_change", args=[row.pk])
    assert differs in client.get(address).content.decode()
    right = {**golden.data_of(row), "expected": {"uji": {"outcome": "not_eligible", "because": ["power"]}}}
    change_golden_family(row, right, by=nusa)
    assert "uji 2026-1: sesuai yang disepakati." in client.get(address).content.decode()
    GoldenFamily.objects.update(facts={"pln.lama": 1})
    assert "Keluarga ini tidak terbaca lagi." in client.get(address).content.decode()


# --- files ----------------------------------------------------------------------------------------
def test_families_of_a_server_come_back_as_a_file(rules: object, tmp_path: Path) -> None:
    call_command("load_golden_families", verbosity=0)
    file, printed = tmp_path / "families.yaml", StringIO()
    call_command("export_golden_families", to=file)
    call_command("export_golden_families", stdout=printed)
    read = {case.code: case for _data, case in read_families(file.read_text(encoding="utf-8"))}
    assert read == {row.code: golden.case_of(row) for row in GoldenFamily.objects.all()}
    assert printed.getvalue().strip() == file.read_text(encoding="utf-8").strip()


def test_what_is_not_as_in_the_files_is_named_and_fails(rules: object, worker: User) -> None:
    call_command("load_golden_families", verbosity=0)
    told = StringIO()
    call_command("export_golden_families", check=True, stdout=told)
    assert told.getvalue().strip() == "as in the shipped files"
    changed, retired = GoldenFamily.objects.order_by("code")[:2]
    change_golden_family(changed, {**golden.data_of(changed), "story": "Cerita lain."}, by=worker)
    retire_golden_family(retired, by=worker)
    new = {"expected": {"sembako": {"outcome": "not_eligible", "because": ["decile"]}}, "facts": {"dtsen.decile": 9}}
    add_golden_family({**CHECKED, **new}, by=worker)
    told = StringIO()
    with pytest.raises(CommandError, match="3 golden families are not as in the shipped files"):
        call_command("export_golden_families", check=True, stdout=told)
    assert set(told.getvalue().splitlines()) == {
        f"{changed.code}: differs in story", f"{retired.code}: only in the files, or retired", "bu-tanah: only here",
    }  # fmt: skip
