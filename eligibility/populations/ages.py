"""Rules that ask for fresher data than the catalogue, over snapshots: every value there has its age.

A limited fact (`pln.power_va@180`) has a column of its own, so that programmes with other limits do not
share one: the value where it is young enough on the day of the snapshot, else nothing. A value whose age
is not known (snapshots did not always keep it) is not young enough.
"""

from collections.abc import Collection, Iterable

import polars as pl

from eligibility.populations.columns import fact_column
from eligibility.rules.catalogue import LIMITED, fact_type, recorded
from eligibility.rules.definitions import RuleDocument


def is_limited(fact: str) -> bool:
    return LIMITED in fact


def age_column(fact: str) -> str:
    """The column with the days that the value of a fact is old."""
    return f"age_of_{fact_column(recorded(fact))}"


def with_limited(families: pl.DataFrame, facts: Iterable[str]) -> pl.DataFrame:
    """`families`, who have a column per fact on record, with a column for each limited one of `facts`."""
    known = set(families.columns)
    return families.with_columns(_limited(name, known) for name in sorted(set(filter(is_limited, facts))))


def _limited(fact: str, known: Collection[str]) -> pl.Expr:
    value, age = fact_column(recorded(fact)), age_column(fact)
    believed = pl.when(pl.col(age) <= fact_type(fact).max_age_days).then(value) if age in known else pl.lit(None)
    return believed.cast(pl.Int64).alias(fact_column(fact))


def limited_sql(fact: str, value: str, age: str) -> str:
    """The same inside PostgreSQL: the `value` of a limited fact by its `age`."""
    return f"CASE WHEN {age} <= {fact_type(fact).max_age_days:d} THEN {value} END"


def is_too_old(document: RuleDocument, fact: str, age: int | None) -> bool:
    """The same of one value of a snapshot, which has none that is too old for the catalogue."""
    return is_limited(document.read_as(fact)) and (age is None or age > document.max_age(fact))
