"""The same statements on Spark. Needs Java and a Python that has pyspark; where both are there, nothing is skipped.

`./portal bench engine` installs one beside its state; SPARK_PYTHON names another.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from bench import engine
from eligibility.populations import ages, sql
from eligibility.populations.columns import KEY, fact_column
from eligibility.rules.catalogue import PROGRAMMES
from eligibility.rules.plan import Plan
from launcher.state import ROOT
from tests.eligibility.test_populations import Family, evaluated, in_polars, on_record, populations, selected

INSTALLED = ROOT / "var" / "bench-peers" / "spark" / "bin" / "python"
DOCUMENTS = 20
PATIENCE = 240  # seconds
Drawn = tuple[Plan, list[Family]]


def spark_python() -> Path | None:
    named = os.environ.get("SPARK_PYTHON")
    if named:
        return Path(named)
    return INSTALLED if INSTALLED.exists() else None


pytestmark = pytest.mark.skipif(
    spark_python() is None or shutil.which("java") is None,
    reason="SPARK IS NOT TESTED: it needs Java, and pyspark from `./portal bench engine` or SPARK_PYTHON",
)


@pytest.fixture
def python() -> Path:
    found = spark_python()
    assert found is not None
    return found


def test_a_cluster_decides_like_the_columns(python: Path, tmp_path: Path) -> None:
    assert engine.agrees_on_spark(python, tmp_path, 2_000, 2026)


def test_every_row_of_drawn_rules_is_that_of_the_columns(python: Path) -> None:
    """Rules and families as the other engines are tried on, the same ones each time, in one session."""
    drawn = drawn_rules()
    assert len({fact.name.partition(".")[0] for plan, _families in drawn for fact in plan.columns}) > 4
    assert any(fact.name.startswith(PROGRAMMES) for plan, _families in drawn for fact in plan.columns)
    assert any(ages.is_limited(fact.name) for plan, _families in drawn for fact in plan.columns)
    found = on_spark(python, [statement(*one) for one in drawn])
    for (plan, families), rows in zip(drawn, found, strict=True):
        columns = [list(row) for row in in_polars(plan, families)]
        assert rows == columns == [list(row) for row in evaluated(plan, families)], plan.document.criteria


def drawn_rules() -> list[Drawn]:
    found: list[Drawn] = []

    @seed(2026)
    @settings(max_examples=3 * DOCUMENTS, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
    @given(populations())
    def draw(one: Drawn) -> None:
        found.append(one)

    draw()
    return found[-DOCUMENTS:]  # the first ones drawn are the plainest


def statement(plan: Plan, families: list[Family]) -> str:
    names = on_record(plan)
    rows = ", ".join(
        f"({key}, {', '.join(_literal(one[name]) for name in names)})" for key, one in enumerate(families, start=1)
    )
    listed = f"VALUES {rows} AS v ({KEY}, {', '.join(map(fact_column, names))})"
    source = f"(SELECT {KEY}, {', '.join(selected(plan))} FROM {listed})"
    return f"{sql.decide([plan], source, sql.SPARK)} ORDER BY {KEY}"


def _literal(value: int | None) -> str:
    return "CAST(NULL AS bigint)" if value is None else f"CAST('{value}' AS bigint)"


def on_spark(python: Path, statements: list[str]) -> list[list[list[int]]]:
    ran = subprocess.run(  # noqa: S603 - our own script
        [str(python), "-m", "tests.eligibility.spark_rows"],
        input=json.dumps(statements), capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: list[list[list[int]]] = json.loads(ran.stdout.splitlines()[-1])
    return found
