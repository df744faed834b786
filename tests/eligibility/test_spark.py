"""The same statement on a Spark cluster of two workers. Needs Java and a Python that has pyspark.

`./portal bench engine` installs one beside its state; SPARK_PYTHON names another.
"""

import os
import shutil
from pathlib import Path

import pytest

from bench import engine, engine_peers
from launcher.state import ROOT

INSTALLED = ROOT / "var" / "bench-peers" / "spark"


def spark_python() -> Path | None:
    named = os.environ.get("SPARK_PYTHON")
    if named:
        return Path(named)
    is_current = (INSTALLED / "installed").exists() and "\n".join(engine_peers.SPARK) == (
        INSTALLED / "installed"
    ).read_text()
    return INSTALLED / "bin" / "python" if is_current else None


@pytest.mark.skipif(
    spark_python() is None or shutil.which("java") is None,
    reason="SPARK IS NOT TESTED: it needs Java, and pyspark from `./portal bench engine` or SPARK_PYTHON",
)
def test_a_cluster_decides_like_the_columns(tmp_path: Path) -> None:
    python = spark_python()
    assert python is not None
    assert engine.agrees_on_spark(python, tmp_path, 2_000, 2026)
