"""The harness of figures and proofs: what it lists, refuses and prints. The figures themselves are not tests."""

import json
import random
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bench import areas, families, registry, report
from bench.figures import Bench, Claim, Figure, Proof, percentile
from bench.goals import GOALS, Goal
from eligibility.rules.catalogue import CATALOGUE
from perlinsos.regions import area_files
from tests.factories import UserFactory


class Counting(Bench):
    name = "counting"
    description = "counts"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        return [Figure("counting_steps", (3, 1, 2), "steps"), Figure("counting_seed", (seed,), "")]


class Trying(Proof):
    name = "trying"
    description = "tries"

    def run(self, *, small: bool, seed: int) -> list[Claim]:
        return [Claim("it holds", True), Claim("it holds when small", small, "seen")]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "BENCHES", {"counting": Counting()})
    monkeypatch.setattr(registry, "PROOFS", {"trying": Trying()})


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("command", ["bench", "prove"])
def test_without_a_name_it_says_what_there_is_and_asks_no_server(command: str) -> None:
    listed = [line.split()[0] for line in run(command)]
    expected = {"bench": ["areas", "audit", "decide", "pages"], "prove": ["audit", "outage"]}
    assert set(expected[command]) <= set(listed)


@pytest.mark.django_db
def test_figures_come_with_machine_seed_versions_and_spread(known: None) -> None:
    said = "\n".join(run("bench", "counting"))
    for part in ("cores", "python", "django", "postgresql", "broker", "seed", "1 to 3 in 3 runs", "one run"):
        assert part in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("goal", "said"), [(Goal(least=2), "; goal at least 2: met"), (Goal(most=1.5), "; goal at most 1.5: MISSED")]
)
def test_a_full_run_says_which_goals_it_met(
    known: None, monkeypatch: pytest.MonkeyPatch, goal: Goal, said: str
) -> None:
    monkeypatch.setitem(GOALS, "counting_steps", goal)
    assert any(line.endswith(said) for line in run("bench", "counting"))
    assert not any("goal" in line for line in run("bench", "counting", "--small"))


@pytest.mark.django_db
def test_the_last_line_is_one_flat_object(known: None) -> None:
    found = json.loads(run("bench", "counting", "--json", "--small", "--seed", "7")[-1])
    assert (found["counting_steps"], found["counting_steps_min"], found["counting_steps_max"]) == (2, 1, 3)
    assert (found["counting_seed"], found["seed"], found["small"]) == (7, 7, True)
    assert not [value for value in found.values() if isinstance(value, (dict, list))]


@pytest.mark.django_db
def test_a_claim_that_fails_fails_the_proof(known: None) -> None:
    assert json.loads(run("prove", "trying", "--small", "--json")[-1])["trying_failed"] == 0
    with pytest.raises(CommandError, match="1 claims failed"):
        run("prove", "trying")


@pytest.mark.django_db
@pytest.mark.parametrize(("command", "name"), [("bench", "counting"), ("prove", "trying")])
def test_a_database_in_use_is_left_alone(known: None, command: str, name: str) -> None:
    UserFactory()
    with pytest.raises(CommandError, match="throw-away servers"):
        run(command, name)


def test_an_unknown_name_is_told_the_known_ones(known: None) -> None:
    with pytest.raises(CommandError, match="there is no page; there are counting"):
        run("bench", "page")


def test_the_slow_tail_is_counted() -> None:
    assert percentile([float(value) for value in range(1, 101)], 0.95) == 96
    assert percentile([5.0], 0.95) == 5
    assert report.number(1234.5) == "1,234"


def test_without_the_official_files_a_nation_is_made_up(tmp_path: Path) -> None:
    rows = list(area_files.read(area_files.find_files(areas.generated(tmp_path, seed=1))))
    assert len(rows) == areas.PROVINCES + areas.REGENCIES + areas.DISTRICTS + areas.VILLAGES
    assert not [row for row in rows if isinstance(row, area_files.Refused)]


def test_invented_facts_are_facts_of_the_catalogue() -> None:
    for name, value in families.facts_of(random.Random(1)).items():
        assert CATALOGUE[name].admits(value), name
