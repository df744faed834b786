"""Programmes beside each other: new ones without code, where they run, and which one excludes which."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from eligibility.models import Determination, Programme, RuleSet
from eligibility.replaying import replay
from eligibility.rules.catalogue import CATALOGUE
from eligibility.rules.document import parse
from eligibility.rules.evaluate import FactValue, evaluate
from eligibility.rules.spelling import as_text
from eligibility.services import decisions
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area
from tests.cast import BANYUWANGI, KESILIR, TABANAN
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily
from tests.eligibility.documents import RULESETS, UMK, data, family, small
from tests.support.rules import begin_all

WORDS = dict.fromkeys(("rule", "met", "not_met", "unknown"), "Teks.")
BLOCKED = {"programme": "pkh", "blocks": True, "legal": "Pasal 2", "text": {"id": WORDS, "en": WORDS}}


def load(folder: Path, **changes: Any) -> None:
    path = folder / "rules.yaml"
    path.write_text(as_text(small(**changes)))
    call_command("load_rulesets", str(path), verbosity=0)
    begin_all()


def outcomes(application: Application) -> dict[str, str]:
    rows = Determination.objects.current().filter(application=application).select_related("programme")
    assert all(replay(row) for row in rows)
    return {row.programme.code: row.outcome for row in rows}


@pytest.mark.django_db
def test_a_new_programme_needs_a_file_and_no_code(
    tmp_path: Path, make_family: MakeFamily, worker: User, client: Client, sign_in: SignIn
) -> None:
    load(tmp_path)
    application = make_family()
    decisions.decide_application(application, by=worker)
    assert outcomes(application) == {"pkh": "eligible", "sembako": "eligible", "uji": "eligible"}
    sign_in(client, application.owner)
    page = client.get(reverse("application-status", args=[application.public_id])).content.decode()
    assert "Program Uji" in page
    assert "Rp1.200.000" in page


@pytest.mark.django_db
def test_a_programme_runs_where_it_is_switched_on(make_family: MakeFamily, worker: User) -> None:
    Programme.objects.filter(code__in=["kis-pbi-daerah", "pbi-jk"]).update(is_active=True)
    assert set(Programme.objects.running_in("51.02.01.2001").values_list("code", flat=True)) == {
        "pkh", "sembako", "pbi-jk", "kis-pbi-daerah",
    }  # fmt: skip
    application = make_family(KESILIR)
    decisions.decide_application(application, by=worker)
    assert outcomes(application) == {"pkh": "eligible", "sembako": "eligible", "pbi-jk": "eligible"}
    Programme.objects.get(code="pbi-jk").areas.set([Area.objects.get(pk=TABANAN)])
    assert not Programme.objects.running_in(KESILIR).filter(code="pbi-jk").exists()
    assert Programme.objects.running_in(TABANAN).filter(code="pbi-jk").exists()
    assert BANYUWANGI in Programme.objects.get(code="pangan-apbd").areas.values_list("code", flat=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "pkh", "uji"),
    [
        ({}, "eligible", "not_eligible"),
        ({"samsat.cars": 1}, "not_eligible", "eligible"),
        ({"dtsen.decile": None}, "undecided", "undecided"),
        ({"dtsen.decile": None, "pln.power_va": 2200}, "not_eligible", "not_eligible"),
    ],
)
def test_one_programme_blocks_another(
    tmp_path: Path, make_family: MakeFamily, worker: User, facts: dict[str, Any], pkh: str, uji: str
) -> None:
    application = make_family(**{name.replace(".", "__"): value for name, value in facts.items()})
    load(tmp_path, overlaps=[BLOCKED])
    decisions.decide_application(application, by=worker)
    found = outcomes(application)
    assert (found["pkh"], found["uji"]) == (pkh, uji)
    assert decisions.decide_application(application, by=worker) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"overlaps": [{**BLOCKED, "programme": "pkhh"}]}, "menyebut “programme.pkhh” yang tidak dikenal"),
        (
            {"overlaps": [{**BLOCKED, "component": "x"}]},
            "menyebut “programme.pkh.x”, komponen yang tidak ada",
        ),
        ({"programme": {"code": "uji", "name": "Uji", "areas": ["99.99"]}}, "Tidak ada wilayah dengan kode 99.99"),
    ],
)
def test_a_table_that_names_nothing_is_refused(
    tmp_path: Path, rules: dict[str, Programme], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        load(tmp_path, **changes)
    assert not RuleSet.objects.filter(programme__code="uji").exists()


@pytest.mark.django_db
def test_programmes_never_exclude_each_other_in_a_circle(tmp_path: Path, rules: dict[str, Programme]) -> None:
    load(tmp_path)
    other = {"programme": {"code": "lain", "name": "Lain"}, "overlaps": [{**BLOCKED, "programme": "uji"}]}
    load(tmp_path, **other)
    following = {"version": "2027-1", "valid": {"from": "2027-01-01", "until": None}}
    with pytest.raises(CommandError, match="tidak boleh saling menghalangi berputar"):
        load(tmp_path, **following, overlaps=[{**BLOCKED, "programme": "lain"}])


# --- the shipped documents, without a database ----------------------------------------------------
@pytest.mark.parametrize(
    ("name", "fact", "outcomes_by_value"),
    [
        ("bst-2021-1", "programme.pkh", {True: "not_eligible", False: "eligible", None: "undecided"}),
        (
            "paket-nutrisi-2020-1",
            "programme.pkh.pregnancy",
            {True: "not_eligible", False: "eligible", None: "undecided"},
        ),
        ("pangan-apbd-2020-1", "programme.pkh", {True: "eligible", False: "eligible", None: "eligible"}),
        ("kis-pbi-daerah-2026-1", "programme.pbi-jk", {True: "not_eligible", False: "eligible", None: "undecided"}),
    ],
)  # fmt: skip
def test_the_table_of_overlaps(name: str, fact: str, outcomes_by_value: dict[bool | None, str]) -> None:
    """Smart Kampung 2020: PKH for pregnancy blocks the nutrition package, PKH blocks BST, not the food package."""
    document = parse(data(name))
    for value, outcome in outcomes_by_value.items():
        known = {fact: FactValue(value)} if value is not None else {}
        assert evaluate(document, family(citizen__pregnant=1) | known, UMK).outcome == outcome


def test_sembako_reached_decile_four_and_then_five() -> None:
    earlier, later = parse(data("sembako-2025-1")), parse(data("sembako-2026-1"))
    assert earlier.valid_until == later.valid_from
    assert evaluate(earlier, family(dtsen__decile=4), UMK).outcome == "eligible"
    assert evaluate(earlier, family(dtsen__decile=5), UMK).outcome == "not_eligible"
    assert evaluate(later, family(dtsen__decile=5), UMK).outcome == "eligible"


@pytest.mark.parametrize("name", ["pkh-2026-2", "sembako-2026-2"])
def test_each_of_the_15_excluded_groups_excludes(name: str) -> None:
    """Kepmensos 73/2024. What only an officer can note counts where it is noted, and blocks nobody otherwise."""
    document = parse(data(name))
    cited = [re.findall(r"nomor (\d+)(?: dan (\d+))?\b", criterion.legal) for criterion in document.criteria]
    numbers = {int(number) for found in cited for pair in found for number in pair if number}
    assert numbers >= set(range(1, 16))
    noted = [criterion for criterion in document.criteria if criterion.only_on_record]
    assert len(noted) == 9
    assert evaluate(document, family(), UMK).outcome == "eligible"
    for criterion in noted:
        (fact,) = criterion.facts
        for value, outcome in ((1, "not_eligible"), (0, "eligible")):
            found = bool(value) if CATALOGUE[fact].is_flag else value
            verdict = evaluate(document, family() | {fact: FactValue(found)}, UMK)
            assert verdict.outcome == outcome, criterion.name


SLIPS = re.compile(r"\bno an?\b|\bis (members|recipients)\b|tidak menemukan .* tidak ditemukan", re.IGNORECASE)


@pytest.mark.parametrize("name", sorted(path.stem for path in RULESETS.glob("*.yaml")))
def test_no_sentence_for_families_stumbles(name: str) -> None:
    """Sentences made from one pattern for several criteria once read “found no a family”."""
    said = [
        getattr(text, field.name)
        for criterion in parse(data(name)).criteria
        for text in criterion.texts.values()
        for field in fields(text)
    ]
    assert [sentence for sentence in said if SLIPS.search(sentence)] == []


def test_health_insurance_is_paid_for_every_member() -> None:
    verdict = evaluate(parse(data("pbi-jk-2026-1")), family(dukcapil__family_size=5), UMK)
    assert verdict.amount_per_year == 5 * 12 * 42_000
