"""Counting: a chunk of families decided in every world becomes numbers that can be added up.

A tally maps a key of parts joined by `|` to a number. Chunks are counted one by one, in any order,
by workers that may die; the sum is the same.
"""

from collections import Counter
from collections.abc import Collection, Iterator

import polars as pl

from eligibility.populations import frames
from eligibility.populations.columns import NO, YES, fact_column
from eligibility.populations.snapshots import HEAD_AGE, HEAD_SEX, VILLAGE
from eligibility.rules.steps import Line, lines
from eligibility.simulations import standing
from eligibility.simulations.keys import key
from eligibility.simulations.standing import NO_QUOTAS, Quotas
from eligibility.simulations.worlds import Decision, Touch, Worlds, complete, decide

UNKNOWN = "?"
DIMENSIONS = ("district", "head_sex", "head_age", "disability", "decile")
AGE_BANDS = ((30, "0-29"), (45, "30-44"), (60, "45-59"), (75, "60-74"))
OLDEST = "75-"
DISABILITY, DECILE = "citizen.severe_disability", "dtsen.decile"
DISTRICT_CODE = 8  # characters of `35.10.22`
GAIN, LOSE = "gain", "lose"


def tally(
    families: pl.DataFrame, worlds: Worlds, touched: Collection[Touch], quotas: Quotas = NO_QUOTAS
) -> Counter[str]:
    """What a chunk of families (village, head, a column per fact) comes to, in every world.

    `touched` is what the drafts touch in any place: where a programme is not run nobody receives it,
    before or after. Of programmes with a quota, families are counted by need as well.
    """
    decided = _decided(families, worlds, touched, quotas)
    found = Counter({key("families"): len(decided)})
    for dimension in DIMENSIONS:
        sizes = decided.group_by(dimension).len().iter_rows()
        found.update({key("size", dimension, group): count for group, count in sizes})
    for number in range(len(worlds.worlds)):
        found.update(_overlaps(decided, worlds, number))
    for number, programme in touched:
        found.update(_moves(decided, worlds, number, programme))
    for number, programme in looked_at(touched):
        if programme in worlds.worlds[number]:
            found.update(_near(decided, worlds, number, programme))
            if programme in quotas:
                found.update(standing.stands(decided, worlds.worlds[number][programme], (number, programme)))
    return found


def looked_at(touched: Collection[Touch]) -> list[Touch]:
    """What the drafts touch, and the same programmes as they are in force."""
    return sorted({*touched, *((0, programme) for _number, programme in touched)})


def line_name(line: Line) -> str:
    return key(line.criterion, line.fact, ",".join(map(str, line.limits)))


# --- columns --------------------------------------------------------------------------------------
def _decided(families: pl.DataFrame, worlds: Worlds, touched: Collection[Touch], quotas: Quotas) -> pl.DataFrame:
    whats = ("outcome", "amount", "need")
    answers = [pl.col(f"{what}_{number}") for number in range(len(worlds.decisions)) for what in whats]
    numbers = {worlds.worlds[world][code] for world, code in looked_at(touched) if code in worlds.worlds[world]}
    near = [column for number in sorted(numbers) for column in _near_columns(number, worlds.decisions[number])]
    facts = {*worlds.facts, DISABILITY, DECILE}.union(*(quota.facts for quota in quotas.values()))
    masks = [standing.mask(quota).alias(standing.mask_column(code)) for code, quota in sorted(quotas.items())]
    grouped = complete(families, facts).lazy().with_columns(*_groups(), *masks)
    kept = [standing.mask_column(code) for code in sorted(quotas)]
    return decide(grouped, worlds).select(*DIMENSIONS, *kept, *answers, *near).collect()


def _groups() -> Iterator[pl.Expr]:
    yield pl.col(VILLAGE).str.slice(0, DISTRICT_CODE).alias("district")
    yield pl.col(HEAD_SEX).fill_null("").replace("", UNKNOWN).alias("head_sex")
    age = pl.col(HEAD_AGE)
    band = pl.lit(OLDEST)
    for below, name in reversed(AGE_BANDS):
        band = pl.when(age < below).then(pl.lit(name)).otherwise(band)
    yield pl.when(age.is_null()).then(pl.lit(UNKNOWN)).otherwise(band).alias("head_age")
    people = pl.col(fact_column(DISABILITY))
    yield (
        pl.when(people.is_null()).then(pl.lit(UNKNOWN)).when(people > 0).then(pl.lit("yes")).otherwise(pl.lit("no"))
    ).alias("disability")
    decile = pl.col(fact_column(DECILE))
    yield (
        pl.when(decile.is_between(1, 10)).then(decile.cast(pl.String)).otherwise(pl.lit(UNKNOWN))
    ).alias("decile")  # fmt: skip


