"""Golden families: what ships is right for the rules that ship, and rules that answer otherwise are found."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from eligibility import golden
from eligibility.models import GoldenFamily
from eligibility.rules.document import RuleDocument, parse
from eligibility.rules.golden import GoldenCase, differences
from eligibility.rules.golden_reading import read_families
from tests.eligibility.documents import RULESETS
from tests.support.rules import load_shipped_rules

FILES = sorted((Path(golden.__file__).parent / "golden_families").glob("*.yaml"))


def shipped() -> list[GoldenCase]:
    return [case for file in FILES for _data, case in read_families(file.read_text())]


def rules() -> list[RuleDocument]:
    return [parse(yaml.safe_load(file.read_text())) for file in sorted(RULESETS.glob("*.yaml"))]


def newest() -> dict[str, RuleDocument]:
    """The last version of each programme."""
    return {document.programme: document for document in sorted(rules(), key=lambda one: one.valid_from)}


def test_the_newest_shipped_rules_answer_every_golden_family_as_agreed() -> None:
    families = shipped()
    found = [
        f"{one.programme} {one.family.code} {one.fields}: expected {one.expected}, got {one.got}"
        for document in newest().values()
        for one in differences(document, families)
    ]
    assert found == []


def test_older_rules_answer_the_families_of_their_days() -> None:
    of_the_past = [family for family in shipped() if family.rules_of]
    assert [one for document in rules() for one in differences(document, of_the_past)] == []


@pytest.mark.django_db
def test_a_draft_is_tried_on_the_families_in_the_database() -> None:
    load_shipped_rules()
    call_command("load_golden_families", verbosity=0)
    assert GoldenFamily.objects.count() == len(shipped())
    pkh = newest()["pkh"]
    assert golden.replay(pkh, programme="pkh") == []
    draft = replace(pkh, amount=replace(pkh.amount, picking="listed"))
    found = golden.replay(draft, programme="pkh")
    assert "pak-sugeng-lima-komponen" in [one.family.code for one in found]
    first = next(one for one in found if one.family.code == "pak-sugeng-lima-komponen")
    assert (first.expected.rupiah_per_year, first.got.rupiah_per_year) == (10_400_000, 8_900_000)
    assert set(first.fields) == {"rupiah_per_year", "components"}
    assert first.trace[0].text_id.startswith("Keluarga Anda tercatat di desil 2")
