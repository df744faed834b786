"""Documents that name files, commands and words are held to what is there."""

import re
import tomllib
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.utils import translation

from eligibility.rules.catalogue import CATALOGUE, Sensitivity
from launcher.cli import COMMANDS, HELP
from perlinsos.accounts.enums import Role
from perlinsos.settings.base import VERSION
from tests.support.code import ROOT, name_of, tracked
from verification.enums import Source

DOCUMENTS = [file for file in tracked() if file.suffix == ".md"]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    targets = [target for target in LINK.findall(document.read_text()) if "://" not in target]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_named_commands_exist(document: Path) -> None:
    named = set(re.findall(r"\./portal ([a-z]+)(?: ([a-z_]+))?", document.read_text()))
    known = {*COMMANDS, *re.findall(r"\./portal (\w+)", HELP), "help"}
    assert {command for command, _argument in named} <= known
    asked = {argument for command, argument in named if command == "manage" and argument}
    assert asked <= set(get_commands())


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_named_files_exist(document: Path) -> None:
    folders = r"(?:perlinsos|enrollment|verification|eligibility|appeals|agents|tests|docs|launcher|bench|sandbox)"
    named = re.findall(rf"`({folders}/[\w./-]+?)`", document.read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_facts_that_are_no_specific_data_are_named() -> None:
    text = (ROOT / "docs" / "privacy.md").read_text()
    said = text.partition("all are specific data by law")[2].partition("except")[2].partition("The mark")[0]
    general = {fact.name for fact in CATALOGUE.values() if fact.sensitivity == Sensitivity.GENERAL}
    assert set(re.findall(r"`([\w.]+)`", said)) == general


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda file: file.stem[:4])
def test_a_decision_is_one_page_with_the_options_considered(decision: Path) -> None:
    text = decision.read_text()
    for heading in ("Status:", "## Context", "## Options considered", "## Decision", "## Consequences"):
        assert heading in text
    assert text.partition("## Options considered")[2].partition("## Decision")[0].count("\n- ") >= 2
    assert len(text.splitlines()) <= 60
    assert decision.name in (ROOT / "docs" / "adr" / "README.md").read_text()


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(file.name[:4]) for file in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_decisions_named_in_the_code_exist() -> None:
    numbers = {file.name[:4] for file in DECISIONS}
    named = {
        number
        for file in tracked()
        if file.suffix == ".py" and not name_of(file).startswith("tests/")
        for number in re.findall(r"docs/adr/(\d{4})", file.read_text())
    }
    assert named <= numbers


def test_the_architecture_is_one_page_and_shows_the_layers_that_are_enforced() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert len(text.splitlines()) <= 60
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"] == "Apps point down, never up")
    assert " → ".join(layer.removeprefix("perlinsos.") for layer in layers) in text


@pytest.mark.parametrize("word", [*Role.values, *(source.label for source in Source)], ids=str)
def test_the_glossary_knows_every_role_and_source(word: str) -> None:
    with translation.override("en"):
        assert str(word).lower() in (ROOT / "docs" / "glossary.md").read_text().lower()


def test_the_changelog_tells_this_version() -> None:
    assert f"## {VERSION} " in (ROOT / "CHANGELOG.md").read_text()
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_the_licence_is_complete() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text.splitlines()[0]
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text.splitlines()) > 190