def _near_columns(number: int, decision: Decision) -> Iterator[pl.Expr]:
    plan, outcome = decision.ready, pl.col(f"outcome_{number}")
    for place, line in enumerate(lines(plan)):
        if line.easier is not None:
            fits = frames.fits(plan, number, {line.bundle: line.easier}).fill_null(False)
            yield ((outcome == NO) & fits).alias(f"{GAIN}_{number}_{place}")
        if line.stricter is not None:
            fails = (~frames.fits(plan, number, {line.bundle: line.stricter})).fill_null(False)
            yield ((outcome == YES) & fails).alias(f"{LOSE}_{number}_{place}")


# --- numbers --------------------------------------------------------------------------------------
def _moves(decided: pl.DataFrame, worlds: Worlds, number: int, programme: str) -> Counter[str]:
    """Families by their answer before and after, in every group; rupiah a year; amounts and needs that change."""
    before, after = (worlds.worlds[place].get(programme) for place in (0, number))
    pair = decided.select(
        *DIMENSIONS,
        _outcome(before).alias("before"),
        _outcome(after).alias("after"),
        _amount(before).alias("paid"),
        _amount(after).alias("due"),
        _is_reordered(before, after).alias("is_reordered"),
    )
    where = ("move", number, programme)
    found: Counter[str] = Counter()
    for dimension in DIMENSIONS:
        rows = pair.group_by(dimension, "before", "after").len().iter_rows()
        found.update({key(*where, dimension, group, was, now): count for group, was, now, count in rows})
    both = (pl.col("before") == YES) & (pl.col("after") == YES)
    sums = pair.select(
        paid=pl.col("paid").sum(),
        due=pl.col("due").sum(),
        more=(both & (pl.col("due") > pl.col("paid"))).sum(),
        less=(both & (pl.col("due") < pl.col("paid"))).sum(),
        reordered=(both & pl.col("is_reordered")).sum(),
    )
    found.update({key("sum", number, programme, name): int(sums[name][0]) for name in sums.columns})
    return found


def _outcome(number: int | None) -> pl.Expr:
    return pl.lit(NO, dtype=pl.Int8) if number is None else pl.col(f"outcome_{number}")


def _amount(number: int | None) -> pl.Expr:
    return pl.lit(0, dtype=pl.Int64) if number is None else pl.col(f"amount_{number}")


def _is_reordered(before: int | None, after: int | None) -> pl.Expr:
    if before is None or after is None:
        return pl.lit(False)
    return pl.col(f"need_{before}") != pl.col(f"need_{after}")


def _overlaps(decided: pl.DataFrame, worlds: Worlds, number: int) -> Counter[str]:
    """Families that fit each programme, and two of them at once."""
    world = worlds.worlds[number]
    codes = sorted(world)
    fits = {code: pl.col(f"outcome_{world[code]}") == YES for code in codes}
    pairs = [(one, other) for place, one in enumerate(codes) for other in codes[place + 1 :]]
    counted = decided.select(
        *(fits[code].sum().alias(key("fits", number, code)) for code in codes),
        *((fits[one] & fits[other]).sum().alias(key("both", number, one, other)) for one, other in pairs),
    )
    return Counter({name: int(counted[name][0]) for name in counted.columns})


def _near(decided: pl.DataFrame, worlds: Worlds, world: int, programme: str) -> Counter[str]:
    """Families within one step of each line, and of any."""
    number = worlds.worlds[world][programme]
    named = dict(enumerate(lines(worlds.decisions[number].ready)))
    found: Counter[str] = Counter()
    for way in (GAIN, LOSE):
        columns = [column for column in decided.columns if column.startswith(f"{way}_{number}_")]
        for column in columns:
            line = line_name(named[int(column.rpartition("_")[2])])
            found[key("near", world, programme, way, line)] += int(decided[column].sum())
        if columns:
            found[key("near", world, programme, way)] = int(decided.select(pl.any_horizontal(columns).sum()).item())
    return found
