"""Facts of a register of persons: every member is looked at once, in one aggregation per family.

A register (of a national study, or generated) is two tables: families with what is known of the
house, and persons with what is known of each member. A count is the number of members whose column
lies in a range. `silent` has a bit for each source that has not answered for the family: what such
a source would say is unknown, not zero. So is a count for which some member's column is empty or
impossible, such as an age of 130.

A register is what was known on its day and has no ages: a fact that some rules believe for so many days
only (`pln.power_va@180`) is as the register says.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Literal

import polars as pl

from eligibility.populations.columns import KEY, fact_column
from eligibility.rules.catalogue import recorded

SOURCES = ("dukcapil", "dapodik", "bkn", "bpjs_tk", "citizen")  # the bits of `silent`, lowest first
POSSIBLE = {  # what a column of a member can be
    "age": (0, 120),
    "head": (0, 2),  # 1: the head of the family; 2: the head, who died
    "school": (0, 3),
    "work": (0, 3),
    "wage": (0, 10_000_000_000),
    "is_pregnant": (0, 1),
    "is_disabled": (0, 1),
}


@dataclass(frozen=True)
class OfMembers:
    """`count` and `any` are about members whose `column` is `low` to `high`; `highest` is of the column.

    `any` is unknown where no member has more than zero there: a register that names no head says nothing of one.
    """

    fact: str
    how: Literal["count", "any", "highest"]
    column: str
    low: int = 0
    high: int = 0

    @property
    def silence(self) -> int:
        return 1 << SOURCES.index(self.fact.partition(".")[0])

    @property
    def fault(self) -> int:
        return 1 << list(POSSIBLE).index(self.column)


OF_MEMBERS = (
    OfMembers("dukcapil.family_size", "count", "age", *POSSIBLE["age"]),
    OfMembers("dukcapil.children_0_6", "count", "age", 0, 6),
    OfMembers("dukcapil.elderly_60", "count", "age", 60, POSSIBLE["age"][1]),
    OfMembers("dukcapil.head_alive", "any", "head", 1, 1),
    OfMembers("dapodik.pupils_sd", "count", "school", 1, 1),
    OfMembers("dapodik.pupils_smp", "count", "school", 2, 2),
    OfMembers("dapodik.pupils_sma", "count", "school", 3, 3),
    OfMembers("bkn.asn", "count", "work", 1, 1),
    OfMembers("bkn.tni_polri", "count", "work", 2, 2),
    OfMembers("bkn.pensioners", "count", "work", 3, 3),
    OfMembers("bpjs_tk.highest_wage", "highest", "wage"),
    OfMembers("citizen.pregnant", "count", "is_pregnant", 1, 1),
    OfMembers("citizen.severe_disability", "count", "is_disabled", 1, 1),
)
OF_THE_HOUSE = {
    "dtsen.decile": "decile",
    "pln.power_va": "power_va",
    "samsat.cars": "cars",
    "samsat.motorcycles": "motorcycles",
    "bpn.land_m2": "land_m2",
}


def facts(families: pl.LazyFrame, persons: pl.LazyFrame, wanted: Collection[str]) -> pl.LazyFrame:
    """`family` and the `wanted` facts (other names of the catalogue are unknown to a register)."""
    members = _of_members(wanted)
    counts = [_aggregate(one).alias(fact_column(one.fact)) for one in dict.fromkeys(members.values())]
    counted = persons.group_by(KEY).agg(*counts, _faults().bitwise_or().alias("faults"))
    house = [pl.col(column).alias(fact_column(fact)) for fact, column in _of_the_house(wanted).items()]
    heard = [
        pl.when((pl.col("silent") & one.silence == 0) & (pl.col("faults") & one.fault == 0))
        .then(pl.col(fact_column(one.fact)))
        .alias(fact_column(fact))
        for fact, one in members.items()
    ]
    return families.join(counted, on=KEY, how="left").select(KEY, *house, *heard, *_unknown(wanted))


def _of_members(wanted: Collection[str]) -> dict[str, OfMembers]:
    """By `wanted` name, limited or not, what is counted for it."""
    known = {one.fact: one for one in OF_MEMBERS}
    return {fact: known[recorded(fact)] for fact in sorted(wanted) if recorded(fact) in known}


def _of_the_house(wanted: Collection[str]) -> dict[str, str]:
    """By `wanted` name, limited or not, the column of the family."""
    return {fact: OF_THE_HOUSE[recorded(fact)] for fact in sorted(wanted) if recorded(fact) in OF_THE_HOUSE}


def _faults() -> pl.Expr:
    """A bit for each column of a member that is empty or impossible."""
    bits = []
    for place, (column, bounds) in enumerate(POSSIBLE.items()):
        is_sound = pl.col(column).is_between(*bounds).fill_null(False)
        bits.append(pl.when(is_sound).then(pl.lit(0, dtype=pl.UInt8)).otherwise(pl.lit(1 << place, dtype=pl.UInt8)))
    return reduce(or_, bits)


def _aggregate(one: OfMembers) -> pl.Expr:
    if one.how == "highest":
        return pl.col(one.column).max()
    within = pl.col(one.column).is_between(one.low, one.high)
    return pl.when((pl.col(one.column) > 0).any()).then(within.any()) if one.how == "any" else within.sum()


def _unknown(wanted: Collection[str]) -> Iterable[pl.Expr]:
    known = _of_members(wanted).keys() | _of_the_house(wanted).keys()
    return (pl.lit(None, dtype=pl.Int64).alias(fact_column(fact)) for fact in sorted(set(wanted) - known))


def facts_sql(families: str, persons: str, wanted: Collection[str]) -> str:
    """The same as one select, for PostgreSQL and Spark."""
    members, of_the_house = _of_members(wanted), _of_the_house(wanted)
    counts = [f"{_aggregate_sql(one)} AS {fact_column(one.fact)}" for one in dict.fromkeys(members.values())]
    counted = ", ".join([*counts, *map(_faults_sql, dict.fromkeys(one.column for one in members.values()))])
    house = [f"f.{column} AS {fact_column(fact)}" for fact, column in of_the_house.items()]
    heard = [
        f"CASE WHEN f.silent & {one.silence} = 0 AND m.{one.column}_faults = 0 THEN m.{fact_column(one.fact)} END"
        f" AS {fact_column(fact)}"
        for fact, one in members.items()
    ]
    known = members.keys() | of_the_house.keys()
    unknown = [f"CAST(NULL AS bigint) AS {fact_column(fact)}" for fact in sorted(set(wanted) - known)]
    return (
        f"SELECT f.{KEY}, {', '.join([*house, *heard, *unknown])} FROM {families} f LEFT JOIN"  # noqa: S608 - names come from the catalogue, never from people
        f" (SELECT {KEY}, {counted} FROM {persons} GROUP BY {KEY}) m ON m.{KEY} = f.{KEY}"
    )


def _aggregate_sql(one: OfMembers) -> str:
    if one.how == "highest":
        return f"max({one.column})"
    count = f"count(*) FILTER (WHERE {one.column} BETWEEN {one.low} AND {one.high})"
    if one.how == "count":
        return count
    return f"CASE WHEN {count} > 0 THEN 1 WHEN count(*) FILTER (WHERE {one.column} > 0) > 0 THEN 0 END"


def _faults_sql(column: str) -> str:
    low, high = POSSIBLE[column]
    faulty = f"{column} IS NULL OR {column} NOT BETWEEN {low} AND {high}"
    return f"count(*) FILTER (WHERE {faulty}) AS {column}_faults"
