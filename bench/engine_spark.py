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
    decided = f"SELECT d.*, f.regency FROM ({decided}) d JOIN families f USING ({KEY})"  # noqa: S608 - our own names and seed
    everybody = f"(SELECT *, CAST({KEY} AS string) AS public_id, '{engine_rules.SEED}' AS seed FROM decided)"  # noqa: S608 - our own names and seed
    drawn = " ".join(
        f"LEFT JOIN ({sql.place(everybody, place, sql.SPARK, KEY)}) p{place} USING ({KEY})"
        for place in range(len(plans))
    )
    funded = ", ".join(
        f"CASE WHEN place_{place} <= size * {per_mille} div 1000 THEN 1 ELSE 0 END AS funded_{place}"
        for place, per_mille in enumerate(engine_rules.PLACES_PER_MILLE)
    )
    answers = ", ".join(column for place, plan in enumerate(plans) for column in answer_columns(plan, place))
    sizes = "(SELECT regency, count(*) AS size FROM decided GROUP BY regency) sizes"
    return (
        f"WITH decided AS ({decided}) SELECT {KEY}, {answers}, {funded}"  # noqa: S608 - our own names and seed
        f" FROM decided JOIN {sizes} USING (regency) {drawn}"
    )


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
