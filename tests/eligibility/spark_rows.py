"""Statements on standard input, their rows on standard output, both as JSON, through one Spark session.

Run by the Python that has pyspark, which need not have the portal's packages: nothing of it is imported.
"""

import json
import os
import sys

from pyspark.sql import SparkSession


def main() -> None:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[1]").appName("perlinsos-rows")
    for name, value in {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false",  # compiling takes longer than a dozen rows
    }.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    rows = [[list(row) for row in spark.sql(statement).collect()] for statement in json.load(sys.stdin)]
    spark.stop()
    sys.stdout.write(json.dumps(rows))


if __name__ == "__main__":
    main()
