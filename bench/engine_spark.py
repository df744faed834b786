"""The same statement on Spark: `FOLDER RESULTS MASTER`, in the environment that has pyspark.

It imports the compilers alone, which need neither Django nor a database.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession

from bench import engine_rules
from eligibility.populations import register, sql
from eligibility.populations.columns import KEY, answer_columns, facts_of

LOCAL = "127.0.0.1"


def session(master: str) -> SparkSession:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("perlinsos")
    settings = {
        "spark.driver.bindAddress": LOCAL,
        "spark.driver.host": LOCAL,
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.parquet.compression.codec": "uncompressed",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def statement() -> str:
    """Answers and places of every family; `families` and `persons` are partitioned by regency."""
    plans = engine_rules.plans()
    facts = register.facts_sql("families", "persons", [fact.name for fact in facts_of(plans)])
    decided = sql.decide(plans, f"({facts})", sql.SPARK)
    decided = f"SELECT d.*, f.regency FROM ({decided}) d JOIN families f USING ({KEY})"  # noqa: S608 - our own names
    quotas = ", ".join(
        f"count(*) * {per_mille} div 1000 AS places_{place}"
        for place, per_mille in enumerate(engine_rules.PLACES_PER_MILLE)
    )
    sizes = f"SELECT regency, {quotas} FROM decided GROUP BY regency"  # noqa: S608 - our own names
    answers = [column for place, plan in enumerate(plans) for column in answer_columns(plan, place)]
    ticket = f"concat('{engine_rules.SEED}', {KEY})"
    return sql.with_places(decided, sizes, ticket, len(plans), sql.SPARK, [KEY, *answers])


def main(folder: Path, results: Path, master: str) -> None:
    spark = session(master)
    for name in ("families", "persons"):
        files = [str(file) for file in sorted(folder.glob(f"*/{name}.parquet"))]
        spark.read.option("basePath", str(folder)).parquet(*files).createTempView(name)
    wall = time.perf_counter()
    shutil.rmtree(results, ignore_errors=True)
    spark.sql(statement()).write.parquet(str(results))
    sys.stdout.write(json.dumps({"walls": [time.perf_counter() - wall]}))
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
